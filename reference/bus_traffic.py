"""What tables say on the buses: every tuple with its multiplicity and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference.arrays.field_arrays import Matrix
from reference.columns import RowColumns
from reference.tables import Table
from spec.air.chip import Interaction


@dataclass(frozen=True, eq=False)
class Traffic:
    """The tuples of one interaction of one table, on the rows where its multiplicity is not zero."""

    table: int
    """The table's position in the trace."""

    interaction: Interaction
    rows: NDArray[np.int64]
    """(count,) row numbers, ascending."""

    multiplicities: Matrix
    """(count,) nonzero elements, not yet signed."""

    messages: Matrix
    """(count, bus width)."""


def traffic_of(
    position: int, table: Table, columns: RowColumns, interactions: Sequence[Interaction]
) -> Iterator[Traffic]:
    """What a table says by these interactions of its chip; `columns` interprets expressions over its cells."""
    for interaction in interactions:
        multiplicities = columns.values(interaction.multiplicity)
        rows = np.nonzero(multiplicities)[0]
        messages = np.empty((len(rows), len(interaction.message)), dtype=np.uint64)
        for i, part in enumerate(interaction.message):
            messages[:, i] = columns.values(part)[rows]
        yield Traffic(position, interaction, rows, multiplicities[rows], messages)


DistinctRows = Callable[[Matrix], tuple[NDArray[np.int64], NDArray[np.int64]]]
"""`distinct_rows`, or what does the same with groups in another order."""


def distinct_rows(matrix: Matrix) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which rows of a matrix are equal: (first row of each group, group of each row), groups in lexicographic order."""
    count = len(matrix)
    order = np.lexsort(matrix.T[::-1])
    ordered = matrix[order]
    starts_group = np.ones(count, dtype=bool)
    starts_group[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    groups = np.empty(count, dtype=np.int64)
    groups[order] = np.cumsum(starts_group) - 1
    # The sort is stable, so the first row of a group in sorted order is also the first in the matrix.
    return order[starts_group], groups
