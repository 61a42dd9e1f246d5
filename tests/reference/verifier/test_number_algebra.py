"""The verifier's interface on numbers."""

from __future__ import annotations

import pytest

from reference.verifier.number_algebra import NumberAlgebra
from spec.field import ONE, ZERO, Extension, P, X
from spec.protocol.hash import compress, leaf_digest
from spec.rejection import Rejected, Rejection


def test_linear_combination_is_the_sum_of_products() -> None:
    coefficients, elements = [X, X + 1, X * X, ONE], [P - 1, 2, 3]
    expected = X * (P - 1) + (X + 1) * 2 + X * X * 3
    assert NumberAlgebra().linear_combination(coefficients, elements) == expected


@pytest.mark.parametrize("count", [0, 1, 4])
def test_inverses_are_inverses(count: int) -> None:
    values = [X + i for i in range(count)]
    inverses = NumberAlgebra().inverses(values, Rejection.POINT_IN_DOMAIN, "here")
    assert [value * inverse for value, inverse in zip(values, inverses, strict=True)] == [ONE] * count


def test_inverses_of_a_zero_are_rejected_for_the_given_reason() -> None:
    with pytest.raises(Rejected) as rejected:
        NumberAlgebra().inverses([X, ZERO], Rejection.POINT_IN_DOMAIN, "here")
    assert (rejected.value.reason, rejected.value.detail) == (Rejection.POINT_IN_DOMAIN, "here")


def test_require_equal_rejects_difference_for_the_given_reason() -> None:
    algebra = NumberAlgebra()
    algebra.require_equal(X, X + 0, Rejection.POINT_IN_DOMAIN, "here")
    with pytest.raises(Rejected) as rejected:
        algebra.require_equal(X, X + 1, Rejection.POINT_IN_DOMAIN, "here")
    assert (rejected.value.reason, rejected.value.detail) == (Rejection.POINT_IN_DOMAIN, "here")


def test_index_bits_stand_lowest_first() -> None:
    assert list(NumberAlgebra().index_bits(6, 4)) == [0, 1, 1, 0]


@pytest.mark.parametrize(("bit", "expected"), [(0, "zero"), (1, "one")])
def test_select_takes_the_second_for_one_and_the_third_for_zero(bit: int, expected: str) -> None:
    assert NumberAlgebra().select(bit, "one", "zero") == expected


def test_elements_become_extension_elements() -> None:
    algebra = NumberAlgebra()
    assert algebra.embed(5) == Extension.of(5)
    assert algebra.join([1, 2, 3, 4, 5, 6]) == Extension((1, 2, 3, 4, 5, 6))
    assert algebra.scale(X, 7) == X * 7
    assert algebra.multiply_elements(P - 1, P - 1) == 1
    assert algebra.constant(-1) == P - 1


def test_digests_are_those_of_the_protocol_every_time() -> None:
    algebra, other = NumberAlgebra(), bytes(range(32))
    for _ in range(2):
        assert algebra.leaf_digest([1, 2]) == leaf_digest([1, 2])
        assert algebra.compress(bytes(32), other) == compress(bytes(32), other)
        assert algebra.compress(other, bytes(32)) == compress(other, bytes(32))
