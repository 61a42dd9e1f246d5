"""Codewords against polynomial evaluation by galois."""

from __future__ import annotations

import galois
import numpy as np
import pytest

from reference.arrays import transform
from reference.arrays.field_arrays import Matrix
from spec.field import GENERATOR, P, root_of_unity

BASE = galois.GF(P)


def bit_reversed(index: int, bits: int) -> int:
    """The index whose low bits stand in reverse order, digit by digit."""
    return int(f"{index:0{bits}b}"[::-1], 2) if bits else 0


def random_matrix(height: int, width: int) -> Matrix:
    return np.random.default_rng(height + width).integers(0, P, (height, width), dtype=np.uint64)


def values(coefficients: Matrix, points: list[int]) -> list[list[int]]:
    """The value of every column at every point: one row per point."""
    polynomials = [galois.Poly(column[::-1].astype(np.int64), field=BASE) for column in coefficients.T]
    return [[int(polynomial(point)) for polynomial in polynomials] for point in points]


@pytest.mark.parametrize("height_log2", [0, 1, 4])
@pytest.mark.parametrize("rate_log2", [0, 1, 3])
def test_codeword_holds_values_on_the_coset_in_bit_reversed_order(height_log2: int, rate_log2: int) -> None:
    coefficients = random_matrix(1 << height_log2, 2)
    size_log2 = height_log2 + rate_log2
    root = root_of_unity(size_log2)
    domain = [GENERATOR * pow(root, bit_reversed(i, size_log2), P) % P for i in range(1 << size_log2)]
    assert transform.evaluate_on_coset(coefficients, rate_log2).tolist() == values(coefficients, domain)


def test_transform_in_column_blocks_equals_transform_of_single_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = random_matrix(8, 5)
    whole = transform.evaluate_on_coset(matrix, 1)
    monkeypatch.setattr(transform, "BLOCK_ELEMENTS", 32)
    assert np.array_equal(transform.evaluate_on_coset(matrix, 1), whole)


def test_transform_leaves_its_argument_unchanged() -> None:
    matrix = random_matrix(8, 2)
    before = matrix.copy()
    transform.evaluate_on_coset(matrix, 1)
    assert np.array_equal(matrix, before)


@pytest.mark.parametrize("height", [0, 3, 12])
def test_transform_of_height_that_is_no_power_of_two_raises(height: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        transform.evaluate_on_coset(np.zeros((height, 1), dtype=np.uint64), 1)
