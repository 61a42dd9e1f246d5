"""Bits as expressions."""

from __future__ import annotations

import numpy as np
import pytest

from reference.columns import RowColumns
from reference.tables import without_fixed_columns
from spec.air.bits import differ
from spec.air.expression import lift


@pytest.mark.parametrize(("left", "right", "other"), [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_difference_of_bits_is_their_exclusive_or(left: int, right: int, other: int) -> None:
    row = RowColumns(np.zeros((1, 1), dtype=np.uint64), without_fixed_columns(1), {})
    assert int(row.values(differ(lift(left), lift(right)))[0]) == other
