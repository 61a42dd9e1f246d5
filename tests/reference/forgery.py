"""Traces that a lying prover could commit to: honest ones with cells changed and lookups counted anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from reference.checker import ConstraintViolation, Imbalance, Violation
from reference.tables import Table, Trace
from reference.trace.multiplicities import indices_of, lookup_requests, machine_indices
from spec.air.chip import Role
from spec.field import P
from spec.protocol.shape import LOOKUP_ROLES


def table_of(trace: Trace, chip: str) -> Table:
    """The first instance of a chip."""
    return next(table for table in trace.tables if table.chip.name == chip)


def cell(trace: Trace, chip: str, row: int, column: str) -> int:
    """A cell of the first instance of a chip."""
    table = table_of(trace, chip)
    return int(table.main[row, table.chip.column_index(column)])


def row_where(trace: Trace, chip: str, **cells: int) -> int:
    """The first row of a chip with these cells."""
    table = table_of(trace, chip)
    matches = np.ones(table.height, dtype=bool)
    for column, wanted in cells.items():
        matches &= table.main[:, table.chip.column_index(column)] == wanted
    found = np.nonzero(matches)[0]
    assert len(found), f"no row of {chip} has {cells}"
    return int(found[0])


def changed(trace: Trace, chip: str, row: int, **cells: int) -> Trace:
    """The trace with cells of the first instance of a chip replaced by these integers modulo p."""
    original = table_of(trace, chip)
    main = original.main.copy()
    for column, wanted in cells.items():
        main[row, original.chip.column_index(column)] = wanted % P
    return with_table(trace, replace(original, main=main))


def shifted(trace: Trace, chip: str, row: int, **differences: int) -> Trace:
    """The trace with differences added to cells of the first instance of a chip."""
    cells = {column: cell(trace, chip, row, column) + difference for column, difference in differences.items()}
    return changed(trace, chip, row, **cells)


def with_table(trace: Trace, forged: Table) -> Trace:
    """The trace with the first instance of the table's chip replaced."""
    position = next(i for i, table in enumerate(trace.tables) if table.chip is forged.chip)
    return replace(trace, tables=(*trace.tables[:position], forged, *trace.tables[position + 1 :]))


def with_public(trace: Trace, **public_values: int) -> Trace:
    """The trace with other public values."""
    return replace(trace, public_values=trace.public_values | public_values)


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


def accused(violations: Iterable[Violation]) -> set[str]:
    """What the violations name: `chip.constraint`, `bus name`, or where a layout is wrong."""
    names = set()
    for violation in violations:
        if isinstance(violation, ConstraintViolation):
            names.add(f"{violation.chip}.{violation.constraint}")
        elif isinstance(violation, Imbalance):
            names.add(f"bus {violation.bus}")
        else:
            names.add(violation.where)
    return names


def rows_named(violations: Sequence[Violation]) -> Mapping[tuple[str, int], list[Violation]]:
    """The violations by (chip, row) of every row that they name."""
    found: dict[tuple[str, int], list[Violation]] = {}
    for violation in violations:
        if isinstance(violation, ConstraintViolation):
            found.setdefault((violation.chip, violation.row), []).append(violation)
        elif isinstance(violation, Imbalance):
            for speaker in violation.speakers:
                words = speaker.split()
                if words[0] != "verifier":
                    found.setdefault((words[0].partition("[")[0], int(words[2])), []).append(violation)
    return found
