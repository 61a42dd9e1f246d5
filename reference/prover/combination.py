"""Constraints combined by powers of a challenge, on the points where the quotient is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reference.prover import field_arrays as base
from reference.prover.extension_arrays import ExtensionArray
from reference.prover.field_arrays import Matrix, bit_reversed_indices
from reference.prover.values import RowValues, Values
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.field import EXTENSION_DEGREE, ONE, Extension, inverse
from spec.protocol.constraints import LogupColumns, scopes, table_constraints
from spec.protocol.logup import BusChallenges, group_count
from spec.protocol.shape import QUOTIENT_CHUNKS


@dataclass(frozen=True)
class TableCodewords:
    """A table's columns on the first 2 n points of its evaluation domain, where constraints are evaluated."""

    chip: Chip
    main: Matrix
    fixed: Matrix
    helpers: Matrix
    accumulators: Matrix
    totals: tuple[Extension, ...]

    @property
    def height(self) -> int:
        return len(self.main) // QUOTIENT_CHUNKS


def next_row_indices(size_log2: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For each position of a bit-reversed domain of 2 n points, the position of x times the n-th root of unity."""
    order = bit_reversed_indices(size_log2)
    size = 1 << size_log2
    # In natural order the next row of the trace domain is QUOTIENT_CHUNKS points further on.
    return order[(order + QUOTIENT_CHUNKS) % size]


def combined_constraints(
    tables: Sequence[TableCodewords],
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges],
    batching: Extension,
) -> ExtensionArray:
    """C_0 + batching C_1 + ... over all constraints of all tables of one height n, on 2 n points: (2 n, 6)."""
    total = np.zeros((len(tables[0].main), EXTENSION_DEGREE), dtype=np.uint64)
    power = ONE
    for table in tables:
        logup = _logup_columns(table)
        row = RowValues(table.main, table.fixed, public_values)
        for value in table_constraints(table.chip, row, challenges, logup):
            total = base.add(total, (value * power).extended())
            power = power * batching
    return total


def _logup_columns(table: TableCodewords) -> dict[Scope, LogupColumns[Values]]:
    following = table.accumulators[next_row_indices(len(table.main).bit_length() - 1)]
    logup: dict[Scope, LogupColumns[Values]] = {}
    helper = 0
    for i, (scope, interactions) in enumerate(scopes(table.chip)):
        count = group_count(len(interactions)) - 1
        logup[scope] = LogupColumns(
            helpers=[_extension_column(table.helpers, helper + j) for j in range(count)],
            accumulator=_extension_column(table.accumulators, i),
            accumulator_next=_extension_column(following, i),
            share=table.totals[i] * inverse(table.height),
        )
        helper += count
    return logup


def _extension_column(matrix: Matrix, index: int) -> Values:
    return Values(matrix[:, index * EXTENSION_DEGREE : (index + 1) * EXTENSION_DEGREE])
