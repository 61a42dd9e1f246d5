"""Arithmetic on the cube, against sums over all its corners and the definitions of polynomials."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest

from spec.field import ONE, ZERO, Extension, P
from spec.protocol.cube import (
    CornerWeights,
    equal_coordinate,
    equality,
    extension_at,
    horner,
    next_claim,
    next_claim_beside_equality,
    power_extension,
    powers,
)

GENERATOR = random.Random(3)


def some(count: int) -> list[Extension]:
    return [Extension.from_coefficients(GENERATOR.randrange(P) for _ in range(6)) for _ in range(count)]


def corners(variables: int) -> list[list[Extension]]:
    """All corners in the order of their numbers: the first coordinate is the most significant bit."""
    return [[Extension.of(bit) for bit in corner] for corner in itertools.product((0, 1), repeat=variables)]


def polynomial(coefficients: Sequence[Extension], point: Extension) -> Extension:
    """sum of c_i point^i."""
    return sum((c * point**i for i, c in enumerate(coefficients)), ZERO)


def test_equality_of_corners_is_one_where_they_are_the_same() -> None:
    for left, right in itertools.product(corners(3), repeat=2):
        assert equality(ONE, left, right) == (ONE if left == right else ZERO)


def test_equality_is_the_product_over_its_coordinates() -> None:
    left, right = some(3), some(3)
    expected = ONE
    for a, b in zip(left, right, strict=True):
        expected = expected * (a * b + (ONE - a) * (ONE - b))
        assert equal_coordinate(a, b) == a * b + (ONE - a) * (ONE - b)
    assert equality(ONE, left, right) == expected
    assert equality(ONE, [], []) == ONE


def test_equality_of_points_of_different_length_raises() -> None:
    with pytest.raises(ValueError, match="argument"):
        equality(ONE, some(2), some(3))


@pytest.mark.parametrize("variables", [0, 1, 3])
def test_extension_is_the_sum_over_corners_of_eq_times_entry(variables: int) -> None:
    vector, point = some(1 << variables), some(variables)
    expected = sum(
        (entry * equality(ONE, point, corner) for entry, corner in zip(vector, corners(variables), strict=True)), ZERO
    )
    assert extension_at(vector, point) == expected


def test_extension_at_a_corner_is_the_entry_with_its_number() -> None:
    vector = some(8)
    assert [extension_at(vector, corner) for corner in corners(3)] == vector
    # The first coordinate is the most significant bit.
    assert extension_at(vector, [ONE, ZERO, ZERO]) == vector[4]


@pytest.mark.parametrize("variables", [0, 1, 4])
def test_power_extension_is_the_extension_of_the_powers(variables: int) -> None:
    (base,), point = some(1), some(variables)
    assert power_extension(ONE, base, point) == extension_at(powers(ONE, base, 1 << variables), point)


def test_powers_start_with_one() -> None:
    (base,) = some(1)
    assert powers(ONE, base, 4) == [ONE, base, base * base, base * base * base]
    assert powers(ONE, base, 0) == []


def test_horner_is_the_polynomials_value() -> None:
    coefficients, (point,) = some(5), some(1)
    assert horner(coefficients, point) == polynomial(coefficients, point)
    assert horner(coefficients[:1], point) == coefficients[0]


def test_weights_of_corners_are_their_equalities_with_the_leading_coordinates() -> None:
    point = some(4)
    weights = CornerWeights(ONE, point)
    for bits in range(5):
        for corner, coordinates in enumerate(corners(bits)):
            assert weights.weight(corner, bits) == equality(ONE, coordinates, point[:bits])


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_next_claim_is_the_value_of_the_polynomial_with_the_claimed_sum(degree: int) -> None:
    coefficients, (challenge,) = some(degree + 1), some(1)
    claim = polynomial(coefficients, ZERO) + polynomial(coefficients, ONE)
    assert next_claim(coefficients[1:], claim, challenge) == polynomial(coefficients, challenge)


@pytest.mark.parametrize("degree", [2, 3])
def test_next_claim_beside_equality_is_that_of_the_other_factor(degree: int) -> None:
    coefficients, (challenge, coordinate) = some(degree + 1), some(2)
    at_zero, at_one = polynomial(coefficients, ZERO), polynomial(coefficients, ONE)
    claim = (ONE - coordinate) * at_zero + coordinate * at_one
    found = next_claim_beside_equality(coefficients[1:], claim, challenge, coordinate)
    assert found == polynomial(coefficients, challenge)


def test_next_claim_of_a_wrong_sum_is_wrong_for_every_challenge_but_one() -> None:
    """The constant coefficient is not sent: a claim that is off moves the whole polynomial by half of it."""
    coefficients, (challenge, off) = some(3), some(2)
    claim = polynomial(coefficients, ZERO) + polynomial(coefficients, ONE)
    moved = next_claim(coefficients[1:], claim + off * 2, challenge)
    assert moved == polynomial(coefficients, challenge) + off
