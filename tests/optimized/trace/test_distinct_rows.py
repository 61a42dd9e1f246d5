"""Groups of equal rows by a hash table, against the sort of the reference."""

from __future__ import annotations

import numpy as np
import pytest

from optimized.trace.distinct_rows import distinct_rows
from reference.bus_traffic import distinct_rows as distinct_by_sorting


@pytest.mark.parametrize("count", [0, 1, 2, 1000])
@pytest.mark.parametrize("width", [1, 3, 9])
def test_groups_are_the_references_in_another_order(count: int, width: int) -> None:
    matrix = np.random.default_rng(count + width).integers(0, 3, (count, width)).astype(np.uint64)
    expected_first, expected = distinct_by_sorting(matrix)
    first, groups = distinct_rows(matrix)
    assert sorted(first.tolist()) == sorted(expected_first.tolist())
    assert first[groups].tolist() == expected_first[expected].tolist()
