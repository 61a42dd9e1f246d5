"""The constraints of one table, combined by powers of a challenge, on the points where the quotient is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reference.prover import field_arrays as base
from reference.prover.extension_arrays import ExtensionArray
from reference.prover.field_arrays import Matrix, bit_reversed_indices
from reference.prover.values import RowValues, Values
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.field import EXTENSION_DEGREE, Extension, inverse
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
    table: TableCodewords,
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges],
    batching: Extension,
    power: Extension,
) -> tuple[ExtensionArray, Extension]:
    """power * (C_0 + batching C_1 + ...) on 2 n points, and the power that the next table starts with."""
    points = len(table.main)
    following = table.accumulators[next_row_indices(points.bit_length() - 1)]
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
    row = RowValues(table.main, table.fixed, public_values)
    total = np.zeros((points, EXTENSION_DEGREE), dtype=np.uint64)
    for value in table_constraints(table.chip, row, challenges, logup):
        total = base.add(total, (value * power).extended())
        power = power * batching
    return total, power


def _extension_column(matrix: Matrix, index: int) -> Values:
    return Values(matrix[:, index * EXTENSION_DEGREE : (index + 1) * EXTENSION_DEGREE])
