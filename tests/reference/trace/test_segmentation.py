"""Runs cut into several segments: where they are cut, how they meet, and what each of them knows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from limpid.runs.optimized_runs import plan_compiled_run
from reference.checker import check_run
from reference.program_keys import verification_key
from reference.prover.plain_kernels import PlainKernels
from reference.tables import Trace
from reference.trace.build import build_continuation, build_segment, build_trace, build_traces
from reference.trace.errors import PlanError, TraceTooLongError, UnprovableError
from reference.trace.limits import NO_LIMITS, SegmentLimits, limits_of_shape
from reference.trace.packed_cells import SegmentCells
from reference.trace.plan import RunPlan, SegmentPlan
from reference.trace.planned_shape import planned_shape
from reference.trace.segmentation import PlanRun, plan_run
from spec.air.chip import Role
from spec.cost import row_cost
from spec.memory_map import OUTPUT_REGION
from spec.parameters import TINY
from spec.program import Program
from spec.protocol.shape import check_run_messages, clock_end, run_message_counts
from spec.rejection import Rejected
from spec.rv64im.machine import RV64IM
from spec.rv64im.program_row import HALTED
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.every_instruction import BASE, LEFT, RESULT, every_instruction_program

INPUT = b"abcdefgh"
LIMITS = SegmentLimits(clock=300)


def _every_instruction() -> Program:
    return every_instruction_program([(7, 3)], [2**63 + 5])


@cache
def _planned(limits: SegmentLimits) -> tuple[RunPlan, tuple[SegmentPlan, ...]]:
    plans: list[SegmentPlan] = []
    run = plan_run(_every_instruction(), INPUT, limits, plans.append)
    return run, tuple(plans)


def _continuation_rows(traces: list[Trace], chip: str) -> list[int]:
    """The number of rows that are not padding, by segment."""
    counts = []
    for trace in traces:
        tables = [table for table in trace.tables if table.chip.name == chip]
        counts.append(sum(int(np.count_nonzero(table.main.any(axis=1))) for table in tables))
    return counts


@pytest.mark.parametrize(
    "limits",
    [
        LIMITS,
        SegmentLimits(clock=60, memory_rows=7),
        SegmentLimits(clock=60, memory_rows=1),
        SegmentLimits(cost=30_000, memory_rows=16),
    ],
    ids=str,
)
def test_run_of_many_segments_checks_clean(limits: SegmentLimits) -> None:
    traces = build_traces(_every_instruction(), INPUT, limits)
    assert len(traces) > 3
    assert [str(violation) for violation in check_run(traces)] == []
    assert {trace.output for trace in traces} == {INPUT}


def test_run_without_a_cut_is_the_one_segment_trace() -> None:
    (cut,) = build_traces(_every_instruction(), INPUT, NO_LIMITS)
    whole = build_trace(_every_instruction(), INPUT)
    assert cut.public_values == whole.public_values
    assert all(np.array_equal(a.main, b.main) for a, b in zip(cut.tables, whole.tables, strict=True))


def test_segments_execute_every_instruction_once() -> None:
    run, plans = _planned(LIMITS)
    assert sum(plan.instructions for plan in plans) == run.end.instructions
    assert [plan.pc_in for plan in plans[1:]] == [plan.pc_out for plan in plans[:-1]]
    assert plans[-1].pc_out is None


def test_segments_stay_within_the_clock_and_are_cut_as_late_as_they_can() -> None:
    traces = build_traces(_every_instruction(), INPUT, LIMITS)
    ends = [clock_end(trace.shape.tables_of(Role.INSTRUCTION)) for trace in traces]
    assert max(ends) <= LIMITS.clock
    # What cut the segment is one row, which at most doubles one chip's table.
    assert min(ends[:-1]) > LIMITS.clock // 2


def test_segments_stay_within_the_cost_and_come_near_it() -> None:
    limit = 30_000
    costs = []
    for trace in build_traces(_every_instruction(), INPUT, SegmentLimits(cost=limit)):
        counted = [t for t in trace.tables if t.chip.role is Role.INSTRUCTION or t.chip.name == "boundary"]
        costs.append(sum(t.height * row_cost(t.chip).total for t in counted))
    assert len(costs) > 1
    assert max(costs) <= limit
    assert min(costs[:-1]) > limit // 2


def test_exit_code_stands_in_the_last_segment_only() -> None:
    assembly = Assembly()
    for _ in range(20):
        assembly.add("addi", LEFT, LEFT, immediate=1)
    assembly.exit(7)
    traces = build_traces(assembly.program(), b"", SegmentLimits(clock=40))
    assert [trace.public_values["exit_code_0"] for trace in traces] == [0] * (len(traces) - 1) + [7]
    assert [trace.public_values["pc_out"] == HALTED for trace in traces] == [False] * (len(traces) - 1) + [True]


def test_address_carries_value_and_origin_from_the_last_segment_that_touched_it() -> None:
    assembly = Assembly()
    assembly.constant(BASE, SCRATCH.start)
    assembly.add("addi", LEFT, immediate=5)
    assembly.add("sd", rs1=BASE, rs2=LEFT)
    for _ in range(40):
        assembly.add("addi", RESULT, RESULT, immediate=1)
    assembly.add("ld", RESULT, BASE)
    assembly.exit()
    plans: list[SegmentPlan] = []
    plan_run(assembly.program(), b"", SegmentLimits(clock=40), plans.append)
    scratch = [
        (p.index, c.origin, c.value_in, c.value_out) for p in plans for c in p.cells if c.key == SCRATCH.start // 8
    ]
    (first, second) = scratch
    assert first == (0, 0, 0, 5)
    assert (second[0] >= 2, second[1:]) == (True, (1, 5, 5))


def test_memory_table_stands_in_the_last_segments_split_in_order() -> None:
    limits = SegmentLimits(clock=60, memory_rows=20)
    run, plans = _planned(limits)
    sizes = [len(part.cells) for part in run.memory]
    total = len({(cell.space, cell.address) for plan in plans for cell in plan.cells})
    filled = -(-total // 20)
    assert sizes == [0] * (len(plans) - filled) + [20] * (filled - 1) + [total - 20 * (filled - 1)]
    traces = build_traces(_every_instruction(), INPUT, limits)
    assert _continuation_rows(traces, "memory") == sizes
    assert [any(t.chip.name == "memory" for t in trace.tables) for trace in traces] == [size > 0 for size in sizes]
    cursors = [(trace.public_values["cursor_in"], trace.public_values["cursor_out"]) for trace in traces]
    assert [before for before, _ in cursors] == [0, *(after for _, after in cursors[:-1])]
    assert cursors[-1][1] == 2**29 + 33


def test_memory_table_of_a_run_with_too_few_segments_has_larger_parts() -> None:
    run, plans = _planned(SegmentLimits(clock=300, memory_rows=2))
    assert all(run.memory[plan.index].cells for plan in plans)
    assert max(len(part.cells) for part in run.memory) > 2


def test_output_that_was_announced_but_not_written_is_in_the_memory_table() -> None:
    assembly = Assembly()
    assembly.constant(BASE, OUTPUT_REGION.start)
    assembly.add("addi", RESULT, immediate=20)
    assembly.add("sd", rs1=BASE, rs2=RESULT)
    for _ in range(20):
        assembly.add("addi", LEFT, LEFT, immediate=1)
    assembly.exit()
    traces = build_traces(assembly.program(), b"", SegmentLimits(clock=40))
    assert (len(traces) > 1, traces[-1].output, check_run(traces)) == (True, bytes(20), [])


def test_continuation_tables_alone_are_those_of_the_whole_segment() -> None:
    run, plans = _planned(LIMITS)
    for plan in plans:
        segment = run.segment(plan)
        whole = build_segment(_every_instruction(), segment)
        expected = [table for table in whole.tables if table.chip.role is Role.CONTINUATION]
        alone = build_continuation(_every_instruction(), segment)
        assert alone.public_values == whole.public_values
        assert [table.chip.name for table in alone.tables] == [table.chip.name for table in expected]
        assert all(np.array_equal(a.main, b.main) for a, b in zip(alone.tables, expected, strict=True))


def test_limits_without_room_for_an_instruction_are_refused() -> None:
    with pytest.raises(TraceTooLongError, match="the limits of a segment have no room for one instruction"):
        build_traces(_every_instruction(), INPUT, SegmentLimits(clock=3))


def test_run_of_too_many_segments_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference.trace.segmentation.MAXIMUM_SEGMENTS", 3)
    with pytest.raises(TraceTooLongError, match="the execution takes more than 3 segments"):
        build_traces(_every_instruction(), INPUT, SegmentLimits(clock=60))


@pytest.mark.parametrize("planner", [plan_run, plan_compiled_run])
@pytest.mark.parametrize("limits", [LIMITS, limits_of_shape("general")])
def test_run_of_more_messages_than_the_verifier_admits_is_refused_before_it_is_proven(
    limits: SegmentLimits, planner: PlanRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound is the verifier's on the heights that the tables will have, exactly."""
    run, plans = _planned(limits)
    program = {chip.name: 1 for chip in RV64IM.chips_of(Role.PROGRAM_TABLE)}
    shapes = [planned_shape(run.segment(plan), program) for plan in plans]
    bus, count = run_message_counts(shapes).most_common(1)[0]
    monkeypatch.setattr("spec.protocol.shape.P", count + 1)
    assert planner(_every_instruction(), INPUT, limits, lambda _: None) == run
    monkeypatch.setattr("spec.protocol.shape.P", count)
    with pytest.raises(Rejected):
        check_run_messages(shapes)
    with pytest.raises(TraceTooLongError) as refused:
        planner(_every_instruction(), INPUT, limits, lambda _: None)
    segments = f"{len(plans):,} segments, which no verifier admits"
    assert str(refused.value) == f"bus {bus} may have {count} messages in {segments}"


