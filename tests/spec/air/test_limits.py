"""Bounds on heights: the clock's end and the tuples on each bus."""

from __future__ import annotations

from spec.air.limits import clock_end, message_counts
from spec.air.machine import CHIP_BY_NAME

ADD, RANGE_TABLE, BOUNDARY = CHIP_BY_NAME["add"], CHIP_BY_NAME["range_table"], CHIP_BY_NAME["boundary"]


def test_clock_end_counts_accesses_of_padded_rows() -> None:
    assert clock_end([]) == 1
    assert clock_end([(ADD, 8), (CHIP_BY_NAME["halt"], 2), (RANGE_TABLE, 2**17), (BOUNDARY, 64)]) == 1 + 3 * 8 + 2 * 2


def test_message_counts_leave_lookup_tables_apart() -> None:
    counts = message_counts([(ADD, 8), (RANGE_TABLE, 2**17), (BOUNDARY, 64)])
    # add: three accesses, each taken and put back, four result limbs, three clock checks.
    assert counts == {
        "range": 8 * (4 + 3) + 64 * 2,
        "memory": 8 * 6 + 64 * 2,
        "program": 8,
        "state": 8 * 2,
        "byte_pair": 8 * 2,
        "continuation": 64 * 2,
    }
