"""The run of the small tree with none of its segments proven, and workers that know what comes of every job."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path

from optimized.verifier.run import TOOLS
from reference.recursion.aggregate import digest_of, final_proof
from reference.recursion.jobs import CombineJob, ConvertJob, FinishJob, SegmentJob, TreeBench, TreeJob
from reference.recursion.node_files import NodeFolder
from reference.recursion.tree import TreeProver
from reference.recursion.tree_progress import Told, untold
from reference.segments.files import FileKind, Label, read_labelled, write_labelled, write_whole
from reference.segments.folder import FINAL_NAME, made_and_in_use
from reference.segments.jobs import ProveJob
from spec.protocol.hash import digest_bytes
from spec.protocol.key import VerificationKey
from spec.protocol.proof_encoding import encode_segment
from spec.protocol.shape import SegmentShape
from tests import small_tree
from tests.small_tree import DESIGN, prover, run


def bench() -> TreeBench:
    """Only pairs are converted together, as in the tree that is proven by hand."""
    workshop = copy(small_tree.workshop())
    workshop.design = replace(DESIGN, segment_counts=(1, 2))
    return TreeBench(run().key, lambda observer: TreeProver(workshop, small_tree.keys(), observer))


@dataclass
class UnprovenSegments:
    """`SegmentProofs` of the small run or of a longer one like it, in a folder or, without one, in memory."""

    folder: Path | None = None
    segment_count: int = 4
    held: dict[int, bytes] = field(default_factory=dict)
    """What has been put in memory and not been taken."""

    @property
    def key(self) -> VerificationKey:
        return run().key

    @property
    def output(self) -> bytes:
        return run().output

    @property
    def run(self) -> bytes:
        return digest_bytes(digest_of(run()))

    @property
    def missing(self) -> list[int]:
        return [index for index in range(self.segment_count) if self._found(index) is None]

    def shapes(self) -> list[SegmentShape]:
        return [small_tree.SHAPE] * self.segment_count

    def job(self, index: int) -> ProveJob:
        return ProveJob(index, self.segment_count, b"", self.run, b"")

    def put(self, index: int, proof: bytes) -> None:
        if self.folder is None:
            self.held[index] = proof
        else:
            write_labelled(self._path(index), self._label(index), proof)

    def take(self, index: int) -> bytes:
        found = self._found(index) if self.folder is not None else self.held.pop(index)
        assert found is not None
        return found

    def _found(self, index: int) -> bytes | None:
        return None if self.folder is None else read_labelled(self._path(index), self._label(index))

    def _label(self, index: int) -> Label:
        return Label(FileKind.SEGMENT_PROOF, index, self.run)

    def _path(self, index: int) -> Path:
        assert self.folder is not None
        return self.folder / f"{index:04d}.proof"


def name_of(job: TreeJob) -> str:
    """What a job makes, and its number."""
    names = {SegmentJob: "segment", ConvertJob: "convert", CombineJob: "combine", FinishJob: "finish"}
    return f"{names[type(job)]} {job.index}"


def known_result(job: TreeJob) -> bytes:
    """What an honest worker returns for a job of the small run."""
    left, right, top = small_tree.pair_of_pairs()
    match job:
        case SegmentJob():
            return encode_segment(run().segments[job.index])
        case ConvertJob():
            first = next(number for number in (0, 2) if encode_segment(run().segments[number]) == job.segments[0])
            return encode_segment((left if first == 0 else right).proof.segments[0])
        case CombineJob():
            return encode_segment(top.proof.segments[0])
    return encode_segment(small_tree.final().segments[0])


@dataclass
class SimulatedWorkers:
    """So many workers, on each of which a segment takes two units of time and a node three; what they do is `log`."""

    count: int = 1
    result: Callable[[TreeJob], bytes] = known_result
    before: Callable[[str], object] = lambda _: None
    """Called with the name of each job that is begun."""

    log: list[str] = field(default_factory=list)

    def execute(self, jobs: Iterable[TreeJob]) -> Iterator[tuple[int, bytes]]:
        source, now = iter(jobs), 0
        working: list[tuple[int, int, TreeJob]] = []
        while True:
            while len(working) < self.count and (job := next(source, None)) is not None:
                self.log.append(name_of(job))
                self.before(self.log[-1])
                heapq.heappush(working, (now + (2 if isinstance(job, SegmentJob) else 3), job.index, job))
            if not working:
                return
            now, index, done = heapq.heappop(working)
            self.log.append(f"done {name_of(done)}")
            yield index, self.result(done)

    @property
    def begun(self) -> list[str]:
        """The jobs in the order in which they were begun."""
        return [name for name in self.log if not name.startswith("done ")]


def prove_interleaved(path: Path, workers: SimulatedWorkers, said: list[str], told: Told = untold) -> None:
    """Proves the small run to its final proof in a folder."""
    with made_and_in_use(path):
        nodes = NodeFolder(path, digest_of(run()), prover(), said.append, TOOLS)
        final = final_proof(bench(), UnprovenSegments(path), workers, nodes, told)
        write_whole(path / FINAL_NAME, encode_segment(final.proof.segments[0]))
