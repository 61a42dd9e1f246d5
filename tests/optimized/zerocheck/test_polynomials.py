"""Round polynomials of two variables from sums at points, against the polynomials themselves."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from optimized.zerocheck import polynomials
from optimized.zerocheck.points import CUBIC_SIDE, SIDE
from spec.field import ONE, ZERO, Extension
from spec.protocol.cube import equality, horner
from tests.reference.prover.zerocheck_example import random_elements

INFINITY = None


def at(table: list[list[Extension]], x: int | None, y: int | None) -> Extension:
    """A polynomial with coefficient table[i][j] of X^i Y^j; its leading coefficient where a variable is infinite."""

    def part(coefficients: list[Extension], value: int | None) -> Extension:
        return coefficients[-1] if value is None else horner(coefficients, Extension.of(value))

    return part([part(row, y) for row in table], x)


@pytest.fixture
def tables() -> tuple[list[list[Extension]], list[list[Extension]]]:
    """Coefficients of a polynomial of degree 2 and of one of degree 3 in either variable."""
    source = np.random.default_rng(1)
    return (
        [random_elements(source, SIDE) for _ in range(SIDE)],
        [random_elements(source, CUBIC_SIDE) for _ in range(CUBIC_SIDE)],
    )


def points(tables: tuple[list[list[Extension]], list[list[Extension]]]) -> tuple[list[Extension], list[Extension]]:
    square, cube = tables
    return (
        [at(square, x, y) for x, y in itertools.product((0, 1, INFINITY), repeat=2)],
        [at(cube, x, y) for x, y in itertools.product((0, 1, INFINITY, -1), repeat=2)],
    )


def test_first_round_sums_over_x_with_weights(tables: tuple[list[list[Extension]], list[list[Extension]]]) -> None:
    coordinate, y = random_elements(np.random.default_rng(2), 2)
    found = polynomials.first_round(*points(tables), coordinate)
    expected = ZERO
    for table in tables:
        low, high = (horner([horner(row, y) for row in table], Extension.of(x)) for x in range(2))
        expected = expected + (ONE - coordinate) * low + coordinate * high
    assert horner(found, y) == expected


def test_second_round_binds_y(tables: tuple[list[list[Extension]], list[list[Extension]]]) -> None:
    challenge, x = random_elements(np.random.default_rng(3), 2)
    found = polynomials.second_round(*points(tables), challenge)
    expected = ZERO
    for table in tables:
        expected = expected + horner([horner(row, challenge) for row in table], x)
    assert horner(found, x) == expected


def test_corner_weights_are_those_of_the_rows_in_their_order() -> None:
    point = random_elements(np.random.default_rng(4), 3)
    corners = [[x, y, z] for x in (ZERO, ONE) for y in (ZERO, ONE) for z in (ZERO, ONE)]
    assert polynomials.corner_weights(point) == [equality(ONE, point, corner) for corner in corners]
