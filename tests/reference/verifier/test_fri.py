"""Folding one coset, against the polynomial's parts."""

from __future__ import annotations

import pytest

from reference.verifier.domain import inverse_coset_point, subgroup_point
from reference.verifier.fri import fold_coset
from reference.verifier.number_algebra import NumberAlgebra
from spec.field import ZERO, Extension, P, X, inverse, root_of_unity
from spec.protocol.domain import bit_reversed

ALGEBRA = NumberAlgebra()
ORDER_LOG2 = 5


def subgroup_element(position: int) -> int:
    return pow(root_of_unity(ORDER_LOG2), bit_reversed(position, ORDER_LOG2), P)


def evaluate(coefficients: list[Extension], y: int) -> Extension:
    return sum((coefficient * pow(y, i, P) for i, coefficient in enumerate(coefficients)), ZERO)


@pytest.mark.parametrize("position", [0, 1, 6, 31])
def test_subgroup_point_is_the_bit_reversed_power(position: int) -> None:
    bits = ALGEBRA.index_bits(position, ORDER_LOG2)
    assert subgroup_point(ALGEBRA, bits) == subgroup_element(position)


@pytest.mark.parametrize("position", [0, 1, 6, 31])
def test_inverse_coset_point_inverts_the_first_point_of_the_coset(position: int) -> None:
    bits = ALGEBRA.index_bits(position, ORDER_LOG2)
    assert inverse_coset_point(ALGEBRA, bits, 2) == inverse(subgroup_element(position & ~3))


@pytest.mark.parametrize("arity_log2", [1, 2, 3])
@pytest.mark.parametrize("row", [0, 1, 3])
def test_fold_coset_combines_the_parts_with_powers_of_the_challenge(arity_log2: int, row: int) -> None:
    arity, challenge = 1 << arity_log2, X + 3
    polynomial = [X**i * (i + 1) + 5 * i for i in range(16)]
    # f(y) = sum_j y^j f_j(y^a): f_j has every a-th coefficient of f, from the j-th.
    points = [subgroup_element(row * arity + i) for i in range(arity)]
    folded_point = pow(points[0], arity, P)
    expected = sum((challenge**j * evaluate(polynomial[j::arity], folded_point) for j in range(arity)), ZERO)
    values = [evaluate(polynomial, y) for y in points]
    assert fold_coset(ALGEBRA, values, inverse(points[0]), challenge) == expected
