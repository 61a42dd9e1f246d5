"""Trace and evaluation domains."""

from __future__ import annotations

import pytest

from spec.field import ZERO, Extension, P, X, root_of_unity
from spec.protocol.domain import COSET_SHIFT, bit_reversed, domain_polynomials_at, maximum_height_log2


@pytest.mark.parametrize(("index", "bits", "expected"), [(0, 0, 0), (1, 1, 1), (1, 3, 4), (6, 3, 3), (6, 4, 6)])
def test_bit_reversed_reverses_the_low_bits(index: int, bits: int, expected: int) -> None:
    assert bit_reversed(index, bits) == expected


def in_a_domain(point: Extension, heights_log2: list[int], rate_log2: int) -> bool:
    return ZERO in domain_polynomials_at(point, heights_log2, rate_log2)


@pytest.mark.parametrize("height_log2", [1, 3])
def test_domain_polynomials_vanish_at_every_point_of_every_domain(height_log2: int) -> None:
    for i in range(1 << height_log2):
        assert in_a_domain(Extension.of(pow(root_of_unity(height_log2), i, P)), [1, 3], 1)
    for i in range(2 << height_log2):
        point = COSET_SHIFT * pow(root_of_unity(height_log2 + 1), i, P)
        assert in_a_domain(Extension.of(point), [1, 3], 1)


def test_domain_polynomials_do_not_vanish_outside() -> None:
    assert not in_a_domain(X, [1, 3], 1)
    assert not in_a_domain(Extension.of(root_of_unity(4)), [1, 3], 1)
    assert not in_a_domain(Extension.of(COSET_SHIFT * root_of_unity(5)), [1, 3], 1)


@pytest.mark.parametrize(("rate_log2", "expected"), [(1, 23), (4, 20)])
def test_maximum_height_leaves_room_for_the_rate(rate_log2: int, expected: int) -> None:
    assert maximum_height_log2(rate_log2) == expected
