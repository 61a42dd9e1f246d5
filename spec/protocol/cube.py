"""Arithmetic on the cube {0,1}^n, and the rounds of a sumcheck.

The *first* coordinate of a point is the most significant bit of a row's number. A vector v of length 2^n has the
multilinear extension v^(X) = sum_x eq(X, x) v[x], with eq(a, x) = prod (a_i x_i + (1 - a_i)(1 - x_i)).

Every sumcheck binds the *last* coordinate first. A round polynomial travels as its coefficients c_1, ..., c_d: the
verifier derives c_0 from the claim, so no message can contradict it. Nothing divides by a challenge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic

from spec.field import inverse
from spec.protocol.algebra import Value

HALF = inverse(2)
"""The half of a claim g(0) + g(1), from which a round's constant coefficient is derived."""


def equal_coordinate(left: Value, right: Value) -> Value:
    """eq of one coordinate: left right + (1 - left)(1 - right)."""
    return left * (right * 2 - 1) - right + 1


def equality(one: Value, left: Sequence[Value], right: Sequence[Value]) -> Value:
    """eq(left, right) of points with equally many coordinates; `one` for none."""
    product = one
    for left_coordinate, right_coordinate in zip(left, right, strict=True):
        product = product * equal_coordinate(left_coordinate, right_coordinate)
    return product


def power_extension(one: Value, base: Value, point: Sequence[Value]) -> Value:
    """The multilinear extension of (1, base, base^2, ...) at a point: the last coordinate has weight base."""
    product = one
    for coordinate in reversed(point):
        product = product * (coordinate * (base - 1) + 1)
        base = base * base
    return product


def horner(coefficients: Sequence[Value], point: Value) -> Value:
    """coefficients_0 + coefficients_1 * point + ..., of at least one coefficient."""
    total = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = total * point + coefficient
    return total


def extension_at(vector: Sequence[Value], point: Sequence[Value]) -> Value:
    """The multilinear extension of a vector of length 2^len(point), last coordinate bound first."""
    values = list(vector)
    for coordinate in reversed(point):
        values = [low + (high - low) * coordinate for low, high in zip(values[0::2], values[1::2], strict=True)]
    return values[0]


def powers(one: Value, base: Value, count: int) -> list[Value]:
    """1, base, base^2, ..."""
    result: list[Value] = []
    power = one
    for _ in range(count):
        result.append(power)
        power = power * base
    return result


class CornerWeights(Generic[Value]):
    """eq(corner, point) for corners of the leading coordinates of one point; shared leading bits are computed once."""

    def __init__(self, one: Value, point: Sequence[Value]) -> None:
        self._point = point
        self._known: dict[tuple[int, int], Value] = {(0, 0): one}

    def weight(self, corner: int, bits: int) -> Value:
        """eq of the first `bits` coordinates and the corner with this number, most significant bit first."""
        key = (corner, bits)
        if key not in self._known:
            coordinate = self._point[bits - 1]
            before = self.weight(corner >> 1, bits - 1)
            # Both halves at once: they sum to the weight of what they share.
            upper = before * coordinate
            self._known[corner | 1, bits] = upper
            self._known[corner & ~1, bits] = before - upper
        return self._known[key]


def next_claim(sent: Sequence[Value], claim: Value, challenge: Value) -> Value:
    """g(challenge) for the round polynomial g with g(0) + g(1) = claim whose coefficients but c_0 were sent."""
    total = sent[0]
    for coefficient in sent[1:]:
        total = total + coefficient
    constant = (claim - total) * HALF
    return horner([constant, *sent], challenge)


def next_claim_beside_equality(sent: Sequence[Value], claim: Value, challenge: Value, coordinate: Value) -> Value:
    """The same where the factor eq(coordinate, X) is not sent: (1 - coordinate) g(0) + coordinate g(1) = claim."""
    total = sent[0]
    for coefficient in sent[1:]:
        total = total + coefficient
    constant = claim - total * coordinate
    return horner([constant, *sent], challenge)
