"""Rows of the boundary and memory tables, also of segments that are not the first."""

from __future__ import annotations

import pytest

from reference.trace.cells import array
from reference.trace.continuation import RunCell, SegmentCell, boundary_rows, memory_rows
from reference.trace.errors import WitnessError
from reference.trace.fillers import in_order
from spec.memory_map import SINK, Space
from spec.rv64im.chips.continuation import BOUNDARY, MEMORY_TABLE
from tests.reference.assembly import CODE_START, SCRATCH, Assembly

ZERO = SCRATCH.start // 8


def _assembly() -> Assembly:
    assembly = Assembly()
    assembly.add("fence")
    return assembly


def test_boundary_rows_describe_their_cells() -> None:
    rows = boundary_rows([SegmentCell(Space.MEMORY, 7, 0x1_0002, 0, last_clock=20, origin=0)], segment=0)
    assert rows == [
        {
            "real": 1,
            "space": 0,
            "address": 7,
            **array("value_in", [2, 1, 0, 0]),
            **array("value_out", [0, 0, 0, 0]),
            "last_clock": 20,
            "origin_segment": 0,
            "gap_high": 0,
        }
    ]
    assert len(in_order(BOUNDARY, rows[0])) == len(BOUNDARY.columns)


def test_boundary_row_of_a_later_segment_knows_how_old_its_token_is() -> None:
    cells = [SegmentCell(Space.REGISTERS, 5, 1, 2, 30, origin=3), SegmentCell(Space.REGISTERS, 6, 0, 2, 31, origin=0)]
    rows = boundary_rows(cells, segment=2**17 + 3)
    assert [(row["origin_segment"], row["gap_high"]) for row in rows] == [(3, 2), (0, 2)]


def test_memory_rows_chain_cursors_and_find_regions() -> None:
    cells = [
        RunCell(Space.MEMORY, CODE_START // 8, 0xF, 0xF, 1),
        RunCell(Space.MEMORY, ZERO + 3, 0, 2**48, 2),
        RunCell(Space.REGISTERS, SINK, 0, 1, 1),
    ]
    rows = memory_rows(_assembly().program(), cells, cursor=5)
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
        "step_high": (ZERO + 2 - CODE_START // 8) >> 16,
        "region_start": ZERO,
        "region_end": SCRATCH.end // 8,
        "above_start_high": 0,
        "below_end_high": 0,
    }
    assert len(in_order(MEMORY_TABLE, rows[1])) == len(MEMORY_TABLE.columns)


@pytest.mark.parametrize(
    ("space", "address"), [(Space.MEMORY, 0), (Space.MEMORY, SCRATCH.end // 8), (Space.REGISTERS, SINK + 1)]
)
def test_address_without_a_region_is_refused(space: Space, address: int) -> None:
    message = f"address {address:#x} of space {space.name} lies in no region"
    with pytest.raises(WitnessError, match=message):
        memory_rows(_assembly().program(), [RunCell(space, address, 0, 0, 1)])
