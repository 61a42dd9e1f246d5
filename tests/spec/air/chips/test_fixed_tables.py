"""The machine's lookup tables hold what their buses promise, and are padded by a real row."""

from __future__ import annotations

import pytest

from spec.air.chips.fixed_tables import FIXED_ROWS, TableRow, padded


def test_range_table_has_every_value_of_every_width() -> None:
    rows = FIXED_ROWS["range_table"]()
    assert rows[0] == rows[1] == (0, 0)
    assert len(set(rows)) == 2**17 - 1
    assert all(rows[2**width + value] == (value, width) for width in range(17) for value in range(2**width))


def test_byte_table_has_every_conjunction() -> None:
    rows = FIXED_ROWS["byte_table"]()
    assert rows == [(left, right, left & right) for left in range(256) for right in range(256)]


def test_shift_table_takes_every_amount_apart() -> None:
    rows = FIXED_ROWS["shift_table"]()
    assert [row[0] for row in rows] == list(range(64))
    for amount, *flags, half, power in rows:
        assert flags == [int(amount // 16 == limbs) for limbs in (1, 2, 3)]
        assert (half, power) == (amount // 8 % 2, 2 ** (amount % 8))


@pytest.mark.parametrize(("count", "height"), [(1, 2), (2, 2), (3, 4), (4, 4), (5, 8)])
def test_padding_repeats_the_last_row_up_to_a_power_of_two(count: int, height: int) -> None:
    rows: list[TableRow] = [(i + 1,) for i in range(count)]
    assert padded(rows) == rows + [(count,)] * (height - count)
