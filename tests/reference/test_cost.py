"""The cost computed from counts is the cost of the trace that is really built."""

from __future__ import annotations

import pytest

from limpid.build import EXAMPLES
from reference.cost import rows_by_pc, run_cost
from reference.executor.profiling import profile
from reference.loader import load
from reference.trace.build import build_trace
from spec.air.limits import CLOCK_LIMIT, clock_end
from spec.cost import row_cells
from spec.program import Program
from tests.reference.assembly import Assembly
from tests.reference.every_instruction import CORNERS, every_instruction_program

EVERY_INSTRUCTION = every_instruction_program([(3, 5)], CORNERS[:2])


@pytest.mark.parametrize(
    ("program", "private_input"),
    [(EVERY_INSTRUCTION, b"12345678"), (load(EXAMPLES / "elf" / "sort.elf"), bytes(range(64)))],
    ids=["every instruction", "sort"],
)
def test_counted_heights_are_those_of_the_trace(program: Program, private_input: bytes) -> None:
    cost = run_cost(profile(program, private_input))
    heights: dict[str, tuple[int, ...]] = dict.fromkeys(cost.shape.heights_log2, ())
    for table in build_trace(program, private_input).tables:
        heights[table.chip.name] += (table.height.bit_length() - 1,)
    assert cost.shape.heights_log2 == heights
    assert cost.segments == 1


def test_cells_by_instruction_add_up_to_the_rows_of_the_chips() -> None:
    profiled = profile(EVERY_INSTRUCTION, b"12345678")
    rows = rows_by_pc(profiled)
    cost = run_cost(profiled)
    by_name = {chip.name: row_cells(chip).total for chip in (of_pc.chip for of_pc in rows.values())}
    misaligned = {chip.name: row_cells(chip).total for of_pc in rows.values() if (chip := of_pc.misaligned_chip)}
    expected = sum(count * (by_name | misaligned)[name] for name, count in cost.rows.items())
    assert sum(of_pc.cells for of_pc in rows.values()) == expected
    assert sum(cost.rows.values()) == profiled.execution.instructions
    assert cost.rows["load_misaligned"] + cost.rows["store_misaligned"] == profiled.execution.misaligned_access_count


def test_run_longer_than_the_clock_is_cut_into_segments() -> None:
    assembly = Assembly()
    assembly.add("lui", 5, immediate=1 << 14)
    assembly.add("addi", 5, 5, immediate=-1)
    assembly.add("bne", rs1=5, immediate=-4)
    assembly.exit()
    profiled = profile(assembly.program())
    # The counts of a run 64 times as long.
    for pc in profiled.calls.instructions:
        profiled.calls.instructions[pc] *= 64
    cost = run_cost(profiled)
    tables = [(table.chip, table.height) for table in cost.shape.tables]
    assert cost.segments == 2
    assert clock_end(tables) <= CLOCK_LIMIT
    assert cost.clock_fraction == clock_end(tables) / CLOCK_LIMIT
    assert sum(cost.rows.values()) == 64 * profiled.execution.instructions
