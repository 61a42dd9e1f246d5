"""Traces that a lying prover could commit to: honest ones with other cells, tables, public values or machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from reference.tables import Table, Trace
from reference.trace.multiplicities import indices_of, lookup_requests, machine_indices
from spec.air.chip import Role
from spec.air.machine import Machine
from spec.field import P
from spec.protocol.shape import LOOKUP_ROLES

Cell = tuple[str, int, str]
"""Table, row, column: of the first instance of a chip, a committed or a fixed cell."""


def table_of(trace: Trace, chip: str) -> Table:
    """The first instance of a chip."""
    return next(table for table in trace.tables if table.chip.name == chip)


def table_number(trace: Trace, chip: str) -> int:
    """The position of a chip's first instance among the trace's tables."""
    return [table.chip.name for table in trace.tables].index(chip)


def cell(trace: Trace, chip: str, row: int, column: str) -> int:
    """A cell of the first instance of a chip."""
    table = table_of(trace, chip)
    if column in table.chip.columns:
        return int(table.main[row, table.chip.column_index(column)])
    return int(table.fixed[row, table.chip.fixed_columns.index(column)])


def row_where(trace: Trace, chip: str, **cells: int) -> int:
    """The first row of a chip with these cells."""
    table = table_of(trace, chip)
    matches = np.ones(table.height, dtype=bool)
    for column, wanted in cells.items():
        matches &= table.main[:, table.chip.column_index(column)] == wanted
    found = np.nonzero(matches)[0]
    assert len(found), f"no row of {chip} has {cells}"
    return int(found[0])


def with_cells(trace: Trace, cells: Mapping[Cell, int]) -> Trace:
    """The trace with other numbers in some cells."""
    tables = list(trace.tables)
    for (name, row, column), number in cells.items():
        position = table_number(trace, name)
        main, fixed = tables[position].main.copy(), tables[position].fixed.copy()
        chip = tables[position].chip
        if column in chip.columns:
            main[row, chip.columns.index(column)] = number % P
        else:
            fixed[row, chip.fixed_columns.index(column)] = number % P
        tables[position] = Table(chip, main, fixed)
    return replace(trace, tables=tuple(tables))


def plus_cells(trace: Trace, differences: Mapping[Cell, int]) -> Trace:
    """The trace with something added to some cells."""
    return with_cells(trace, {at: cell(trace, *at) + difference for at, difference in differences.items()})


def changed(trace: Trace, chip: str, row: int, **cells: int) -> Trace:
    """The trace with other numbers in some cells of one row."""
    return with_cells(trace, {(chip, row, column): number for column, number in cells.items()})


def shifted(trace: Trace, chip: str, row: int, **differences: int) -> Trace:
    """The trace with something added to some cells of one row."""
    return plus_cells(trace, {(chip, row, column): difference for column, difference in differences.items()})


def with_table(trace: Trace, forged: Table) -> Trace:
    """The trace with the first instance of the table's chip replaced."""
    position = next(i for i, table in enumerate(trace.tables) if table.chip is forged.chip)
    return replace(trace, tables=(*trace.tables[:position], forged, *trace.tables[position + 1 :]))


def with_public(trace: Trace, /, **numbers: int) -> Trace:
    """The trace with other public values, canonical or not."""
    return replace(trace, public_values={**trace.public_values, **numbers})


def with_tables(trace: Trace, tables: Sequence[Table]) -> Trace:
    """The trace with these tables, given in the order of the machine, instances by descending height."""
    return replace(trace, tables=tuple(tables))


def split(trace: Trace, name: str, heights_log2: Sequence[int]) -> Trace:
    """The trace with the rows of one table spread over instances of these heights, padded with zeros."""
    tables: list[Table] = []
    for table in trace.tables:
        if table.chip.name != name:
            tables.append(table)
            continue
        rows = np.zeros((sum(1 << height for height in heights_log2), table.main.shape[1]), dtype=np.uint64)
        count = min(len(rows), table.height)
        rows[:count] = table.main[:count]
        assert not table.main[count:].any(), "the instances have no room for all rows"
        start = 0
        for height in heights_log2:
            tables.append(
                Table(table.chip, rows[start : start + (1 << height)], np.zeros((1 << height, 0), dtype=np.uint64))
            )
            start += 1 << height
    return with_tables(trace, tables)


def on_machine(trace: Trace, machine: Machine) -> Trace:
    """The trace with the same cells on another machine with the same chips."""
    return replace(trace, machine=machine)


def recounted(trace: Trace) -> Trace:
    """The trace with lookups counted anew. What no row answers stays unanswered."""
    asking = [table for table in trace.tables if table.chip.role not in LOOKUP_ROLES]
    answering = [table for table in trace.tables if table.chip.role in LOOKUP_ROLES]
    bus_names = {interaction.bus.name for table in answering for interaction in table.chip.interactions}
    requests = lookup_requests(asking, bus_names, trace.public_values)
    for table in answering:
        machine = table.chip.role is Role.MACHINE_TABLE
        indices = machine_indices(table.chip.name) if machine else indices_of(table.chip, table.fixed)
        main = np.zeros_like(table.main)
        for column, (interaction, index) in enumerate(zip(table.chip.interactions, indices, strict=True)):
            for request in requests:
                if request.interaction.bus is interaction.bus:
                    for message, times in zip(request.messages.tolist(), request.multiplicities, strict=True):
                        position = index.get(tuple(message))
                        if position is not None:
                            main[position, column] = (main[position, column] + times) % np.uint64(P)
        trace = with_table(trace, replace(table, main=main))
    return trace
