"""The zerocheck's rounds, one formula a line: H of every table on whole columns, at four points a round.

A round polynomial is, over the rows x' that are left and without the factor of eq that all tables share,

    g(X) = sum over tables and x' of eq(point_rest, x') H_t(x', X, bound coordinates).

It has degree 3, so its values at 0, 1, 2 and 3 give it. A table that waits adds a constant, which is not sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reference.arrays import extension_arrays as extension
from reference.arrays.extension_arrays import ExtensionArray
from reference.arrays.field_arrays import Matrix
from reference.arrays.values import RowValues, Values
from reference.prover.cube_arrays import bound, cubic_coefficients, equality_vector, inner_product
from reference.tables import Table
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.field import EXTENSION_DEGREE, ZERO, Extension
from spec.protocol.gkr import BusChallenges
from spec.protocol.proof import RoundPolynomial
from spec.protocol.zerocheck import ROUND_DEGREE, TableWeights, table_value

POINTS = range(ROUND_DEGREE + 1)


@dataclass
class TableRounds:
    """A table while its coordinates are bound, the last one first."""

    chip: Chip
    main: Matrix
    """(rows, committed columns) at first, once a coordinate is bound (rows, committed columns, 6)."""

    fixed: Matrix
    """(rows, fixed columns), the same."""

    point: list[Extension]
    """The table's coordinates of the point that are not bound yet: none while it waits."""

    weights: TableWeights[Values]
    public_values: Mapping[str, int]
    challenges: Mapping[Scope, BusChallenges[Values]]

    def value_at(self, number: int) -> Extension:
        """The table's part of the round polynomial at a number."""
        row = RowValues(bound(self.main, number), bound(self.fixed, number), self.public_values)
        value = table_value(_lifted(ZERO), self.chip, row, self.weights, self.challenges)
        return inner_product(equality_vector(self.point[:-1]), _on_every_row(value, len(row.main_columns)))

    def bind(self, challenge: Extension) -> None:
        """Binds the last coordinate."""
        self.main, self.fixed = bound(self.main, challenge), bound(self.fixed, challenge)
        self.point.pop()

    def values(self) -> tuple[Extension, ...]:
        """The values of all columns once every coordinate is bound."""
        return (*extension.to_elements(self.main[0]), *extension.to_elements(self.fixed[0]))


class PlainZerocheckRounds:
    """The sumcheck over all tables."""

    def __init__(self, tables: Sequence[TableRounds]) -> None:
        self._tables = tables

    def message(self) -> RoundPolynomial:
        """c_1, c_2, c_3 of the next round polynomial."""
        taking_part = [table for table in self._tables if table.point]
        totals = [sum((table.value_at(number) for table in taking_part), ZERO) for number in POINTS]
        return cubic_coefficients(totals)

    def bind(self, challenge: Extension) -> None:
        """Binds the coordinate that the last message was about."""
        for table in self._tables:
            if table.point:
                table.bind(challenge)

    def values(self) -> list[tuple[Extension, ...]]:
        """By table, the value of every committed column, then of every fixed one, at the bound point."""
        return [table.values() for table in self._tables]


def zerocheck(
    tables: Sequence[Table],
    weights: Sequence[TableWeights[Extension]],
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges[Extension]],
    point: Sequence[Extension],
) -> PlainZerocheckRounds:
    """The sumcheck of sum over tables t and rows x of eq(point_t, x) H_t(x); point_t are the last coordinates of
    `point`, which has as many as the tallest table has variables."""
    lifted = {scope: _lifted_challenges(of_scope) for scope, of_scope in challenges.items()}
    rounds = []
    for table, table_weights in zip(tables, weights, strict=True):
        main, fixed = table.main.astype(np.uint64), table.fixed.astype(np.uint64)
        variables = table.height.bit_length() - 1
        own_point = list(point[len(point) - variables :])
        own_weights = _lifted_weights(table_weights)
        rounds.append(TableRounds(table.chip, main, fixed, own_point, own_weights, public_values, lifted))
    return PlainZerocheckRounds(rounds)


def _lifted(element: Extension) -> Values:
    """The same element on every row."""
    return Values(extension.from_elements([element]))


def _lifted_weights(weights: TableWeights[Extension]) -> TableWeights[Values]:
    constraints = [_lifted(weight) for weight in weights.constraints]
    blocks = [(block, _lifted(weight)) for block, weight in weights.blocks]
    return TableWeights(constraints, blocks, _lifted(weights.batching))


def _lifted_challenges(challenges: BusChallenges[Extension]) -> BusChallenges[Values]:
    return BusChallenges(_lifted(challenges.alpha), [_lifted(power) for power in challenges.beta_powers])


def _on_every_row(value: Values, rows: int) -> ExtensionArray:
    """A column that may be the same on every row, with one entry for each."""
    return np.broadcast_to(value.array, (rows, EXTENSION_DEGREE))
