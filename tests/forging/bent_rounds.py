"""Sumchecks that bind the first coordinate first, and what else a prover can order in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from reference.arrays.extension_arrays import from_base, from_elements
from reference.arrays.field_arrays import Matrix, bit_reversed_indices
from reference.arrays.values import Values
from reference.prover.circuit_values import LayeredCircuit, LayerSum
from reference.prover.folded_vector import FoldedVector
from reference.prover.kernels import CircuitValues, Committed, StackingRounds, ZerocheckRounds
from reference.prover.kernels import FoldedVector as AnyFoldedVector
from reference.prover.stacking_rounds import StackingRounds as PlainStackingRounds
from reference.prover.zerocheck_rounds import PlainZerocheckRounds
from reference.tables import Table
from spec.air.bus import Scope
from spec.field import Extension
from spec.protocol.columns import ColumnClaims
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges, Circuit, Fraction
from spec.protocol.proof import RoundPolynomial
from spec.protocol.stacking import Commitment, Stacking
from spec.protocol.zerocheck import TableWeights
from tests.forging.bent_kernels import PLAIN, HonestKernels


def reversed_rows(matrix: Matrix) -> Matrix:
    """The rows in the order of their numbers' bits read backwards: the first coordinate comes last."""
    return matrix[bit_reversed_indices((len(matrix) - 1).bit_length())]


class BackwardStacking(HonestKernels):
    """Binds the first coordinate of the stacked columns first."""

    def stacking(self, committed: Mapping[Commitment, Committed], claims: ColumnClaims[Extension]) -> StackingRounds:
        rounds = PLAIN.stacking(committed, claims)
        assert isinstance(rounds, PlainStackingRounds)
        columns, weights = (
            np.stack([reversed_rows(column) for column in array]) for array in (rounds._columns, rounds._weights)
        )
        return PlainStackingRounds(columns, weights)


class BackwardFolding(HonestKernels):
    """Binds the first coordinate of the opened vector first."""

    def batched_vector(
        self, committed: Sequence[Committed], batching: Extension, point: Sequence[Extension]
    ) -> AnyFoldedVector:
        vector = PLAIN.batched_vector(committed, batching, point)
        assert isinstance(vector, FoldedVector)
        return FoldedVector(reversed_rows(vector._vector), reversed_rows(vector._weight))


class _BackwardCircuit(LayeredCircuit):
    def layer(self, number: int, point: Sequence[Extension], batching: Extension) -> LayerSum:
        below = self._layers[number + 1]
        order = 2 * np.repeat(bit_reversed_indices(number), 2) + np.tile([0, 1], 1 << number)
        columns = [Values(column.array[order]) for column in (below.numerator, below.denominator)]
        return LayerSum(Fraction(*columns), list(reversed(point)), batching)


class BackwardCircuit(HonestKernels):
    """Binds the first coordinate of each of the circuit's layers first."""

    def circuit(
        self,
        tables: Sequence[Table],
        layout: Circuit,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
    ) -> CircuitValues:
        honest = PLAIN.circuit(tables, layout, public_values, challenges)
        assert isinstance(honest, LayeredCircuit)
        return _BackwardCircuit(honest._layers[layout.variables], layout.variables)


class BackwardZerocheck(HonestKernels):
    """Binds the first coordinate of each table first."""

    def zerocheck(
        self,
        tables: Sequence[Table],
        weights: Sequence[TableWeights[Extension]],
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
        point: Sequence[Extension],
    ) -> ZerocheckRounds:
        turned = [Table(t.chip, reversed_rows(t.main), reversed_rows(t.fixed)) for t in tables]
        rounds = PLAIN.zerocheck(turned, weights, public_values, challenges, point)
        assert isinstance(rounds, PlainZerocheckRounds)
        for table in rounds._tables:
            table.point.reverse()
        return rounds


