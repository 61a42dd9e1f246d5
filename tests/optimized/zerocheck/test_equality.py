"""Equality weights of the last coordinates of a point against their definition."""

from __future__ import annotations

from optimized.field.lanes import RADIX
from optimized.zerocheck.equality import equality_levels
from spec.field import ONE, Extension, P, X, inverse
from spec.protocol.cube import equality

POINT = [X + 3, X * X - 1, Extension((P - 1, 2, 3, P - 4, 5, 6))]


def test_each_level_has_the_weights_of_all_corners_of_so_many_last_coordinates() -> None:
    words = equality_levels(POINT).reshape(-1, 6).tolist()
    found = [Extension.from_coefficients(row) * inverse(RADIX) for row in words]
    expected = []
    for count in range(4):
        for x in range(1 << count):
            corner = [Extension.of(x >> (count - 1 - i) & 1) for i in range(count)]
            expected.append(equality(ONE, POINT[3 - count :], corner))
    assert found == expected


def test_no_coordinates_give_one() -> None:
    assert equality_levels([]).tolist() == [RADIX % P, 0, 0, 0, 0, 0]
