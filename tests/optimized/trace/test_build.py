"""Optimised plans and traces against the reference's, byte by byte and cell by cell."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from limpid.guest_build.build import EXAMPLES
from limpid.runs.optimized_runs import CompiledTraces, plan_compiled_run
from optimized.trace.build import FILLED_BLOCK_ROWS
from optimized.trace.fill import CALL_FILLERS, FILLERS, WORK_WRITERS, FillerError, write_cells
from optimized.trace.rows import Cells
from reference.loader import load, load_bytes
from reference.program_keys import fixed_cells
from reference.segments.codec import encode_segment_plan
from reference.tables import Trace
from reference.trace import segmentation
from reference.trace.build import build_continuation, build_segment
from reference.trace.continuation import RunCell, SegmentCell
from reference.trace.errors import PlanError, WitnessError
from reference.trace.limits import NO_LIMITS, SegmentLimits
from reference.trace.packed_cells import RunCells, SegmentCells
from reference.trace.plan import RunPlan, SegmentPlan
from reference.trace.run_memory import MemoryPart
from spec.isa.calls import SHA256_COMPRESS
from spec.memory_map import OUTPUT_REGION, Space
from spec.program import Program
from spec.rv64im.machine import CALL_CHIPS, CHIP_BY_NAME, CLOCK_LIMIT, INSTRUCTION_CHIPS, WORK_CHIPS
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.call_programs import calling_program
from tests.reference.every_instruction import every_instruction_program
from tests.reference.random_program import random_program

PAIRS = [
    (7, 3),
    (2**64 - 7, 3),
    (7, 2**64 - 3),
    (2**64 - 7, 2**64 - 3),
    (2**63, 2**64 - 1),
    (2**31, 2**32 - 1),
    (2**64 - 2**31, 2**64 - 1),
    (5, 0),
    (2**64 - 5, 0),
    (0, 0),
    (2**64 - 1, 2**64 - 1),
    (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210),
]
"""Operands of every sign, the overflows of division, and division by zero."""

SINGLES = [0, 1, 2**63 + 5, 2**64 - 1]
WORD = (0x1234_5678_9ABC_DEF0).to_bytes(8, "little")


def _random(seed: int) -> Callable[[], Program]:
    return lambda: load_bytes(random_program(seed, 120).elf)


def _example(name: str) -> Callable[[], Program]:
    return lambda: load(EXAMPLES / "elf" / f"{name}.elf")


def _announcing() -> Program:
    """Announces an output that it does not write."""
    assembly = Assembly()
    assembly.constant(5, OUTPUT_REGION.start)
    assembly.add("addi", 6, immediate=20)
    assembly.add("sd", rs1=5, rs2=6)
    assembly.exit(3)
    return assembly.program()


def _calls() -> Program:
    """Compressions on operands side by side, and on a state within the block."""
    block = SCRATCH.start
    return calling_program(SHA256_COMPRESS, *[(block, block + 64)] * 5, (block, block + 32), (block + 8, block))


RUNS: dict[str, tuple[Callable[[], Program], bytes, SegmentLimits]] = {
    "every instruction": (lambda: every_instruction_program(PAIRS, SINGLES), WORD, NO_LIMITS),
    "every instruction, cut by clock": (
        lambda: every_instruction_program(PAIRS[:1], SINGLES[:1]),
        WORD,
        SegmentLimits(clock=60, memory_rows=7),
    ),
    "every instruction, cut by area": (
        lambda: every_instruction_program(PAIRS, SINGLES),
        WORD,
        SegmentLimits(cost=30_000, memory_rows=16),
    ),
    "calls": (_calls, b"", NO_LIMITS),
    "calls, cut by clock": (_calls, b"", SegmentLimits(clock=1_200, memory_rows=32)),
    "announced output": (_announcing, b"", SegmentLimits(clock=9, memory_rows=2)),
    "hello": (_example("hello"), b"Ada", SegmentLimits(cost=15_000)),
    "sort": (_example("sort"), struct.pack("<20I", *range(20)), SegmentLimits(cost=40_000, memory_rows=20)),
    "primes": (_example("primes"), struct.pack("<I", 60), SegmentLimits(clock=1_500, memory_rows=30)),
    **{f"random {seed}": (_random(seed), b"", SegmentLimits(cost=12_000 + 997 * seed)) for seed in range(6)},
}


def _plans(name: str) -> tuple[RunPlan, list[SegmentPlan]]:
    program, private_input, limits = RUNS[name]
    plans: list[SegmentPlan] = []
    return plan_compiled_run(program(), private_input, limits, plans.append), plans


def _traces(program: Program) -> CompiledTraces:
    return CompiledTraces(program, fixed_cells(program, listed=False))


@pytest.mark.parametrize("name", RUNS)
def test_plans_are_the_references_bytes(name: str) -> None:
    program, private_input, limits = RUNS[name]
    expected: list[SegmentPlan] = []
    expected_run = segmentation.plan_run(program(), private_input, limits, expected.append)
    run, plans = _plans(name)
    assert [encode_segment_plan(plan) for plan in plans] == [encode_segment_plan(plan) for plan in expected]
    assert run == expected_run
    assert (len(plans) > 1) == (limits is not NO_LIMITS)


def _require_equal(ours: Trace, reference: Trace) -> None:
    assert (ours.public_values, ours.output) == (reference.public_values, reference.output)
    assert [(t.chip, t.height) for t in ours.tables] == [(t.chip, t.height) for t in reference.tables]
    for table, expected in zip(ours.tables, reference.tables, strict=True):
        for column, name in enumerate(expected.chip.columns):
            assert np.array_equal(table.main[:, column], expected.main[:, column]), f"{expected.chip.name}.{name}"
        assert np.array_equal(table.fixed, expected.fixed), expected.chip.name


@pytest.mark.parametrize("name", RUNS)
def test_every_segment_has_the_references_cells(name: str) -> None:
    program = RUNS[name][0]()
    run, plans = _plans(name)
    traces = _traces(program)
    for plan in plans:
        segment = run.segment(plan)
        _require_equal(traces.segment(segment), build_segment(program, segment))
        _require_equal(traces.continuation(segment), build_continuation(program, segment))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 200))
def test_generated_program_under_random_limits_has_the_references_plans_and_cells(seed: int) -> None:
    source = Random(seed)
    program = load_bytes(random_program(seed, source.randint(1, 200)).elf)
    cost, clock = source.choice([None, source.randint(8_000, 60_000)]), source.choice([40, 100, 1_000, CLOCK_LIMIT])
    limits = SegmentLimits(cost, clock, memory_rows=source.randint(1, 60))
    plans: list[SegmentPlan] = []
    expected: list[SegmentPlan] = []
    run = plan_compiled_run(program, b"", limits, plans.append)
    assert run == segmentation.plan_run(program, b"", limits, expected.append)
    assert plans == expected
    traces = _traces(program)
    for plan in source.sample(plans, min(3, len(plans))):
        _require_equal(traces.segment(run.segment(plan)), build_segment(program, run.segment(plan)))


def test_tables_of_many_blocks_and_two_instances_have_the_references_cells() -> None:
    assembly = Assembly()
    assembly.constant(5, 18_000)
    loop = assembly.here
    assembly.add("addi", 5, 5, immediate=-1)
    assembly.add("bne", rs1=5, immediate=loop - assembly.here)
    assembly.exit()
    program = assembly.program()
    plans: list[SegmentPlan] = []
    segment = plan_compiled_run(program, b"", NO_LIMITS, plans.append).segment(plans[0])
    ours = _traces(program).segment(segment)
    assert [table.height for table in ours.tables if table.chip.name == "addi"] == [16384, 2048]
    assert segment.plan.instructions > 2 * FILLED_BLOCK_ROWS
    _require_equal(ours, build_segment(program, segment))


def test_fillers_are_those_of_every_instruction_and_work_chip() -> None:
    assert {*FILLERS, *CALL_FILLERS} == {chip.name for chip in INSTRUCTION_CHIPS}
    assert set(CALL_FILLERS) == {chip.name for chip in CALL_CHIPS}
    assert set(WORK_WRITERS) == {chip.name for chip in WORK_CHIPS}


def test_chip_without_a_filler_is_named_with_the_table_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assembly = Assembly()
    assembly.constant(5, 18_000)
    assembly.exit()
    program = assembly.program()
    plans: list[SegmentPlan] = []
    segment = plan_compiled_run(program, b"", NO_LIMITS, plans.append).segment(plans[0])
    monkeypatch.delitem(FILLERS, "halt")
    with pytest.raises(FillerError, match=r"^halt: no filler in FILLERS of optimized/trace/fill\.py$"):
        _traces(program).segment(segment)


def test_cells_that_are_not_the_chips_columns_are_refused() -> None:
    chip = CHIP_BY_NAME["halt"]
    cells: Cells = dict.fromkeys(chip.columns[1:], 0)
    with pytest.raises(FillerError, match=r"halt: columns and filled cells differ in \['real'\]"):
        write_cells(chip, cells, np.zeros((1, len(chip.columns)), dtype=np.uint32))


CUT = "every instruction, cut by clock"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clock_out": 5}, "segment 1 executes"),
        ({"pc_out": 0}, "segment 1 does not end where planned"),
        ({"pc_out": None}, "segment 1 does not end where planned"),
        ({"pc_in": 0}, "segment 1 executes"),
    ],
)
def test_segment_that_does_not_run_as_planned_is_refused(changes: dict[str, int | None], message: str) -> None:
    run, plans = _plans(CUT)
    with pytest.raises(PlanError, match=message):
        _traces(RUNS[CUT][0]()).segment(run.segment(replace(plans[1], **changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"pc_in": 2**64 - 4},
        {"pc_in": 2},
        {"rows": (2**32 - 1,) * len(INSTRUCTION_CHIPS)},
        {"cells": SegmentCells.of([SegmentCell(Space.REGISTERS, 33, 0, 0, 1, 0)])},
    ],
    ids=["pc above memory", "pc between words", "rows", "register"],
)
def test_plan_that_no_segment_can_have_is_refused(changes: dict[str, object]) -> None:
    run, plans = _plans(CUT)
    with pytest.raises(PlanError, match="segment 1 cannot be executed as planned"):
        _traces(RUNS[CUT][0]()).segment(run.segment(replace(plans[1], **changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize("whole", [True, False], ids=["segment", "continuation"])
def test_memory_rows_outside_all_regions_are_refused(whole: bool) -> None:
    run, plans = _plans(CUT)
    segment = run.segment(plans[-1])
    outside = RunCells.of([RunCell(Space.MEMORY, 1, 0, 0, 1)])
    forged = replace(segment, memory=MemoryPart(outside, 0))
    traces = _traces(RUNS[CUT][0]())
    with pytest.raises(WitnessError, match="key 0x1 lies in no region"):
        (traces.segment if whole else traces.continuation)(forged)


@pytest.mark.parametrize("more", [1, -1])
def test_segment_with_other_rows_than_planned_is_refused(more: int) -> None:
    run, plans = _plans(CUT)
    chip = next(i for i, count in enumerate(plans[1].rows) if count > 1)
    rows = tuple(count + more * (i == chip) for i, count in enumerate(plans[1].rows))
    with pytest.raises(PlanError, match="segment 1 executes"):
        _traces(RUNS[CUT][0]()).segment(run.segment(replace(plans[1], rows=rows)))


@pytest.mark.parametrize("column", ["value_out", "last_clock", "address"])
@pytest.mark.parametrize("space", Space)
def test_segment_that_does_not_touch_memory_as_planned_is_refused(column: str, space: Space) -> None:
    run, plans = _plans(CUT)
    plan = next(plan for plan in plans if any(cell.space is Space.MEMORY for cell in plan.cells))
    last = max((cell for cell in plan.cells if cell.space is space), key=lambda cell: cell.key)
    others = [cell for cell in plan.cells if cell != last]
    forged = replace(last, **{column: getattr(last, column) + 1})
    cells = SegmentCells.of(sorted((*others, forged), key=lambda cell: cell.key))
    with pytest.raises(PlanError, match=f"segment {plan.index} does not touch memory as planned"):
        _traces(RUNS[CUT][0]()).segment(run.segment(replace(plan, cells=cells)))


def test_segment_whose_plan_leaves_an_address_out_is_refused() -> None:
    run, plans = _plans(CUT)
    unread = next(cell for cell in plans[0].cells if cell.value_in == 0)
    cells = SegmentCells.of(cell for cell in plans[0].cells if cell != unread)
    with pytest.raises(PlanError, match="segment 0 does not touch memory as planned"):
        _traces(RUNS[CUT][0]()).segment(run.segment(replace(plans[0], cells=cells)))
