"""Which values fit in words where cells are small."""

from __future__ import annotations

from itertools import product

import pytest

from optimized.zerocheck.forms import ZERO_AFFINE, Form
from optimized.zerocheck.nested import Cubic, Factor, Nested, NestedProgram
from optimized.zerocheck.small_values import CELL_BITS, LARGEST_AT_POINT, fits_words, signed, signed_words
from spec.field import P

PRODUCT = (Form(0, 0), Form(1, P - 1))
LARGEST_PRODUCT = LARGEST_AT_POINT * (LARGEST_AT_POINT + 1)


def at_minus_one(low: int, high: int) -> int:
    """The form with these values at 0 and 1."""
    return 2 * low - high


def test_largest_value_at_a_point_is_reached_by_small_cells() -> None:
    cells = range(1 << CELL_BITS)
    values = [at_minus_one(at_minus_one(a, b), at_minus_one(c, d)) for a, b, c, d in product(cells, repeat=4)]
    assert max(map(abs, values)) == LARGEST_AT_POINT


def test_signed_words_are_residues_of_least_magnitude() -> None:
    assert [signed(element) for element in (0, 1, P // 2, P // 2 + 1, P - 1)] == [0, 1, P // 2, -(P // 2), -1]
    assert signed_words([5, P - 5]).tolist() == [5, 2**32 - 5]


@pytest.mark.parametrize(("scale", "fits"), [(P // LARGEST_PRODUCT // LARGEST_AT_POINT, True), (2**20, False)])
def test_values_fit_up_to_p(scale: int, fits: bool) -> None:
    value = Nested(ZERO_AFFINE, (), (Cubic(scale, Form(2, 0), Factor(False, 0)),))
    assert fits_words(NestedProgram((PRODUCT,), (), (value,))) is fits
