"""A run to one final proof: its segments and the nodes over them are proven together, and none twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from reference.prover.progress import BEFORE_PROVING, Observer, Share, silent
from reference.recursion.convert import SpanProof
from reference.recursion.jobs import SegmentJob, TreeBench, TreeJob
from reference.recursion.node_files import NodeFolder
from reference.recursion.schedule import Schedule
from reference.recursion.statements import leaf_of
from reference.recursion.tree_progress import Told, untold
from reference.segments.checking import decoded_segment
from reference.segments.driver import ProvenRun, RunRequest, prove_in_folder
from reference.segments.folder import Report
from reference.segments.jobs import Job, ProveJob, Workers
from reference.segments.proofs import SegmentProofs
from reference.trace.plan import RunEnd
from spec.protocol.final_encoding import FinalProof
from spec.protocol.hash import Digest, digest_bytes, digest_words
from spec.protocol.key import VerificationKey
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import encode_segment
from spec.protocol.run import leaves_root, run_digest
from spec.protocol.shape import SegmentShape


def digest_of(run: RunProof) -> Digest:
    """G of a run, from its segments' proofs."""
    leaves = [digest_bytes(leaf_of(SpanProof(run.key, (segment,)), segment)) for segment in run.segments]
    statement = run.key.statement(run.output, len(leaves))
    return tuple(run_digest(NumberAlgebra(), statement, leaves_root(leaves)))


@dataclass(frozen=True)
class ProvenSegments:
    """`SegmentProofs` of a run all of whose segments are proven."""

    proof: RunProof
    missing: ClassVar[tuple[int, ...]] = ()

    @property
    def key(self) -> VerificationKey:
        """As `SegmentProofs.key`."""
        return self.proof.key

    @property
    def output(self) -> bytes:
        """As `SegmentProofs.output`."""
        return self.proof.output

    @cached_property
    def run(self) -> bytes:
        """As `SegmentProofs.run`."""
        return digest_bytes(digest_of(self.proof))

    @property
    def segment_count(self) -> int:
        """As `SegmentProofs.segment_count`."""
        return len(self.proof.segments)

    def shapes(self) -> list[SegmentShape]:
        """As `SegmentProofs.shapes`."""
        return [segment.shape for segment in self.proof.segments]

    def job(self, index: int) -> ProveJob:
        """None is missing: it always raises LookupError."""
        raise LookupError(f"segment {index} is proven")

    def put(self, index: int, proof: bytes) -> None:
        """As `job`: it always raises LookupError."""
        raise LookupError(f"segment {index} is proven")

    def take(self, index: int) -> bytes:
        """As `SegmentProofs.take`."""
        return encode_segment(self.proof.segments[index])


def final_proof(
    bench: TreeBench,
    proofs: SegmentProofs,
    workers: Workers[TreeJob],
    folder: NodeFolder | None = None,
    told: Told = untold,
    begun: float = 0.0,
) -> FinalProof:
    """The final proof of a run, whose missing segments are proven on the way: nothing of the run is trusted, what is
    wrong with it, a circuit refuses.

    Nodes are kept in the folder. `told` hears of what is there; `begun` is the fraction of all work that was done
    before. Raises TooManySegmentsError, UnlistedShapeError, Rejected where a segment or node is not accepted, OSError,
    and what the workers raise.
    """
    prover = bench.prover(silent)
    schedule = Schedule(prover.design, proofs, folder, told, begun)
    for index, encoded in workers.execute(schedule):
        schedule.put(index, encoded)
    key = prover.workshop.verification(None)
    return FinalProof(proofs.key, proofs.output, RunProof(key, b"", (decoded_segment(schedule.last, key),)))


@dataclass(frozen=True)
class PinningWorkers:
    """A tree's workers, as whoever pins segments knows them."""

    workers: Workers[TreeJob]

    def execute(self, jobs: Iterable[Job]) -> Iterator[tuple[int, bytes]]:
        """As `Workers.execute`. What an observer hears is the fraction that was meant for a run without a tree."""
        return self.workers.execute(SegmentJob(Share(0.0, 1.0), job) for job in jobs)


def prove_final_in_folder(
    path: Path,
    request: RunRequest,
    bench: TreeBench,
    workers: Workers[TreeJob],
    *,
    report: Report,
    keep: Callable[[FinalProof, RunEnd], None],
    observer: Observer = silent,
    told: Told = untold,
) -> ProvenRun:
    """Proves a run in a folder as `prove_in_folder` does, and its nodes as soon as their children are there. `keep`
    receives the final proof, and how the run ended, while the folder is still in use.

    Raises what `prove_in_folder` and `final_proof` raise.
    """

    def second_pass(proofs: SegmentProofs, end: RunEnd) -> None:
        nodes = NodeFolder(path, digest_words(proofs.run), bench.prover(silent), report, request.tools)
        keep(final_proof(bench, proofs, workers, nodes, told, BEFORE_PROVING), end)

    return prove_in_folder(
        path, request, PinningWorkers(workers), report=report, observer=observer, second_pass=second_pass
    )
