"""The plain kernels against naive polynomial arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from reference.prover import plain_kernels, reduction
from reference.prover.extension_arrays import ExtensionArray, from_elements, to_elements
from reference.prover.field_arrays import Matrix
from reference.prover.plain_kernels import PlainKernels
from reference.prover.reduction import OpenedColumns
from spec.field import ONE, ZERO, Extension, P, X, root_of_unity
from spec.protocol.domain import COSET_SHIFT, bit_reversed
from spec.protocol.transcript import grinding_succeeds

KERNELS = PlainKernels()
POINT = Extension((3, 1, 4, 1, 5, 9))
CHALLENGE = Extension((2, 7, 1, 8, 2, 8))


def random_matrix(height: int, width: int) -> Matrix:
    return np.random.default_rng(height + width).integers(0, P, (height, width), dtype=np.uint64)


def evaluate(coefficients: Sequence[Extension | int], point: Extension) -> Extension:
    """A polynomial at a point, by Horner's rule."""
    total = ZERO
    for coefficient in reversed(coefficients):
        total = total * point + coefficient
    return total


def subgroup_points(order_log2: int) -> list[Extension]:
    root = root_of_unity(order_log2)
    return [Extension.of(pow(root, bit_reversed(i, order_log2), P)) for i in range(1 << order_log2)]


def random_polynomial(length: int) -> list[Extension]:
    return to_elements(random_matrix(length, 6))


def codeword(coefficients: Sequence[Extension], order_log2: int) -> ExtensionArray:
    return from_elements([evaluate(coefficients, y) for y in subgroup_points(order_log2)])


@pytest.mark.parametrize("height_log2", [1, 4])
@pytest.mark.parametrize("rate_log2", [1, 2])
def test_evaluate_columns_gives_the_polynomials_values(height_log2: int, rate_log2: int) -> None:
    coefficients = random_matrix(1 << height_log2, 3)
    codewords = KERNELS.evaluate_on_coset(coefficients, rate_log2)
    # A larger domain than needed: its first positions are the smaller domain.
    differences = KERNELS.inverse_differences(POINT, height_log2 + 1)
    values = KERNELS.evaluate_columns(codewords, rate_log2, POINT, differences)
    assert values == [evaluate(column, POINT) for column in coefficients.T.tolist()]


def test_inverse_differences_are_inverses_over_the_coset() -> None:
    expected = [(POINT - y * COSET_SHIFT).inverse() for y in subgroup_points(3)]
    assert to_elements(KERNELS.inverse_differences(POINT, 3)) == expected


def test_inverse_differences_of_a_point_in_the_domain_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        KERNELS.inverse_differences(Extension.of(COSET_SHIFT), 2)


def opened_columns(matrix: Matrix, differences: ExtensionArray) -> OpenedColumns:
    weights = from_elements([CHALLENGE**i for i in range(matrix.shape[1])])
    return OpenedColumns([matrix], [weights], POINT, differences)


def test_reduced_codeword_is_value_less_weighted_columns_over_the_differences() -> None:
    matrix, differences = random_matrix(4, 3), KERNELS.inverse_differences(POINT, 2)
    inverses = to_elements(differences)
    expected = [
        (POINT - evaluate(row, CHALLENGE)) * difference
        for row, difference in zip(matrix.tolist(), inverses, strict=True)
    ]
    opening = opened_columns(matrix, differences)
    assert to_elements(KERNELS.reduced_codeword([opening])) == expected
    assert to_elements(KERNELS.reduced_codeword([opening, opening])) == [value * 2 for value in expected]


def test_work_in_row_blocks_equals_work_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    codewords = KERNELS.evaluate_on_coset(random_matrix(8, 3), 1)
    differences = KERNELS.inverse_differences(POINT, 3)
    opening = opened_columns(codewords, KERNELS.inverse_differences(POINT, 4))
    reduced = KERNELS.reduced_codeword([opening])
    values = KERNELS.evaluate_columns(codewords, 1, POINT, differences)
    monkeypatch.setattr(plain_kernels, "BLOCK_ROWS", 3)
    monkeypatch.setattr(reduction, "BLOCK_ROWS", 3)
    assert np.array_equal(KERNELS.reduced_codeword([opening]), reduced)
    assert KERNELS.evaluate_columns(codewords, 1, POINT, differences) == values


def test_add_scaled_adds_the_multiple() -> None:
    total, summand = from_elements([ONE, X]), from_elements([X, X + 1])
    assert to_elements(KERNELS.add_scaled(total, CHALLENGE, summand)) == [
        ONE + CHALLENGE * X,
        X + CHALLENGE * (X + 1),
    ]


@pytest.mark.parametrize("arity_log2", [1, 2, 3])
def test_fold_combines_the_parts_of_the_polynomial_with_powers_of_the_challenge(arity_log2: int) -> None:
    polynomial, arity = random_polynomial(16), 1 << arity_log2
    # f(y) = sum_j y^j f_j(y^a): f_j has every a-th coefficient of f, from the j-th.
    parts = [polynomial[j::arity] for j in range(arity)]
    folded = [evaluate([part[i] for part in parts], CHALLENGE) for i in range(16 // arity)]
    result = KERNELS.fold(codeword(polynomial, 5), arity_log2, CHALLENGE)
    assert np.array_equal(result, codeword(folded, 5 - arity_log2))


def test_interpolate_gives_the_coefficients() -> None:
    polynomial = random_polynomial(4)
    coefficients = to_elements(KERNELS.interpolate(codeword(polynomial, 3)))
    assert coefficients == polynomial + [ZERO] * 4


@pytest.mark.parametrize("bits", [0, 1, 5])
def test_grind_finds_the_smallest_nonce(bits: int) -> None:
    nonce = KERNELS.grind(b"seed", bits)
    assert grinding_succeeds(b"seed", bits, nonce)
    assert not any(grinding_succeeds(b"seed", bits, smaller) for smaller in range(nonce))
