"""What a process does for a run: pinning a segment, or proving it. A job is small and travels as bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.prover.progress import Observer, Progress, Stage, silent
from reference.prover.segment import pin_segment, prove_segment
from reference.segments.codec import decode_planned_segment
from reference.tables import Trace
from reference.trace.errors import TraceError
from reference.trace.plan import PlannedSegment
from reference.trace.planned_shape import planned_shape
from spec.protocol.hash import digest_bytes, digest_words
from spec.protocol.proof_encoding import encode_segment
from spec.protocol.run import RunStatement


class LeafDiffersError(TraceError):
    """The leaf that entered the run's digest is not that of the segment's tables."""


class SegmentTraces(Protocol):
    """Fills in the tables of a program's planned segments."""

    def segment(self, segment: PlannedSegment) -> Trace:
        """Executes the segment again and fills in every table.

        Raises PlanError if the execution is not the planned one.
        """
        ...

    def continuation(self, segment: PlannedSegment) -> Trace:
        """The continuation tables alone."""
        ...


@dataclass(frozen=True)
class Workbench:
    """What every job of a run needs: made once in each process."""

    kernels: Kernels
    key: ProvingKey
    traces: SegmentTraces

    def pin(self, segment: PlannedSegment, segment_count: int) -> bytes:
        """The leaf of a segment. Needs no execution."""
        trace = self.traces.continuation(segment)
        shape = planned_shape(segment, self.key.verification.heights_by_chip())
        statement = self._statement(segment, segment_count)
        return digest_bytes(pin_segment(self.kernels, statement, segment.plan.index, shape, trace).leaf)

    def prove(self, segment: PlannedSegment, segment_count: int, run: bytes, leaf: bytes, progress: Progress) -> bytes:
        """The canonical bytes of the proof of a segment whose leaf has entered the digest of the run.

        Raises PlanError if the execution is not the planned one, and LeafDiffersError if the leaf in the run's digest
        is not that of these tables.
        """
        index = segment.plan.index
        progress.begin(Stage.TRACE, index)
        trace = self.traces.segment(segment)
        pinned = pin_segment(self.kernels, self._statement(segment, segment_count), index, trace.shape, trace)
        if digest_bytes(pinned.leaf) != leaf:
            raise LeafDiffersError(f"segment {index} has another leaf than the run's digest was made of")
        return encode_segment(prove_segment(self.kernels, self.key, digest_words(run), pinned, progress))

    def _statement(self, segment: PlannedSegment, segment_count: int) -> RunStatement:
        return self.key.verification.statement(segment.end.output, segment_count)


@dataclass(frozen=True)
class PinJob:
    """Makes a segment's leaf. Needs no execution."""

    index: int
    segment_count: int
    planned: bytes
    """The encoded PlannedSegment."""

    urgent: ClassVar[bool] = False

    def execute(self, bench: Workbench, observer: Observer = silent) -> bytes:
        """The leaf."""
        Progress(observer, self.segment_count).begin(Stage.PIN, self.index)
        return bench.pin(decode_planned_segment(self.planned), self.segment_count)


@dataclass(frozen=True)
class ProveJob:
    """Executes a segment again from its plan and proves it."""

    index: int
    segment_count: int
    planned: bytes
    """The encoded PlannedSegment."""

    run: bytes
    """The run's digest G."""

    leaf: bytes
    """The segment's, as it entered G."""

    urgent: ClassVar[bool] = False

    def execute(self, bench: Workbench, observer: Observer = silent) -> bytes:
        """The segment proof's canonical bytes. Raises what `prove` raises."""
        return self.prove(bench, Progress(observer, self.segment_count))

    def prove(self, bench: Workbench, progress: Progress) -> bytes:
        """As `execute`, where the progress is not that of the segments alone."""
        segment = decode_planned_segment(self.planned)
        return bench.prove(segment, self.segment_count, self.run, self.leaf, progress)


Job = PinJob | ProveJob


Bench = TypeVar("Bench")
BenchOf = TypeVar("BenchOf", contravariant=True)
Made = TypeVar("Made", covariant=True)
JobOf = TypeVar("JobOf", contravariant=True)


class Recipe(Protocol[Made]):
    """What a process needs to make its bench. It travels."""

    def bench(self) -> Made:
        """The bench of this process."""
        ...


class AnyJob(Protocol[BenchOf]):
    """What is done at a bench, and has a number."""

    @property
    def index(self) -> int:
        """Its number."""
        ...

    @property
    def urgent(self) -> bool:
        """Whether it goes before jobs that were given out earlier and are not begun."""
        ...

    def execute(self, bench: BenchOf, observer: Observer = silent) -> bytes:
        """The result."""
        ...


class Workers(Protocol[JobOf]):
    """Whoever executes jobs of a kind."""

    def execute(self, jobs: Iterable[JobOf]) -> Iterator[tuple[int, bytes]]:
        """(index, result) of every job, in any order; only a bounded number of jobs is held at a time, and the next is
        taken when the caller has seen the result before it.

        Raises what a job raises.
        """
        ...


@dataclass(frozen=True)
class ThisProcess(Generic[Bench]):
    """Executes one job after the other."""

    bench: Bench
    observer: Observer = silent
    """Hears the stages of the segment in work."""

    def execute(self, jobs: Iterable[AnyJob[Bench]]) -> Iterator[tuple[int, bytes]]:
        """As `Workers.execute`."""
        for job in jobs:
            yield job.index, job.execute(self.bench, self.observer)
