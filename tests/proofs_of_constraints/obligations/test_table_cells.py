"""Messages of fixed tables are found where they are, and only there."""

from __future__ import annotations

import random

import numpy as np
import pytest

from proofs_of_constraints.obligations.table_cells import WORD_BITS, Messages, messages_of, table_cells
from spec.rv64im.machine import MACHINE_TABLES


def test_cells_are_the_rows_of_the_table() -> None:
    table = MACHINE_TABLES["shift_table"]
    assert table_cells(table).tolist() == [list(row) for row in table.rows()]


@pytest.mark.parametrize("bits", [4, WORD_BITS // 3, 31], ids=lambda bits: f"{bits} bits")
def test_message_is_found_just_where_it_is(bits: int) -> None:
    chosen = random.Random(bits)
    rows = {tuple(chosen.randrange(1 << bits) for _ in range(3)) for _ in range(200)}
    messages = Messages(np.array(sorted(rows), dtype=np.int64))
    assert all(row in messages for row in rows)
    others = {(a, b, c + step) for a, b, c in rows for step in (1, -1, 1 << bits)} - rows
    assert others
    assert not any(row in messages for row in others)
    assert not any(row[:2] in messages for row in rows)


def test_messages_have_the_columns_that_are_sent() -> None:
    messages = messages_of(MACHINE_TABLES["byte_table"], (0, 2))
    assert (0b1100, 0b0100) in messages
    assert (0b1100, 0b0010) not in messages
