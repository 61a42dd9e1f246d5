"""Proving without a folder: the same bytes, one segment at a time."""

from __future__ import annotations

import gc
import io
import weakref
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from limpid.runs.optimized_runs import plan_compiled_run as plan_compiled
from limpid.runs.optimized_runs import segment_traces
from reference.prover.progress import Stage
from reference.segments import in_memory
from reference.segments.in_memory import PlanStore, PlanStoreError, plan_store, prove_planned
from reference.segments.jobs import SegmentTraces, Workbench
from reference.tables import Trace
from reference.trace.build import PlainTraces
from reference.trace.plan import PlannedSegment, SegmentPlan
from reference.trace.segmentation import PlanRun, plan_run
from spec.protocol.proof_encoding import encode_proof
from tests.reference.segmented_run import INPUT, LIMITS, counting_key, counting_program, segmented_run
from tests.reference.segments.counting_folder import counting_bench

COMPILED = segment_traces(counting_program(), counting_key().tables)


class OneAtATime:
    """Fills in tables, and notes how many earlier traces of whole segments are still held."""

    def __init__(self, traces: SegmentTraces) -> None:
        self.held: list[int] = []
        self._traces = traces
        self._made: list[weakref.ref[Trace]] = []

    def segment(self, segment: PlannedSegment) -> Trace:
        gc.collect()
        self.held.append(sum(made() is not None for made in self._made))
        trace = self._traces.segment(segment)
        self._made.append(weakref.ref(trace))
        return trace

    def continuation(self, segment: PlannedSegment) -> Trace:
        return self._traces.continuation(segment)


@pytest.mark.parametrize(
    ("plan", "traces"),
    [(plan_run, PlainTraces(counting_program())), (plan_compiled, COMPILED)],
    ids=["reference", "optimized"],
)
def test_run_of_three_segments_has_the_bytes_of_proving_all_at_once(plan: PlanRun, traces: SegmentTraces) -> None:
    watched = OneAtATime(traces)
    heard: list[Stage] = []
    bench: Workbench = replace(counting_bench(), traces=watched)
    with plan_store() as plans:
        run = plan(counting_program(), INPUT, LIMITS, plans.keep)
        encoded, shapes = prove_planned(bench, run, plans, lambda stage, _: heard.append(stage))
    expected = segmented_run().proof
    assert encoded == encode_proof(expected)
    assert shapes == tuple(segment.shape for segment in expected.segments)
    assert watched.held == [0, 0, 0]
    proving = [Stage.TRACE, Stage.MAIN, Stage.BUSES, Stage.CONSTRAINTS, Stage.OPENINGS]
    assert heard == [Stage.PIN] * 3 + proving * 3


def test_plans_come_back_in_any_order_from_a_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(in_memory, "HELD_BYTES", 1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kept: list[SegmentPlan] = []
    with plan_store() as plans:

        def keep(plan: SegmentPlan) -> None:
            kept.append(plan)
            plans.keep(plan)

        run = plan_run(counting_program(), INPUT, LIMITS, keep)
        for plan in reversed(kept):
            assert plans.segment(run, plan.index) == run.segment(plan)
    assert list(tmp_path.iterdir()) == []


def _no_room(*_: object) -> None:
    raise OSError("no space left")


@pytest.mark.parametrize("operation", ["write", "read"])
def test_temporary_file_that_fails_is_a_typed_error(operation: str) -> None:
    file = io.BytesIO()
    plans = PlanStore(file)
    failing = PlanStore(cast(Any, SimpleNamespace(seek=file.seek, tell=file.tell, write=_no_room, read=_no_room)))
    if operation == "write":
        with pytest.raises(PlanStoreError, match="no space left"):
            plan_run(counting_program(), INPUT, LIMITS, failing.keep)
    else:
        run = plan_run(counting_program(), INPUT, LIMITS, plans.keep)
        failing._ends = plans._ends
        with pytest.raises(PlanStoreError, match="no space left"):
            failing.segment(run, 0)
