"""From claims about table columns to stacked columns: the weights against dense vectors."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from spec.field import ONE, ZERO, Extension, P
from spec.protocol.columns import PINNED, ColumnClaims, claim_count, first_stacked, weights_at
from spec.protocol.cube import equality, extension_at, powers
from spec.protocol.shape import SegmentShape
from spec.protocol.stacking import Commitment, stackings
from tests.small_machine import CLOCK_BITS, SMALL_MACHINE

GENERATOR = random.Random(6)
SHAPE = SegmentShape(
    SMALL_MACHINE,
    {"move": (4, 2), "halt": (1,), "range_table": (CLOCK_BITS,), "program_table": (3,), "boundary": (2,)},
)


def some(count: int) -> list[Extension]:
    return [Extension.from_coefficients(GENERATOR.randrange(P) for _ in range(6)) for _ in range(count)]


def claims_at(height_log2: int) -> ColumnClaims[Extension]:
    layouts = stackings(SHAPE.tables, height_log2)
    points = dict(zip(PINNED, some(len(PINNED)), strict=True))
    return ColumnClaims(layouts, some(SHAPE.tallest_log2), points, powers(ONE, some(1)[0], claim_count(layouts)))


def corner(number: int, bits: int) -> list[Extension]:
    return [Extension.of(number >> (bits - 1 - i) & 1) for i in range(bits)]


def dense_weights(claims: ColumnClaims[Extension], height_log2: int) -> list[list[Extension]]:
    """w_j written out: gamma^i eq(r_t) in each column's place, gamma^i' times the powers of the pinning point."""
    weights = [[ZERO] * (1 << height_log2) for _ in range(claims.stacked_count)]
    scales = iter(claims.scales)
    first = 0
    for commitment, layout in claims.layouts.items():
        for placed in layout.columns:
            scale, n = next(scales), placed.height_log2
            point = claims.zerocheck_point[len(claims.zerocheck_point) - n :]
            for row in range(1 << n):
                at = (placed.prefix << n) + row
                weights[first + placed.stacked][at] = scale * equality(ONE, point, corner(row, n))
        first += layout.count
        assert commitment in Commitment
    first = 0
    for commitment in PINNED:
        for j in range(claims.layouts[commitment].count):
            scale, of_point = next(scales), powers(ONE, claims.pinning_points[commitment], 1 << height_log2)
            weights[first + j] = [w + scale * z for w, z in zip(weights[first + j], of_point, strict=True)]
        first += claims.layouts[commitment].count
    assert next(scales, None) is None
    return weights


@pytest.mark.parametrize("height_log2", [CLOCK_BITS, CLOCK_BITS + 1])
def test_weights_at_a_point_are_the_extensions_of_the_dense_ones(height_log2: int) -> None:
    claims = claims_at(height_log2)
    point = some(height_log2)
    expected = [extension_at(vector, point) for vector in dense_weights(claims, height_log2)]
    assert weights_at(ONE, ZERO, claims, point) == expected


def test_weighted_sum_of_stacked_columns_is_that_of_the_claims() -> None:
    """The sum of any cells: each column's value at its part of the point, and each pinned answer, once."""
    height = CLOCK_BITS
    claims = claims_at(height)
    stacked = [some(1 << height) for _ in range(claims.stacked_count)]
    values: list[Extension] = []
    first = 0
    for layout in claims.layouts.values():
        for placed in layout.columns:
            n = placed.height_log2
            cells = stacked[first + placed.stacked][placed.prefix << n : (placed.prefix + 1) << n]
            values.append(extension_at(cells, claims.zerocheck_point[len(claims.zerocheck_point) - n :]))
        first += layout.count
    for commitment, start in first_stacked(claims.layouts).items():
        if commitment in PINNED:
            of_point = powers(ONE, claims.pinning_points[commitment], 1 << height)
            values += [_inner(stacked[start + j], of_point) for j in range(claims.layouts[commitment].count)]
    expected = _inner(claims.scales, values)
    weights = dense_weights(claims, height)
    assert sum((_inner(q, w) for q, w in zip(stacked, weights, strict=True)), ZERO) == expected


def _inner(left: Sequence[Extension], right: Sequence[Extension]) -> Extension:
    return sum((a * b for a, b in zip(left, right, strict=True)), ZERO)


def test_claims_are_one_a_column_and_one_a_pinned_stacked_column() -> None:
    layouts = stackings(SHAPE.tables, CLOCK_BITS)
    columns = 1 + 2 * 9 + 4 + 1 + 6 + 5
    assert sum(len(layout.columns) for layout in layouts.values()) == columns
    assert claim_count(layouts) == columns + 1 + 1


def test_stacked_columns_are_numbered_over_all_commitments() -> None:
    layouts = stackings(SHAPE.tables, CLOCK_BITS)
    assert first_stacked(layouts) == {Commitment.PROGRAM: 0, Commitment.CONTINUATION: 1, Commitment.MAIN: 2}
    assert PINNED == (Commitment.PROGRAM, Commitment.CONTINUATION)
