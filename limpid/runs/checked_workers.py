"""Workers whose results are checked before use: a worker that lies or fails is found out, and its job done anew."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from limpid.errors import ClusterError
from reference.recursion.checking import require_made
from reference.recursion.jobs import SegmentJob, TreeBench, TreeJob
from reference.segments.checking import require_segment_proof
from reference.segments.codec import decode_planned_segment
from reference.segments.jobs import Job, PinJob, ProveJob
from reference.verifier.statement import VerifierTools
from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.key import VerificationKey
from spec.rejection import Rejected, Rejection

MOST_WRONG_RESULTS = 3
"""How often the result of one job may be wrong or missing before the run ends with an error."""

GO_ON = "find the machine at fault, then give the same command: the run goes on from its folder"

Report = Callable[[str], None]
"""Receives a sentence about a result that is not used."""


class Numbered(Protocol):
    """A job."""

    @property
    def index(self) -> int:
        """Its number."""
        ...


JobOf = TypeVar("JobOf", bound=Numbered)
Given = TypeVar("Given", contravariant=True)


class FailingWorkers(Protocol[Given]):
    """Workers on which a job that raises does not end the others."""

    def execute(self, jobs: Iterable[Given]) -> Iterator[tuple[int, bytes | Exception]]:
        """As `Workers.execute`, with what a job raised in place of its result."""
        ...


@dataclass(frozen=True)
class CheckedWorkers(Generic[JobOf]):
    """Hands on the results that pass the check; a job whose result does not, or that raises, is given out again, with a
    report."""

    workers: FailingWorkers[JobOf]
    check: Callable[[JobOf, bytes], None]
    """Raises Rejected for a result that is not one of the job."""

    report: Report

    def execute(self, jobs: Iterable[JobOf]) -> Iterator[tuple[int, bytes]]:
        """As `Workers.execute`. Raises ClusterError for a job whose results stay wrong, or that the workers refuse to
        the end; what a job raises otherwise if it stays so; and what the workers raise."""
        source = _WithRepeats(iter(jobs))
        for index, result in self.workers.execute(source):
            job = source.given[index]
            if isinstance(result, Exception):
                self.report(f"{named(job)}: a worker raised {type(result).__name__} in place of a result: {result}")
                source.repeat(index, _failure(job, result))
                continue
            try:
                self.check(job, result)
            except Rejected as rejected:
                self.report(f"{named(job)}: a worker returned a wrong result, which is not used: {rejected}")
                wrong = f"the workers returned {MOST_WRONG_RESULTS} wrong results for {named(job)}"
                source.repeat(index, ClusterError(wrong, GO_ON))
            else:
                del source.given[index]
                yield index, result


def _failure(job: Numbered, raised: Exception) -> Exception:
    """What the run ends with when a job was tried often enough. A refusal may be the fault of a worker, or of what the
    job is made of."""
    if not isinstance(raised, Rejected):
        return raised
    refused = f"the workers refused {named(job)} {MOST_WRONG_RESULTS} times, the last time for this reason: {raised}"
    return ClusterError(refused, f"if `limpid verify` accepts the proof of the segments, {GO_ON}")


def named(job: Numbered) -> str:
    """What a job is about, for people. The nodes of a tree are numbered after its segments."""
    return f"{'segment' if isinstance(job, PinJob | ProveJob | SegmentJob) else 'node'} {job.index}"


class _WithRepeats(Iterator[JobOf]):
    """The jobs, those first that are to be done again. It may end for now, and go on when a result has been used."""

    def __init__(self, source: Iterator[JobOf]) -> None:
        self.given: dict[int, JobOf] = {}
        """The jobs in work, by index."""

        self._source = source
        self._again: deque[JobOf] = deque()
        self._wrong: dict[int, int] = {}

    def __next__(self) -> JobOf:
        job = self._again.popleft() if self._again else next(self._source)
        self.given[job.index] = job
        return job

    def repeat(self, index: int, failure: Exception) -> None:
        """Gives a job out again. Raises the failure when that was done often enough."""
        self._wrong[index] = self._wrong.get(index, 0) + 1
        if self._wrong[index] == MOST_WRONG_RESULTS:
            raise failure
        self._again.append(self.given[index])


def checked(
    workers: FailingWorkers[Job], key: VerificationKey, tools: VerifierTools, report: Report
) -> CheckedWorkers[Job]:
    """Workers of whose proofs only those are used that the verifier accepts for the job's segment and leaf.

    Of a leaf only the size is checked: a wrong one is found when the segment is proven.
    """
    return CheckedWorkers(workers, partial(_require_right, key, tools), report)


def checked_tree(
    workers: FailingWorkers[TreeJob], key: VerificationKey, bench: TreeBench, tools: VerifierTools, report: Report
) -> CheckedWorkers[TreeJob]:
    """The same of workers that make nodes too: a node is used if it states what its children say."""

    def check(job: TreeJob, result: bytes) -> None:
        if isinstance(job, SegmentJob):
            _require_right(key, tools, job.job, result)
        else:
            require_made(bench, job, result, tools)

    return CheckedWorkers(workers, check, report)


def _require_right(key: VerificationKey, tools: VerifierTools, job: Job, result: bytes) -> None:
    """The result is one of the job. Raises Rejected if it is not."""
    if isinstance(job, PinJob):
        if len(result) != DIGEST_BYTES:
            detail = f"a leaf of {len(result)} bytes"
            raise Rejected(Rejection.ENCODING_TRUNCATED, detail, expected=DIGEST_BYTES, found=len(result))
        return
    planned = decode_planned_segment(job.planned)
    require_segment_proof(result, planned, key, tools, segment_count=job.segment_count, run=job.run, leaf=job.leaf)
