"""Sums over cells against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from optimized.commitment.stacking import MARGIN
from optimized.openings.columns import (
    LOW,
    PIECE_ROWS,
    fold_columns,
    row_pieces,
    vector_power_product,
    weighted_rows,
)
from optimized.openings.planes import Planes, montgomery_rows, power_vector
from reference.arrays import extension_arrays
from reference.arrays.extension_arrays import from_base, from_elements
from spec.field import P
from spec.protocol.cube import horner
from spec.protocol.hash import WORD_BYTES
from tests.reference.prover.stacking_example import random_value, random_values


def test_pieces_of_long_columns_follow_one_another() -> None:
    pieces = row_pieces(np.array([1000, 9000]), np.array([2, 2 * PIECE_ROWS + 6]), np.array([3, 0]), np.array([5, 4]))
    step = PIECE_ROWS * LOW * WORD_BYTES
    assert pieces.tolist() == [
        [1000, 2, 3, 5],
        [9000, PIECE_ROWS, 0, 4],
        [9000 + step, PIECE_ROWS, PIECE_ROWS, 4],
        [9000 + 2 * step, 6, 2 * PIECE_ROWS, 4],
    ]


@pytest.mark.parametrize("largest", [False, True])
def test_rows_are_added_with_their_weights_and_scales(largest: bool) -> None:
    counts, starts = np.array([2, PIECE_ROWS + 34, 64]), np.array([0, 2, PIECE_ROWS + 36])
    cells = np.random.default_rng(1).integers(0, P, int(counts.sum()) * LOW, dtype=np.uint32)
    if largest:
        cells[:] = P - 1
    base, scales = random_value(1), random_values(2, 3)
    pieces = row_pieces(cells.ctypes.data + starts * (LOW * WORD_BYTES), counts, np.array([9, 0, 1]), np.arange(3))
    found = weighted_rows(pieces, power_vector(base, 10), montgomery_rows(scales))
    expected = np.zeros((LOW, 6), dtype=np.uint64)
    powers = extension_arrays.powers(base, 1 << 10)
    for start, count, weight, scale in zip(starts, counts, [9, 0, 1], scales, strict=True):
        rows = from_base(cells.astype(np.uint64).reshape(-1, LOW)[start : start + count])
        of_rows = extension_arrays.scale(powers[weight : weight + count], scale)
        expected += extension_arrays.multiply(rows, of_rows[:, np.newaxis]).sum(axis=0) % np.uint64(P)
    assert np.array_equal(found.T, expected % np.uint64(P))


@pytest.mark.parametrize(("rows", "low_log2"), [(1, 0), (4, 1), (3, 2), (64, 3), (21, 4), (40, 7), (300, 5)])
def test_columns_are_folded_with_their_constants(rows: int, low_log2: int) -> None:
    count, low = 3, 1 << low_log2
    lengths = [rows * low, rows * low, (rows // 2) * low]
    memory = np.random.default_rng(2).integers(0, P, (count, rows * low + MARGIN), dtype=np.uint32)
    memory[:, rows * low :] = P - 1
    memory[2, lengths[2] :] = 0
    constants = random_values(3, count * low)
    addresses = [memory[column].ctypes.data for column in range(count)]
    found = fold_columns(addresses, lengths, rows, low_log2, montgomery_rows(constants))
    of_rows = from_base(memory[:, : rows * low].astype(np.uint64).reshape(count, rows, low))
    factors = from_elements(constants).reshape(count, 1, low, 6)
    expected = extension_arrays.multiply(of_rows, factors).sum(axis=(0, 2)) % np.uint64(P)
    assert np.array_equal(found.words[:, :rows].T, expected)
    assert not found.words[:, rows:].any()


@pytest.mark.parametrize("length_log2", [0, 3, 9, 10, 11])
def test_product_of_a_vector_with_powers_is_its_value(length_log2: int) -> None:
    elements, point = random_values(4, 1 << length_log2), random_value(5)
    vector = Planes.room(1 << length_log2)
    vector.words[:, : vector.length] = from_elements(elements).T
    assert vector_power_product(vector, point) == horner(elements, point)
