"""Every listed shape is one that the verifier would accept, and holds what it was made for."""

from __future__ import annotations

import pytest

from spec.air.limits import CLOCK_LIMIT, clock_end
from spec.air.machine import CHIP_BY_NAME, INSTRUCTION_CHIPS
from spec.cost import row_cells
from spec.parameters import RECURSION
from spec.protocol.machine_commitments import MACHINE_COMMITMENTS
from spec.protocol.recursion_shapes import (
    BOUNDARY_HEIGHT_LOG2,
    MEMORY_HEIGHT_LOG2,
    PROGRAM_HEIGHTS_LOG2,
    RECURSION_SHAPES,
    rows_that_fit,
)
from spec.protocol.shape import SegmentShape, check_shape


@pytest.mark.parametrize("name", RECURSION_SHAPES)
@pytest.mark.parametrize("size", range(3))
def test_listed_shape_is_one_that_the_verifier_accepts(name: str, size: int) -> None:
    fixed = {table: heights[size] for table, heights in PROGRAM_HEIGHTS_LOG2.items()}
    machine = MACHINE_COMMITMENTS[RECURSION.rate_log2].heights_log2
    machine_tables = [chip.name for chip in CHIP_BY_NAME.values() if chip.role.name == "MACHINE_TABLE"]
    fixed |= dict(zip(machine_tables, machine, strict=True))
    heights = {**RECURSION_SHAPES[name], **fixed, "boundary": BOUNDARY_HEIGHT_LOG2, "memory": MEMORY_HEIGHT_LOG2}
    shape = SegmentShape({chip: (height,) for chip, height in heights.items()})
    assert {table.chip.name for table in shape.tables} == set(CHIP_BY_NAME)
    check_shape(shape, fixed, RECURSION.rate_log2)


@pytest.mark.parametrize("name", RECURSION_SHAPES)
def test_listed_shape_uses_at_least_half_of_the_clock_or_area(name: str) -> None:
    heights = RECURSION_SHAPES[name]
    tables = [(chip, 1 << heights[chip.name]) for chip in INSTRUCTION_CHIPS]
    area_cells = sum(height * row_cells(chip).total for chip, height in tables)
    assert clock_end(tables) <= CLOCK_LIMIT
    assert area_cells <= 2**27
    assert area_cells > 2**26


def test_memory_table_has_room_for_a_full_boundary_table() -> None:
    assert MEMORY_HEIGHT_LOG2 > BOUNDARY_HEIGHT_LOG2


def test_shape_is_filled_by_the_chip_that_is_most_frequent_for_its_height() -> None:
    counting = RECURSION_SHAPES["counting"]
    assert rows_that_fit(counting, {"addi": 0.5, "add": 0.25, "sub": 0.0}) == 2 ** counting["addi"] * 2
    assert rows_that_fit(counting, {"addi": 0.5, "mul": 0.5}) == 2 ** counting["mul"] * 2
