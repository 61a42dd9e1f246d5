"""Plans and traces of runs that make calls: the optimised executor's are the reference's, byte by byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

import numpy as np
import pytest

from limpid.runs.optimized_runs import CompiledTraces, plan_compiled_run
from optimized.kernels import OptimizedKernels
from optimized.trace.build import BLOCK_CELLS
from optimized.trace.calls import CallRows
from optimized.trace.fill import CALL_FILLERS, WORK_WRITERS
from optimized.trace.keccak import work
from optimized.words import Words
from reference.checker import check_trace
from reference.program_keys import proving_key
from reference.segments.codec import encode_segment_plan
from reference.tables import Trace
from reference.trace import segmentation
from reference.trace.build import build_segment
from reference.trace.errors import PlanError, UnprovableError
from reference.trace.limits import NO_LIMITS, SegmentLimits
from reference.trace.plan import SegmentPlan
from spec.air.chip import Chip
from spec.isa.advice import HonestHost
from spec.isa.calls import CALLS, KECCAK_F, MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, Call
from spec.keccak import ROUNDS
from spec.parameters import TINY
from spec.program import Program
from spec.rv64im.chips.keccak import TABLE
from spec.rv64im.machine import CALL_CHIPS, WORK_CHIPS
from tests.reference.assembly import SCRATCH
from tests.reference.call_programs import calling_program
from tests.reference.call_run import from_address, operands_apart
from tests.reference.executor.test_call_traps import DIVISIONS, division_program, program_of
from tests.reference.trace.test_advice import CUT, advice_program
from tests.reference.trace.test_modular import divisions, modular_program
from tests.reference.violations import rows_named


def _keccak(times: int) -> Program:
    source = Random(5)
    state = SCRATCH.start + 8
    values = from_address(state, [source.getrandbits(64) for _ in range(25)])
    return calling_program(KECCAK_F, *[[state]] * times, values=values)


TWO_BLOCKS = BLOCK_CELLS // len(TABLE.chip.columns) // ROUNDS + 1
"""The permutations with more rows than are filled at once."""

RUNS: dict[str, tuple[Callable[[], Program], SegmentLimits]] = {
    "keccak": (lambda: _keccak(3), NO_LIMITS),
    "keccak, two blocks of rows": (lambda: _keccak(TWO_BLOCKS), NO_LIMITS),
    "modular, 256 bits": (lambda: modular_program(MULTIPLY_ADD_MODULO_256, divisions(4)), NO_LIMITS),
    "modular, 384 bits": (lambda: modular_program(MULTIPLY_ADD_MODULO_384, divisions(6)), NO_LIMITS),
    "modular, cut by clock": (
        lambda: modular_program(MULTIPLY_ADD_MODULO_256, divisions(4)),
        SegmentLimits(clock=500, memory_rows=40),
    ),
    "advice": (advice_program, NO_LIMITS),
    "advice, cut by clock": (advice_program, CUT),
    "keccak, cut by clock": (lambda: _keccak(3), SegmentLimits(clock=6_000, memory_rows=20)),
}


def _require_equal(ours: Trace, reference: Trace) -> None:
    assert (ours.public_values, ours.output) == (reference.public_values, reference.output)
    assert [(t.chip, t.height) for t in ours.tables] == [(t.chip, t.height) for t in reference.tables]
    for table, expected in zip(ours.tables, reference.tables, strict=True):
        differing = np.nonzero((table.main != expected.main).any(axis=0))[0].tolist()
        assert [expected.chip.columns[column] for column in differing] == [], expected.chip.name


@pytest.mark.parametrize("name", RUNS)
def test_plans_and_cells_of_calls_are_the_references(name: str) -> None:
    make, limits = RUNS[name]
    program = make()
    plans: list[SegmentPlan] = []
    expected: list[SegmentPlan] = []
    run = plan_compiled_run(program, b"", limits, plans.append)
    assert run == segmentation.plan_run(program, b"", limits, expected.append)
    assert [encode_segment_plan(plan) for plan in plans] == [encode_segment_plan(plan) for plan in expected]
    assert (len(plans) > 1) == (limits is not NO_LIMITS)
    traces = CompiledTraces(program, proving_key(OptimizedKernels(), program, TINY).tables)
    for plan in plans:
        segment = run.segment(plan)
        _require_equal(traces.segment(segment), build_segment(program, segment))


@pytest.mark.parametrize(
    "column",
    ["key", "before_9", "three_0_0", "parity_low_1_2", "parity_high_3_4", "mixed_low_7_3", "after_9", "plain_0"],
)
def test_wrong_cell_of_the_work_table_is_named_by_the_checker(monkeypatch: pytest.MonkeyPatch, column: str) -> None:
    """The counter takes the rows for honest ones, and notices nothing."""

    def bent(chip: Chip, rows: CallRows, first: int, stop: int, main: Words) -> None:
        work(chip, rows, first, stop, main)
        main[5, chip.column_index(column)] += 1

    monkeypatch.setitem(WORK_WRITERS, TABLE.chip.name, bent)
    program = _keccak(1)
    plans: list[SegmentPlan] = []
    run = plan_compiled_run(program, b"", NO_LIMITS, plans.append)
    tables = proving_key(OptimizedKernels(), program, TINY).tables
    trace = CompiledTraces(program, tables).segment(run.segment(plans[0]))
    assert (TABLE.chip.name, 5) in rows_named(check_trace(trace))


def test_fillers_are_those_of_every_call_and_work_table() -> None:
    assert set(CALL_FILLERS) == {chip.name for chip in CALL_CHIPS}
    assert set(WORK_WRITERS) == {chip.name for chip in WORK_CHIPS}


@pytest.mark.parametrize(
    ("advice", "message"),
    [
        (lambda words: words[:-1], "segment 0 takes more advice than planned"),
        (lambda words: (*words, 0), "segment 0 takes less advice than planned"),
        (lambda words: (*words[:-1], words[-1] ^ 1), "segment 0 does not touch memory as planned"),
    ],
    ids=["fewer", "more", "other"],
)
def test_plan_with_other_advice_is_refused(advice: Callable[[tuple[int, ...]], tuple[int, ...]], message: str) -> None:
    program = advice_program()
    plans: list[SegmentPlan] = []
    run = plan_compiled_run(program, b"", NO_LIMITS, plans.append)
    changed = replace(plans[0], advice=advice(plans[0].advice))
    with pytest.raises(PlanError, match=message):
        CompiledTraces(program, proving_key(OptimizedKernels(), program, TINY).tables).segment(run.segment(changed))


def test_host_of_the_caller_answers() -> None:
    plans: list[SegmentPlan] = []
    expected: list[SegmentPlan] = []
    host = partial(HonestHost, b"seed")
    plan_compiled_run(advice_program(), b"", CUT, plans.append, new_host=host)
    segmentation.plan_run(advice_program(), b"", CUT, expected.append, new_host=host)
    assert plans == expected
    assert len({word for plan in plans for word in plan.advice}) == 3


def _misaligned(call: Call) -> Program:
    return program_of(call, [pointer + 4 for pointer in operands_apart(call)])


def _across_the_end(call: Call) -> Program:
    *pointers, _ = operands_apart(call)
    return program_of(call, [*pointers, SCRATCH.end - 8])


def _outside(call: Call) -> Program:
    *pointers, _ = operands_apart(call)
    return program_of(call, [*pointers, 2**32])


TRAPS: dict[str, partial[Program]] = {
    f"{call.name}, {name}": partial(make, call)
    for call in CALLS
    if call.operands
    for name, make in (("misaligned", _misaligned), ("across the end", _across_the_end), ("outside", _outside))
} | {
    f"{call.name}, {name}": partial(division_program, call, name)
    for call in (MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384)
    for name in DIVISIONS
}


@pytest.mark.parametrize("name", TRAPS)
def test_run_that_traps_in_a_call_ends_as_in_the_reference(name: str) -> None:
    program = TRAPS[name]()
    with pytest.raises(UnprovableError) as ours:
        plan_compiled_run(program, b"", NO_LIMITS, lambda plan: None)
    with pytest.raises(UnprovableError) as expected:
        segmentation.plan_run(program, b"", NO_LIMITS, lambda plan: None)
    found, wanted = ours.value.execution, expected.value.execution
    assert (found.trap, found.registers, found.instructions) == (wanted.trap, wanted.registers, wanted.instructions)
    assert wanted.trap is not None
