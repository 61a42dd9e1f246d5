"""The machine's lookup tables hold what their buses promise, and are padded by a real row."""

from __future__ import annotations

import pytest

from spec.rv64im.chips.fixed_tables import MACHINE_TABLES, TableRow, padded


def test_range_table_has_every_value_of_every_width() -> None:
    rows = MACHINE_TABLES["range_table"].rows()
    assert len(rows) == len(set(rows)) == 2**17 - 1
    assert all(0 <= value < 2**width and width <= 16 for value, width in rows)


def test_byte_table_has_every_conjunction() -> None:
    rows = MACHINE_TABLES["byte_table"].rows()
    assert rows == [(left, right, left & right) for left in range(256) for right in range(256)]


def test_shift_table_takes_every_amount_apart() -> None:
    rows = MACHINE_TABLES["shift_table"].rows()
    assert [row[0] for row in rows] == list(range(64))
    for amount, *flags, bits, power, complement in rows:
        assert sorted(flags) == [0, 0, 0, 1]
        assert (16 * flags.index(1) + bits, power, power * complement) == (amount, 2**bits, 2**16)


@pytest.mark.parametrize(("count", "height"), [(1, 2), (2, 2), (3, 4), (4, 4), (5, 8)])
def test_padding_repeats_the_last_row_up_to_a_power_of_two(count: int, height: int) -> None:
    rows: list[TableRow] = [(i + 1,) for i in range(count)]
    assert padded(rows) == rows + [(count,)] * (height - count)
