"""How often each row of a lookup table is looked up, counted over all other tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from reference.arrays.field_arrays import Matrix
from reference.bus_traffic import Traffic, distinct_rows, traffic_of
from reference.columns import RowColumns
from reference.fixed_tables import machine_table
from reference.tables import Table
from reference.trace.errors import WitnessError
from spec.air.chip import Chip
from spec.rv64im.machine import CHIP_BY_NAME

UNANSWERED = -1
"""In the place of a row's position."""

Index = dict[tuple[int, ...], int]
"""The first row that holds each tuple."""


def row_index(cells: Matrix) -> Index:
    """Where each row of a matrix stands first."""
    rows = list(zip(*cells.T.tolist(), strict=True))
    return dict(zip(reversed(rows), reversed(range(len(rows))), strict=True))


def indices_of(chip: Chip, fixed: Matrix) -> list[Index]:
    """For each interaction of a lookup table, its rows by what it sends: a function of the fixed columns."""
    columns = RowColumns(np.zeros((len(fixed), len(chip.columns)), dtype=np.uint64), fixed, {})
    return [row_index(np.column_stack([columns.values(part) for part in i.message])) for i in chip.interactions]


@cache
def machine_indices(name: str) -> list[Index]:
    """`indices_of` a machine table by chip name."""
    return indices_of(CHIP_BY_NAME[name], machine_table(name))


def lookup_requests(tables: Sequence[Table], bus_names: set[str], public_values: Mapping[str, int]) -> list[Traffic]:
    """Everything that the tables receive on these buses."""
    requests: list[Traffic] = []
    for position, table in enumerate(tables):
        columns = RowColumns(table.main, table.fixed, public_values)
        receiving = [i for i in table.chip.interactions if i.sign < 0 and i.bus.name in bus_names]
        requests += traffic_of(position, table, columns, receiving)
    return requests


def lookup_table(
    chip: Chip,
    fixed: Matrix,
    indices: Sequence[Index],
    requests: Sequence[Traffic],
    tables: Sequence[Table],
    *,
    all_answered: bool = True,
) -> Table:
    """A lookup table with its counted multiplicities; `indices` has one entry for each of its interactions.

    Raises WitnessError for a request that no row answers, unless not all need an answer.
    """
    main = np.zeros((len(fixed), len(chip.columns)), dtype=np.uint64)
    for column, (interaction, index) in enumerate(zip(chip.interactions, indices, strict=True)):
        for request in requests:
            if request.interaction.bus is interaction.bus and len(request.rows):
                _count(main[:, column], chip, index, request, tables, all_answered=all_answered)
    return Table(chip, main, fixed)


def _count(
    counts: NDArray[np.uint64],
    chip: Chip,
    index: Index,
    request: Traffic,
    tables: Sequence[Table],
    *,
    all_answered: bool,
) -> None:
    first, groups = distinct_rows(request.messages)
    positions = np.full(len(first), UNANSWERED, dtype=np.int64)
    for group, message in enumerate(map(tuple, request.messages[first].tolist())):
        position = index.get(message)
        if position is None and not all_answered:
            continue
        if position is None:
            asking = tables[request.table].chip.name
            row = int(request.rows[first[group]])
            raise WitnessError(
                f"{asking}, row {row}, {request.interaction.name}: {message} stands in no row of {chip.name}"
            )
        positions[group] = position
    found = positions[groups]
    answered = found != UNANSWERED
    np.add.at(counts, found[answered], request.multiplicities[answered])
