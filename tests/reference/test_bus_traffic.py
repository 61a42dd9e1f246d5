"""Traffic: tuples of the rows that speak, and grouping of equal rows."""

from __future__ import annotations

import numpy as np

from reference.bus_traffic import distinct_rows, traffic_of
from reference.columns import RowColumns
from reference.tables import Table, without_fixed_columns
from spec.rv64im.machine import CHIP_BY_NAME

HALT = CHIP_BY_NAME["halt"]


def test_traffic_has_the_rows_whose_multiplicity_is_not_zero() -> None:
    main = np.zeros((4, len(HALT.columns)), dtype=np.uint64)
    for row, times in ((1, 1), (3, 5)):
        main[row, HALT.column_index("real")] = times
        main[row, HALT.column_index("pc")] = 10 + row
        main[row, HALT.column_index("clock")] = 20 + row
    table = Table(HALT, main, without_fixed_columns(4))
    arrive = [interaction for interaction in HALT.interactions if interaction.name == "arrive"]
    (traffic,) = traffic_of(7, table, RowColumns(table.main, table.fixed, {}), arrive)
    assert (traffic.table, traffic.interaction) == (7, arrive[0])
    assert traffic.rows.tolist() == [1, 3]
    assert traffic.multiplicities.tolist() == [1, 5]
    assert traffic.messages.tolist() == [[11, 21], [13, 23]]


def test_equal_rows_form_groups_in_lexicographic_order() -> None:
    matrix = np.array([[2, 1], [1, 9], [2, 1], [1, 2], [2, 0], [1, 9]], dtype=np.uint64)
    first, groups = distinct_rows(matrix)
    assert first.tolist() == [3, 1, 4, 0]
    assert groups.tolist() == [3, 1, 3, 0, 2, 1]


def test_no_rows_form_no_groups() -> None:
    first, groups = distinct_rows(np.empty((0, 3), dtype=np.uint64))
    assert (len(first), len(groups)) == (0, 0)