def test_run_that_traps_in_a_later_segment_is_unprovable() -> None:
    assembly = Assembly()
    for _ in range(20):
        assembly.add("addi", LEFT, LEFT, immediate=1)
    assembly.add("ebreak")
    with pytest.raises(UnprovableError, match="the program executed ebreak"):
        build_traces(assembly.program(), b"", SegmentLimits(clock=40))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clock_out": 5}, "segment 1 executes"),
        ({"pc_out": 0}, "segment 1 does not end where planned"),
        ({"pc_out": None}, "segment 1 does not end where planned"),
    ],
)
def test_segment_that_does_not_run_as_planned_is_refused(changes: dict[str, int | None], message: str) -> None:
    run, plans = _planned(LIMITS)
    with pytest.raises(PlanError, match=message):
        build_segment(_every_instruction(), run.segment(replace(plans[1], **changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize("more", [1, -1])
def test_segment_with_other_rows_than_planned_is_refused(more: int) -> None:
    run, plans = _planned(LIMITS)
    chip = next(i for i, count in enumerate(plans[1].rows) if count > 1)
    rows = tuple(count + more * (i == chip) for i, count in enumerate(plans[1].rows))
    with pytest.raises(PlanError, match="segment 1 executes"):
        build_segment(_every_instruction(), run.segment(replace(plans[1], rows=rows)))


@pytest.mark.parametrize("column", ["value_out", "last_clock"])
def test_segment_that_does_not_touch_memory_as_planned_is_refused(column: str) -> None:
    run, plans = _planned(LIMITS)
    *others, last = plans[0].cells
    changed = replace(last, **{column: getattr(last, column) + 1})
    with pytest.raises(PlanError, match="segment 0 does not touch memory as planned"):
        build_segment(_every_instruction(), run.segment(replace(plans[0], cells=SegmentCells.of((*others, changed)))))


def test_planned_shape_is_that_of_the_trace() -> None:
    run, plans = _planned(SegmentLimits(clock=60, memory_rows=20))
    fixed = verification_key(PlainKernels(), _every_instruction(), TINY).heights_by_chip()
    for plan in plans:
        segment = run.segment(plan)
        trace = build_segment(_every_instruction(), segment)
        assert planned_shape(segment, fixed) == trace.shape
