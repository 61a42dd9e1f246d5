"""Proving a run of any length without a folder: a bounded number of segments is held at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from reference.prover.progress import Observer, Progress, Stage, silent
from reference.segments.codec import decode_segment_plan, encode_segment_plan
from reference.segments.jobs import Workbench
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
        """Takes in the plan of the next segment."""
        try:
            self._file.seek(self._ends[-1])
            self._file.write(encode_segment_plan(plan))
            self._ends.append(self._file.tell())
        except OSError as error:
            raise PlanStoreError(str(error)) from error

    def segment(self, run: RunPlan, index: int) -> PlannedSegment:
        """A segment with what became known at the end of the run."""
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


def prove_planned(
    bench: Workbench, run: RunPlan, plans: PlanStore, observer: Observer = silent
) -> tuple[bytes, tuple[SegmentShape, ...]]:
    """The canonical bytes of the proof of a planned run, and the shapes of its segments.

    Raises PlanStoreError, PlanError.
    """
    count = run.segment_count
    key = bench.key.verification
    statement = key.statement(run.end.output, count)
    leaves, shapes = [], []
    for index in range(count):
        Progress(observer, count).begin(Stage.PIN, index)
        segment = plans.segment(run, index)
        shapes.append(planned_shape(segment, key.heights_by_chip()))
        leaves.append(bench.pin(segment, count))
    digest = digest_bytes(run_digest(NumberAlgebra(), statement, leaves_root(leaves)))
    proofs = [
        bench.prove(plans.segment(run, index), count, digest, leaf, observer) for index, leaf in enumerate(leaves)
    ]
    return encode_run(key, statement.output, proofs), tuple(shapes)
