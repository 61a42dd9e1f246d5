"""Proving a run of any length without a folder: a bounded number of segments is held at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from reference.prover.progress import Observer, Progress, Stage, silent
from reference.segments.codec import decode_segment_plan, encode_planned_segment, encode_segment_plan
from reference.segments.jobs import ProveJob, Workbench
from reference.trace.plan import PlannedSegment, RunPlan, SegmentPlan
from reference.trace.planned_shape import planned_shape
from spec.protocol.hash import digest_bytes
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof_encoding import encode_run
from spec.protocol.run import leaves_root, run_digest
from spec.protocol.shape import SegmentShape

HELD_BYTES = 2**26
"""Plans beyond go to a temporary file."""


class PlanStoreError(Exception):
    """The temporary file of the plans cannot be written or read."""


class PlanStore:
    """The plans of a run's segments between the first pass and the second. Every method raises PlanStoreError."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._ends = [0]

    def keep(self, plan: SegmentPlan) -> None:
        """Takes in the plan of the next segment. Raises PlanStoreError if the disk has no room for it."""
        try:
            self._file.seek(self._ends[-1])
            self._file.write(encode_segment_plan(plan))
            self._ends.append(self._file.tell())
        except OSError as error:
            raise PlanStoreError(str(error)) from error

    def segment(self, run: RunPlan, index: int) -> PlannedSegment:
        """A segment with what became known at the end of the run. Raises PlanStoreError if its file cannot be read."""
        try:
            self._file.seek(self._ends[index])
            encoded = self._file.read(self._ends[index + 1] - self._ends[index])
        except OSError as error:
            raise PlanStoreError(str(error)) from error
        return run.segment(decode_segment_plan(encoded))


@contextmanager
def plan_store() -> Iterator[PlanStore]:
    """A store whose plans go away with it."""
    with tempfile.SpooledTemporaryFile(max_size=HELD_BYTES) as file:
        yield PlanStore(file)


class HeldProofs:
    """`SegmentProofs` in memory: each is held until it is taken. Every method may raise PlanStoreError."""

    def __init__(self, bench: Workbench, run: RunPlan, plans: PlanStore, observer: Observer = silent) -> None:
        """Pins every segment."""
        self.key, self.output, self.segment_count = bench.key.verification, run.end.output, run.segment_count
        self.missing = range(self.segment_count)
        self._plan, self._plans = run, plans
        self._shapes: list[SegmentShape] = []
        self._leaves: list[bytes] = []
        self._held: dict[int, bytes] = {}
        heights = self.key.heights_by_chip()
        for index in self.missing:
            Progress(observer, self.segment_count).begin(Stage.PIN, index)
            segment = plans.segment(run, index)
            self._shapes.append(planned_shape(segment, heights))
            self._leaves.append(bench.pin(segment, self.segment_count))
        statement = self.key.statement(self.output, self.segment_count)
        self.run = digest_bytes(run_digest(NumberAlgebra(), statement, leaves_root(self._leaves)))

    def shapes(self) -> list[SegmentShape]:
        """As `SegmentProofs.shapes`."""
        return self._shapes

    def job(self, index: int) -> ProveJob:
        """As `SegmentProofs.job`."""
        planned = encode_planned_segment(self._plans.segment(self._plan, index))
        return ProveJob(index, self.segment_count, planned, self.run, self._leaves[index])

    def put(self, index: int, proof: bytes) -> None:
        """As `SegmentProofs.put`."""
        self._held[index] = proof

    def take(self, index: int) -> bytes:
        """As `SegmentProofs.take`."""
        return self._held.pop(index)


def prove_planned(
    bench: Workbench, run: RunPlan, plans: PlanStore, observer: Observer = silent
) -> tuple[bytes, tuple[SegmentShape, ...]]:
    """The canonical bytes of the proof of a planned run, and the shapes of its segments.

    Raises PlanStoreError if the temporary file cannot be written or read, and PlanError if the execution is not the
    planned one.
    """
    proofs = HeldProofs(bench, run, plans, observer)
    for index in proofs.missing:
        proofs.put(index, proofs.job(index).execute(bench, observer))
    encoded = [proofs.take(index) for index in proofs.missing]
    return encode_run(proofs.key, proofs.output, encoded), tuple(proofs.shapes())
