"""The first two round polynomials from sums at points of two coordinates X and Y; Y is bound first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from optimized.zerocheck.points import CUBIC_SIDE, SIDE
from spec.field import ONE, ZERO, Extension, inverse
from spec.protocol.cube import horner

HALF = inverse(2)
"""1/2 modulo p."""

Coefficients: TypeAlias = tuple[Extension, Extension, Extension, Extension]
"""c_0, c_1, c_2, c_3."""


def quadratic(values: Sequence[Extension]) -> Coefficients:
    """The polynomial of degree 2 from its values at 0 and 1 and its coefficient c_2."""
    c0, at_one, c2 = values
    return c0, at_one - c0 - c2, c2, ZERO


def cubic(values: Sequence[Extension]) -> Coefficients:
    """The polynomial of degree 3 from its values at 0 and 1, its coefficient c_3 and its value at -1."""
    c0, at_one, c3, at_minus_one = values
    c2 = (at_one + at_minus_one) * HALF - c0
    return c0, at_one - c0 - c2 - c3, c2, c3


def _sum(left: Coefficients, right: Coefficients) -> Coefficients:
    a0, a1, a2, a3 = left
    b0, b1, b2, b3 = right
    return a0 + b0, a1 + b1, a2 + b2, a3 + b3


def first_round(squares: Sequence[Extension], cubes: Sequence[Extension], coordinate: Extension) -> Coefficients:
    """The polynomial in Y: X is summed over with the weights of the point's coordinate."""
    return _sum(
        quadratic([_summed(squares, SIDE, y, coordinate) for y in range(SIDE)]),
        cubic([_summed(cubes, CUBIC_SIDE, y, coordinate) for y in range(CUBIC_SIDE)]),
    )


def _summed(values: Sequence[Extension], side: int, y: int, coordinate: Extension) -> Extension:
    low, high = values[y], values[side + y]
    return low + coordinate * (high - low)


def second_round(squares: Sequence[Extension], cubes: Sequence[Extension], challenge: Extension) -> Coefficients:
    """The polynomial in X, Y being bound."""
    rows = [horner(quadratic(squares[SIDE * x : SIDE * (x + 1)]), challenge) for x in range(SIDE)]
    cubic_rows = [horner(cubic(cubes[CUBIC_SIDE * x : CUBIC_SIDE * (x + 1)]), challenge) for x in range(CUBIC_SIDE)]
    return _sum(quadratic(rows), cubic(cubic_rows))


def corner_weights(point: Sequence[Extension]) -> list[Extension]:
    """eq(point, corner) for the rows of a group in their order, first coordinate first."""
    weights = [ONE]
    for x in point:
        weights = [weight * factor for weight in weights for factor in (ONE - x, x)]
    return weights
