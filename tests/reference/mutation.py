"""Would anybody notice? Verdicts on single rows whose cells have been changed.

A changed row goes unnoticed if all constraints of its chip hold, its lookups all find a row of their table (whose
multiplicities the prover may count anew), and it says the same as before on every other bus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference.arrays.field_arrays import Matrix
from reference.columns import RowColumns
from reference.tables import Table, Trace
from reference.trace.multiplicities import Index, indices_of
from spec.air.chip import Chip, Interaction
from spec.field import P
from spec.protocol.shape import LOOKUP_ROLES


def lookup_indices(trace: Trace) -> dict[str, Index]:
    """By bus name, the tuples that the trace's lookup tables offer."""
    return {
        interaction.bus.name: index
        for table in trace.tables
        if table.chip.role in LOOKUP_ROLES
        for interaction, index in zip(table.chip.interactions, indices_of(table.chip, table.fixed), strict=True)
    }


def changed_cells(cell: int) -> set[int]:
    """Other values that a prover could try in the place of a cell."""
    tried = {cell + 1, cell - 1, cell + 2**8, cell + 2**16, cell - 2**16, 0, 1, 2, -cell, 1 - cell, 2**15, 123_456_789}
    return {other % P for other in tried} - {cell}


@dataclass(frozen=True)
class Change:
    """A row of a table with one cell changed."""

    row: int
    column: str
    cell: int
    changed: int


def unnoticed_changes(
    table: Table,
    rows: Iterable[int],
    public_values: Mapping[str, int],
    indices: Mapping[str, Index],
    columns: Iterable[str] | None = None,
) -> list[Change]:
    """Every change of a single cell in these rows and columns, all columns by default, that nobody notices."""
    changeable = table.chip.columns if columns is None else tuple(columns)
    changes = [
        Change(row, column, int(table.main[row, position]), other)
        for row in rows
        for column in changeable
        for position in (table.chip.column_index(column),)
        for other in sorted(changed_cells(int(table.main[row, position])))
    ]
    origins = np.array([change.row for change in changes], dtype=np.int64)
    before, fixed = table.main[origins], table.fixed[origins]
    after = before.copy()
    positions = [table.chip.column_index(change.column) for change in changes]
    after[np.arange(len(changes)), positions] = [change.changed for change in changes]
    noticed = noticed_rows(table.chip, before, after, fixed, public_values, indices)
    return [change for change, seen in zip(changes, noticed.tolist(), strict=True) if not seen]


def noticed_rows(
    chip: Chip,
    before: Matrix,
    after: Matrix,
    fixed: Matrix,
    public_values: Mapping[str, int],
    indices: Mapping[str, Index],
) -> NDArray[np.bool_]:
    """For each row, whether the change from `before` to `after` is noticed: (count,)."""
    old, new = RowColumns(before, fixed, public_values), RowColumns(after, fixed, public_values)
    noticed = np.zeros(len(after), dtype=bool)
    for constraint in chip.constraints:
        noticed |= new.values(constraint.expression) != 0
    survivors = np.nonzero(~noticed)[0]
    said_before = _said(chip, old, survivors, indices)
    said_after = _said(chip, new, survivors, indices)
    for row, earlier, later in zip(survivors.tolist(), said_before, said_after, strict=True):
        noticed[row] = later is None or earlier != later
    return noticed


def _said(
    chip: Chip, columns: RowColumns, rows: NDArray[np.int64], indices: Mapping[str, Index]
) -> list[Counter[tuple[object, ...]] | None]:
    """What each row says besides lookups, as a multiset; None where a lookup finds nothing."""
    said: list[Counter[tuple[object, ...]] | None] = [Counter() for _ in rows]
    for interaction in chip.interactions:
        times = columns.values(interaction.multiplicity)[rows].tolist()
        parts = [columns.values(part)[rows].tolist() for part in interaction.message]
        for position, (count, message) in enumerate(zip(times, zip(*parts, strict=True), strict=True)):
            so_far = said[position]
            if count and so_far is not None:
                if _is_lookup(chip, interaction, indices):
                    if message not in indices[interaction.bus.name]:
                        said[position] = None
                else:
                    so_far[(interaction.bus.name, message)] += interaction.sign * count
    # A tuple both sent and received is not there at all.
    return [None if c is None else Counter({key: n for key, n in c.items() if n % P}) for c in said]


def _is_lookup(chip: Chip, interaction: Interaction, indices: Mapping[str, Index]) -> bool:
    return chip.role not in LOOKUP_ROLES and interaction.bus.name in indices
