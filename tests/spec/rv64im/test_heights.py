"""Heights of tables and when an instruction chip gets more than one instance."""

from __future__ import annotations

import pytest

from spec.rv64im.heights import MINIMUM_SAVING_ROWS, instance_heights, padded_height


@pytest.mark.parametrize(("rows", "height"), [(0, 2), (1, 2), (2, 2), (3, 4), (4, 4), (5, 8), (2**20, 2**20)])
def test_padded_height_is_the_next_power_of_two(rows: int, height: int) -> None:
    assert padded_height(rows) == height


@pytest.mark.parametrize(
    ("rows", "heights"),
    [
        (0, ()),
        (1, (2,)),
        (8192, (8192,)),
        (8193, (16384,)),
        (16384, (16384,)),
        (16385, (16384, 2)),
        (24576, (16384, 8192)),
        (24577, (32768,)),
        (2**20 + 1, (2**20, 2)),
        (2**20 + 2**19, (2**20, 2**19)),
        (2**20 + 2**19 + 1, (2**20, 2**19, 2)),
        (2**20 + 2**19 + 2**18, (2**20, 2**19, 2**18)),
        (2**20 + 2**19 + 2**18 + 1, (2**21,)),
        (2**20 + 2**13, (2**20, 2**13)),
        (2**20 + 2**13 + 1, (2**20, 2**14)),
        (2**20 + 2**14 + 1, (2**20, 2**14, 2)),
    ],
)
def test_instance_heights_split_where_it_saves_enough(rows: int, heights: tuple[int, ...]) -> None:
    assert instance_heights(rows) == heights


@pytest.mark.parametrize("rows", [*range(1, 40), *range(8000, 40000, 197)])
def test_instances_hold_all_rows_and_no_split_is_in_vain(rows: int) -> None:
    heights = instance_heights(rows)
    assert sum(heights) >= rows
    assert list(heights) == sorted(set(heights), reverse=True)
    assert padded_height(rows) - sum(heights) >= MINIMUM_SAVING_ROWS * (len(heights) - 1)
    assert all(sum(heights[:count]) < rows for count in range(len(heights)))
