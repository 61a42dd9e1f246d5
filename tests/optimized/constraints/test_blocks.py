"""Blocks of rows brought into registers and back, for widths below, at and above the lanes."""

from __future__ import annotations

import numpy as np
import pytest

from optimized.constraints.blocks import BLOCK_ROWS, REGISTER_PITCH, SPARE_REGISTERS, load_block, store_block
from optimized.field.lanes import to_montgomery_array
from optimized.lanes.vectors import LANES
from spec.field import P

WIDTHS = (1, 6, LANES - 1, LANES, LANES + 1, 2 * LANES, 41)
FIRST = 3


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("in_order", [True, False])
def test_loaded_registers_hold_the_columns_in_montgomery_form(width: int, in_order: bool) -> None:
    random = np.random.default_rng(width)
    height = 4 * LANES
    matrix = random.integers(0, P, (height, width), dtype=np.uint32)
    order = np.zeros(0, dtype=np.int64) if in_order else random.permutation(height)
    for row, rows in ((0, 2 * LANES), (height - LANES, LANES)):
        file = np.zeros((FIRST + width + SPARE_REGISTERS) * REGISTER_PITCH, dtype=np.uint32)
        load_block(matrix.reshape(-1), width, order, row, rows, file, FIRST)
        chosen = np.arange(row, row + rows) if in_order else order[row : row + rows]
        registers = file.reshape(-1, REGISTER_PITCH)
        assert np.array_equal(
            registers[FIRST : FIRST + width, :rows], to_montgomery_array(matrix[chosen].astype(np.uint64)).T
        )
        assert not registers[:FIRST].any()


@pytest.mark.parametrize("width", WIDTHS)
def test_stored_rows_are_the_registers_and_nothing_beside_them_changes(width: int) -> None:
    height = 4 * LANES
    file = np.random.default_rng(width).integers(0, P, (FIRST + width + 1) * REGISTER_PITCH, dtype=np.uint32)
    matrix = np.full((height, width), P, dtype=np.uint32)
    store_block(file, FIRST, matrix.reshape(-1), width, LANES, 2 * LANES)
    registers = file.reshape(-1, REGISTER_PITCH)[FIRST : FIRST + width]
    assert np.array_equal(matrix[LANES : 3 * LANES], registers[:, : 2 * LANES].T)
    assert (matrix[:LANES] == P).all()
    assert (matrix[3 * LANES :] == P).all()


def test_block_is_a_whole_number_of_lanes() -> None:
    assert BLOCK_ROWS % LANES == 0
