"""The machine's lookup tables hold what their buses promise, and short ones are padded by a real row.

That their closed forms extend these rows is a check of the machine: tests/proofs_of_constraints/machine.
"""

from __future__ import annotations

import pytest

from spec.rv64im.chips.fixed_tables import MACHINE_TABLES, TableRow, padded
from spec.rv64im.machine import RV64IM


def test_range_table_has_every_value_of_every_width() -> None:
    rows = MACHINE_TABLES["range_table"].rows()
    assert rows[0] == rows[1] == (0, 0)
    assert len(rows) == 2**17
    assert set(rows) == {(value, width) for width in range(17) for value in range(2**width)}


def test_byte_table_has_every_conjunction() -> None:
    rows = MACHINE_TABLES["byte_table"].rows()
    assert rows == [(left, right, left & right) for left in range(256) for right in range(256)]


def test_shift_table_takes_every_amount_apart() -> None:
    rows = MACHINE_TABLES["shift_table"].rows()
    assert [row[0] for row in rows] == list(range(64))
    for amount, *flags, half, power in rows:
        assert flags == [int(amount // 16 == limbs) for limbs in (1, 2, 3)]
        assert (half, power) == (amount // 8 % 2, 2 ** (amount % 8))


def test_machine_tables_have_as_many_rows_as_they_state() -> None:
    heights = {name: table.height_log2 for name, table in MACHINE_TABLES.items()}
    assert heights == {"range_table": 17, "byte_table": 16, "shift_table": 6}
    assert {name: len(table.rows()) for name, table in MACHINE_TABLES.items()} == {
        name: 2**height_log2 for name, height_log2 in heights.items()
    }


def test_tables_that_only_some_segments_have_stand_behind_those_of_all() -> None:
    only_for = {name: table.only_for for name, table in RV64IM.tables.items()}
    assert list(only_for) == [*MACHINE_TABLES, "keccak_digits", "keccak_chi"]
    assert {name for name, chips in only_for.items() if not chips} == set(MACHINE_TABLES)


@pytest.mark.parametrize(("count", "height"), [(1, 2), (2, 2), (3, 4), (4, 4), (5, 8)])
def test_padding_repeats_the_last_row_up_to_a_power_of_two(count: int, height: int) -> None:
    rows: list[TableRow] = [(i + 1,) for i in range(count)]
    assert padded(rows) == rows + [(count,)] * (height - count)
