"""Arrays of base-field elements against galois."""

from __future__ import annotations

import galois
import numpy as np
import pytest

from reference.arrays import field_arrays
from reference.arrays.field_arrays import Matrix
from spec.field import P, inverse

BASE = galois.GF(P)
EDGES = np.array([0, 1, 2, P - 2, P - 1], dtype=np.uint64)
LEFT, RIGHT = (grid.ravel() for grid in np.meshgrid(EDGES, EDGES))


def bit_reversed(index: int, bits: int) -> int:
    """The index whose low bits stand in reverse order, digit by digit."""
    return int(f"{index:0{bits}b}"[::-1], 2) if bits else 0


def in_galois(array: Matrix) -> galois.FieldArray:
    return BASE(array.astype(np.int64))


def test_sum_difference_and_product_agree_with_galois_at_the_edges() -> None:
    left, right = in_galois(LEFT), in_galois(RIGHT)
    assert np.array_equal(field_arrays.add(LEFT, RIGHT), left + right)
    assert np.array_equal(field_arrays.subtract(LEFT, RIGHT), left - right)
    assert np.array_equal(field_arrays.multiply(LEFT, RIGHT), left * right)


@pytest.mark.parametrize("factor", [0, 1, P - 1, P + 2, -1])
def test_scale_reduces_its_factor(factor: int) -> None:
    expected = [element * factor % P for element in EDGES.tolist()]
    assert field_arrays.scale(EDGES, factor).tolist() == expected


@pytest.mark.parametrize("count", [0, 1, 5, 8])
def test_powers_are_repeated_products(count: int) -> None:
    assert field_arrays.powers(P - 5, count).tolist() == [pow(P - 5, i, P) for i in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 7, 16])
def test_inverses_agree_with_the_scalar_inverse(count: int) -> None:
    elements = np.arange(P - count, P, dtype=np.uint64)
    assert field_arrays.inverses(elements).tolist() == [inverse(element) for element in elements.tolist()]


def test_inverses_of_array_with_a_zero_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        field_arrays.inverses(np.array([1, 0, 3], dtype=np.uint64))


@pytest.mark.parametrize("bits", [0, 1, 5])
def test_bit_reversed_indices_reverse_the_bits_of_every_position(bits: int) -> None:
    assert field_arrays.bit_reversed_indices(bits).tolist() == [bit_reversed(i, bits) for i in range(1 << bits)]
