"""Rows of the boundary and memory tables, also of segments that are not the first."""

from __future__ import annotations

import pytest

from reference.trace.cells import array
from reference.trace.clock import Touched
from reference.trace.continuation import RunCell, boundary_rows, cells_of_single_segment, memory_rows
from reference.trace.errors import WitnessError
from reference.trace.fillers import in_order
from spec.air.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.memory_map import OUTPUT, SINK, Space
from tests.reference.assembly import CODE_START, SCRATCH, Assembly

ZERO = SCRATCH.start // 8
FIRST_OUTPUT = OUTPUT.start // 8


def _assembly() -> Assembly:
    assembly = Assembly()
    assembly.add("fence")
    return assembly


def test_boundary_rows_ascend_by_space_and_address() -> None:
    touched = {
        (Space.REGISTERS, 5): Touched(1, 2, 30),
        (Space.MEMORY, 2**28): Touched(3, 3, 40),
        (Space.REGISTERS, 0): Touched(0, 0, 10),
        (Space.MEMORY, 7): Touched(0x1_0002, 0, 20),
    }
    rows = boundary_rows(touched)
    assert [(row["space"], row["address"]) for row in rows] == [(0, 7), (0, 2**28), (1, 0), (1, 5)]
    assert rows[0] == {
        "real": 1,
        "space": 0,
        "address": 7,
        **array("value_in", [2, 1, 0, 0]),
        **array("value_out", [0, 0, 0, 0]),
        "last_clock": 20,
        "origin_segment": 0,
        "gap_high": 0,
    }
    assert len(in_order(BOUNDARY, rows[0])) == len(BOUNDARY.columns)


def test_boundary_row_of_a_later_segment_knows_where_its_token_comes_from() -> None:
    touched = {(Space.REGISTERS, 5): Touched(1, 2, 30), (Space.REGISTERS, 6): Touched(0, 2, 31)}
    rows = boundary_rows(touched, segment=2**17 + 3, origins={(Space.REGISTERS, 5): 3})
    assert [(row["origin_segment"], row["gap_high"]) for row in rows] == [(3, 2), (0, 2)]


def test_cells_of_a_run_include_untouched_output() -> None:
    touched = {
        (Space.REGISTERS, 5): Touched(1, 2, 30),
        (Space.MEMORY, FIRST_OUTPUT): Touched(0, 8, 31),
    }
    assert cells_of_single_segment(touched, [FIRST_OUTPUT, FIRST_OUTPUT + 1]) == [
        RunCell(Space.MEMORY, FIRST_OUTPUT, 0, 8, 1),
        RunCell(Space.MEMORY, FIRST_OUTPUT + 1, 0, 0, 0),
        RunCell(Space.REGISTERS, 5, 1, 2, 1),
    ]


def test_memory_rows_chain_cursors_and_find_regions() -> None:
    cells = [
        RunCell(Space.MEMORY, CODE_START // 8, 0xF, 0xF, 1),
        RunCell(Space.MEMORY, ZERO + 3, 0, 2**48, 2),
        RunCell(Space.REGISTERS, SINK, 0, 1, 1),
    ]
    rows, cursor = memory_rows(_assembly().program(), cells, cursor=5)
    assert cursor == 2**29 + SINK + 1
    assert [row["cursor"] for row in rows] == [5, CODE_START // 8 + 1, ZERO + 4]
    kinds = [{name for name, cell in row.items() if name.startswith("is_") and cell} for row in rows]
    assert kinds == [{"is_image"}, {"is_zero"}, {"is_registers"}]
    assert rows[1] == {
        **dict.fromkeys(("is_image", "is_registers", "is_input", "is_output"), 0),
        "is_zero": 1,
        "space": 0,
        "address": ZERO + 3,
        **array("initial", [0, 0, 0, 0]),
        **array("final", [0, 0, 0, 1]),
        "last_segment": 2,
        "cursor": CODE_START // 8 + 1,
        "address_high": (ZERO + 3) >> 16,
        "step_high": (ZERO + 2 - CODE_START // 8) >> 16,
        "region_start": ZERO,
        "region_end": SCRATCH.end // 8,
        "above_start_high": 0,
        "below_end_high": 0,
    }
    assert len(in_order(MEMORY_TABLE, rows[1])) == len(MEMORY_TABLE.columns)


def test_no_memory_rows_leave_the_cursor_where_it_was() -> None:
    assert memory_rows(_assembly().program(), [], cursor=77) == ([], 77)


@pytest.mark.parametrize(
    ("space", "address"), [(Space.MEMORY, 0), (Space.MEMORY, SCRATCH.end // 8), (Space.REGISTERS, SINK + 1)]
)
def test_address_without_a_region_is_refused(space: Space, address: int) -> None:
    message = f"address {address:#x} of space {space.name} lies in no region"
    with pytest.raises(WitnessError, match=message):
        memory_rows(_assembly().program(), [RunCell(space, address, 0, 0, 1)])