class _WaitingFirst(PlainZerocheckRounds):
    """A table of fewer variables waits in the first rounds instead of the last ones."""

    def __init__(self, honest: PlainZerocheckRounds, count: int) -> None:
        super().__init__(honest._tables)
        self._left = count

    def _active(self) -> list[Any]:
        return [table for table in self._tables if len(table.point) == self._left]

    def message(self) -> RoundPolynomial:
        waiting = [table for table in self._tables if table not in self._active()]
        points = {id(table): table.point for table in waiting}
        for table in waiting:
            table.point = []
        message = super().message()
        for table in waiting:
            table.point = points[id(table)]
        return message

    def bind(self, challenge: Extension) -> None:
        for table in self._active():
            table.bind(challenge)
        self._left -= 1


class WaitingFirst(HonestKernels):
    """Has tables of fewer variables wait at the start of the zerocheck."""

    def zerocheck(
        self,
        tables: Sequence[Table],
        weights: Sequence[TableWeights[Extension]],
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
        point: Sequence[Extension],
    ) -> ZerocheckRounds:
        honest = PLAIN.zerocheck(tables, weights, public_values, challenges, point)
        assert isinstance(honest, PlainZerocheckRounds)
        for table in honest._tables:
            table.point = list(point[: len(table.point)])
        return _WaitingFirst(honest, len(point))


class OneRowTables(HonestKernels):
    """Copes with tables of one row, which have no coordinate to bind."""

    def zerocheck(
        self,
        tables: Sequence[Table],
        weights: Sequence[TableWeights[Extension]],
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
        point: Sequence[Extension],
    ) -> ZerocheckRounds:
        rounds = PLAIN.zerocheck(tables, weights, public_values, challenges, point)
        assert isinstance(rounds, PlainZerocheckRounds)
        for table in rounds._tables:
            if len(table.main) == 1:
                table.main, table.fixed = from_base(table.main), from_base(table.fixed)
        return rounds


@dataclass(frozen=True)
class FractionInPadding(HonestKernels):
    """Puts a fraction into the last place of a scope's half of the circuit, where padding lies."""

    scope: Scope
    numerator: Extension
    denominator: Extension

    def circuit(
        self,
        tables: Sequence[Table],
        layout: Circuit,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
    ) -> CircuitValues:
        honest = PLAIN.circuit(tables, layout, public_values, challenges)
        assert isinstance(honest, LayeredCircuit)
        half = 1 << (layout.variables - 1)
        assert layout.fractions(self.scope) < half
        last = half - 1 if self.scope is Scope.LOCAL else 2 * half - 1
        fractions = honest._layers[layout.variables]
        numerators, denominators = fractions.numerator.array.copy(), fractions.denominator.array.copy()
        numerators[last], denominators[last] = from_elements([self.numerator, self.denominator])
        return LayeredCircuit(Fraction(Values(numerators), Values(denominators)), layout.variables)


@contextmanager
def bent_form(name: str, bend: Any) -> Iterator[None]:
    """Within it, provers take another number or layout for the one that their segment's form has.

    `bend` maps the honest one to it.
    """
    honest = SegmentForm.__dict__[name]

    def bent(self: SegmentForm) -> Any:
        return bend(honest.func(self))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SegmentForm, name, property(bent))
        yield


def with_columns_exchanged(layouts: Mapping[Commitment, Stacking]) -> Mapping[Commitment, Stacking]:
    """The places of two neighbouring columns of *main* of the same height exchanged."""
    main = layouts[Commitment.MAIN]
    columns = list(main.columns)
    at = next(i for i, (a, b) in enumerate(pairwise(columns)) if a.height_log2 == b.height_log2)
    first, second = columns[at : at + 2]
    columns[at] = replace(first, stacked=second.stacked, prefix=second.prefix)
    columns[at + 1] = replace(second, stacked=first.stacked, prefix=first.prefix)
    return {**layouts, Commitment.MAIN: replace(main, columns=tuple(columns))}
