"""The cost computed from counts is the cost of the trace that is really built."""

from __future__ import annotations

import pytest

from limpid.guest_build.build import EXAMPLES
from reference.cost import rows_by_pc, run_cost
from reference.executor.profiling import profile
from reference.loader import load
from reference.trace.build import build_trace, build_traces
from reference.trace.limits import SegmentLimits
from spec.cost import row_cost
from spec.program import Program
from tests.reference.every_instruction import CORNERS, every_instruction_program

EVERY_INSTRUCTION = every_instruction_program([(3, 5)], CORNERS[:2])


@pytest.mark.parametrize(
    ("program", "private_input"),
    [(EVERY_INSTRUCTION, b"12345678"), (load(EXAMPLES / "elf" / "sort.elf"), bytes(range(64)))],
    ids=["every instruction", "sort"],
)
def test_counted_heights_are_those_of_the_trace(program: Program, private_input: bytes) -> None:
    cost = run_cost(profile(program, private_input))
    assert cost.shapes == (build_trace(program, private_input).shape,)


def test_cost_by_instruction_adds_up_to_the_rows_of_the_chips() -> None:
    profiled = profile(EVERY_INSTRUCTION, b"12345678")
    rows = rows_by_pc(profiled)
    cost = run_cost(profiled)
    by_name = {chip.name: row_cost(chip).total for chip in (of_pc.chip for of_pc in rows.values())}
    misaligned = {chip.name: row_cost(chip).total for of_pc in rows.values() if (chip := of_pc.misaligned_chip)}
    expected = sum(count * (by_name | misaligned)[name] for name, count in cost.rows.items())
    assert sum(of_pc.cost for of_pc in rows.values()) == expected
    assert sum(cost.rows.values()) == profiled.execution.instructions
    assert cost.rows["load_misaligned"] + cost.rows["store_misaligned"] == profiled.execution.misaligned_access_count


@pytest.mark.parametrize("limits", [SegmentLimits(cost=2**18), SegmentLimits(clock=2**12)], ids=["cost", "clock"])
def test_run_in_segments_costs_what_its_traces_have(limits: SegmentLimits) -> None:
    program, private_input = load(EXAMPLES / "elf" / "sort.elf"), bytes(range(64))
    cost = run_cost(profile(program, private_input), limits)
    traces = build_traces(program, private_input, limits)
    assert cost.segments == len(traces) > 1
    committed = sum(table.height * row_cost(table.chip).total for trace in traces for table in trace.tables)
    assert cost.cost.total == committed
    assert 0 < cost.last_segment_fraction <= 1


def test_fuller_segment_has_less_headroom() -> None:
    program = load(EXAMPLES / "elf" / "sort.elf")
    fractions = [run_cost(profile(program, bytes(size))).last_segment_fraction for size in (0, 400, 4000)]
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] < fractions[-1] < 1
