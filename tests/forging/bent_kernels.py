"""Kernels that are bent at one place each: the prover around them goes on as if nothing were wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reference.arrays.extension_arrays import ExtensionArray, from_elements, to_elements
from reference.arrays.field_arrays import Matrix, add
from reference.prover.codewords import codewords, column_fibres
from reference.prover.folded_vector import CommittedVector, FoldedVector
from reference.prover.kernels import CircuitValues, Committed, Kernels, StackingRounds, ZerocheckRounds
from reference.prover.kernels import FoldedVector as AnyFoldedVector
from reference.prover.merkle_tree import build_tree
from reference.prover.plain_kernels import PlainKernels
from reference.prover.stacked_columns import CommittedColumns
from reference.tables import Table
from spec.air.bus import Scope
from spec.field import GENERATOR, ONE, ZERO, Extension, P, root_of_unity
from spec.protocol.columns import ColumnClaims
from spec.protocol.cube import powers
from spec.protocol.gkr import BusChallenges, Circuit
from spec.protocol.merkle import TreeShape
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.stacking import Commitment, Stacking
from spec.protocol.whir import Iteration
from spec.protocol.zerocheck import TableWeights

PLAIN: Kernels = PlainKernels()


class HonestKernels:
    """The plain kernels, as something to bend."""

    def algebra(self) -> NumberAlgebra:
        return PLAIN.algebra()

    def commit(
        self,
        tables: Sequence[Table],
        commitment: Commitment,
        layout: Stacking,
        rate_log2: int,
        folding_log2: int,
        tree: TreeShape,
    ) -> Committed:
        return PLAIN.commit(tables, commitment, layout, rate_log2, folding_log2, tree)

    def circuit(
        self,
        tables: Sequence[Table],
        layout: Circuit,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
    ) -> CircuitValues:
        return PLAIN.circuit(tables, layout, public_values, challenges)

    def zerocheck(
        self,
        tables: Sequence[Table],
        weights: Sequence[TableWeights[Extension]],
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
        point: Sequence[Extension],
    ) -> ZerocheckRounds:
        return PLAIN.zerocheck(tables, weights, public_values, challenges, point)

    def stacking(self, committed: Mapping[Commitment, Committed], claims: ColumnClaims[Extension]) -> StackingRounds:
        return PLAIN.stacking(committed, claims)

    def batched_vector(
        self, committed: Sequence[Committed], batching: Extension, point: Sequence[Extension]
    ) -> AnyFoldedVector:
        return PLAIN.batched_vector(committed, batching, point)

    def grind(self, block: Sequence[int], bits: int) -> int:
        return PLAIN.grind(block, bits)


class UncanonicalRows(HonestKernels):
    """Commits to codewords whose every element is written as a number from p on."""

    def commit(
        self,
        tables: Sequence[Table],
        commitment: Commitment,
        layout: Stacking,
        rate_log2: int,
        folding_log2: int,
        tree: TreeShape,
    ) -> Committed:
        honest = PLAIN.commit(tables, commitment, layout, rate_log2, folding_log2, tree)
        assert isinstance(honest, CommittedColumns)
        if commitment is not Commitment.MAIN:
            return honest
        return CommittedColumns(honest.columns, build_tree(honest.tree.rows + P, tree))


class LocalChallengesEverywhere(HonestKernels):
    """Takes the local buses' challenges for the fractions of both scopes."""

    def circuit(
        self,
        tables: Sequence[Table],
        layout: Circuit,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
    ) -> CircuitValues:
        return PLAIN.circuit(tables, layout, public_values, _local_for_both(challenges))

    def zerocheck(
        self,
        tables: Sequence[Table],
        weights: Sequence[TableWeights[Extension]],
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
        point: Sequence[Extension],
    ) -> ZerocheckRounds:
        return PLAIN.zerocheck(tables, weights, public_values, _local_for_both(challenges), point)


def _local_for_both(
    challenges: Mapping[Scope, BusChallenges[Extension]],
) -> Mapping[Scope, BusChallenges[Extension]]:
    return dict.fromkeys(challenges, challenges[Scope.LOCAL])


@dataclass(frozen=True, eq=False)
class OtherAnswers(CommittedColumns):
    """A commitment that answers as if it were one to other columns."""

    answering: Matrix

    def answers(self, point: Extension) -> tuple[Extension, ...]:
        return CommittedColumns(self.answering, self.tree).answers(point)


@dataclass(frozen=True)
class ReplacedColumns(HonestKernels):
    """Commits to stacked columns in which some entries of the padding differ, and answers for those without."""

    which: Commitment
    entries: Mapping[int, int]
    """What is added to the last stacked column, by position from the end."""

    def commit(
        self,
        tables: Sequence[Table],
        commitment: Commitment,
        layout: Stacking,
        rate_log2: int,
        folding_log2: int,
        tree: TreeShape,
    ) -> Committed:
        honest = PLAIN.commit(tables, commitment, layout, rate_log2, folding_log2, tree)
        if commitment is not self.which:
            return honest
        assert isinstance(honest, CommittedColumns)
        columns = honest.columns.copy()
        for from_end, difference in self.entries.items():
            assert columns[-1, -from_end] == 0, "no padding is left in the last stacked column"
            columns[-1, -from_end] = difference % P
        codes = codewords(columns, layout.height_log2 + rate_log2)
        return OtherAnswers(columns, build_tree(column_fibres(codes, folding_log2), tree), honest.columns)


def folded_point(iteration: Iteration, position: int) -> Extension:
    """x^(2^k) for the fibre over a position: where a query tells the folded vector's code."""
    x = GENERATOR * pow(root_of_unity(iteration.domain_log2), position, P) % P
    return Extension.of(pow(x, 1 << iteration.folding_log2, P))


def with_roots(points: Sequence[Extension], length: int) -> list[Extension]:
    """A vector of this length, not zero, whose polynomial has these roots. Raises ValueError for too many."""
    polynomial = [ONE]
    for point in dict.fromkeys(points):
        shifted, scaled = [ZERO, *polynomial], [*polynomial, ZERO]
        polynomial = [low - high * point for low, high in zip(shifted, scaled, strict=True)]
    if len(polynomial) > length:
        raise ValueError(f"{len(polynomial) - 1} roots for a vector of {length}")
    return polynomial + [ZERO] * (length - len(polynomial))


def orthogonal(vectors: Sequence[Sequence[Extension]]) -> list[Extension]:
    """A vector, not zero, whose inner product with each of these is zero, of which there are fewer than entries."""
    length = len(vectors[0])
    reduced: dict[int, list[Extension]] = {}
    for vector in vectors:
        row = list(vector)
        for pivot, other in reduced.items():
            row = [a - b * row[pivot] for a, b in zip(row, other, strict=True)] if row[pivot] != ZERO else row
        leading = next((i for i, a in enumerate(row) if a != ZERO), None)
        if leading is None:
            continue
        scale = row[leading].inverse()
        row = [a * scale for a in row]
        for pivot, other in reduced.items():
            reduced[pivot] = [a - b * other[leading] for a, b in zip(other, row, strict=True)]
        reduced[leading] = row
    free = next(i for i in range(length) if i not in reduced)
    solution = [ZERO] * length
    solution[free] = ONE
    for pivot, row in reduced.items():
        solution[pivot] = ZERO - row[free]
    return solution


@dataclass(frozen=True, eq=False)
class OtherAnswer(CommittedVector):
    """A commitment to a vector that answers as if it were one to another."""

    answering: ExtensionArray

    def answers(self, point: Extension) -> tuple[Extension, ...]:
        return CommittedVector(self.answering, self.tree).answers(point)


class ReplacedVector(FoldedVector):
    """Replaces the first folded vector by another one when it is committed, and goes on with that."""

    def __init__(self, vector: ExtensionArray, weight: ExtensionArray, bend: FoldedBend) -> None:
        super().__init__(vector, weight)
        self._bend = bend

    def commit(self, iteration: Iteration, tree: TreeShape) -> CommittedVector:
        if iteration.number != 1:
            return super().commit(iteration, tree)
        before = self._vector
        self._vector = add(before, from_elements(self._bend.added(to_elements(self._weight))))
        committed = super().commit(iteration, tree)
        answering = before if self._bend.answers_as_before else self._vector
        return OtherAnswer(committed.vector, committed.tree, answering)


@dataclass(frozen=True)
class FoldedBend(HonestKernels):
    """Adds to the first folded vector another one that nobody sees at known places."""

    unseen: tuple[Extension, ...]
    """Where the codes of both are the same."""

    scale: Extension = ONE
    keeps_weighted_sum: bool = False
    """Whether the weighted sum of both is the same, too."""

    answers_as_before: bool = False
    """Whether the out-of-domain answer is that of the vector before."""

    def added(self, weight: Sequence[Extension]) -> list[Extension]:
        """What is added to a vector with this weight."""
        length = len(weight)
        if self.keeps_weighted_sum:
            difference = orthogonal([weight, *(powers(ONE, point, length) for point in self.unseen)])
        else:
            difference = with_roots(self.unseen, length)
        return [entry * self.scale for entry in difference]

    def batched_vector(
        self, committed: Sequence[Committed], batching: Extension, point: Sequence[Extension]
    ) -> AnyFoldedVector:
        honest = PLAIN.batched_vector(committed, batching, point)
        assert isinstance(honest, FoldedVector)
        return ReplacedVector(honest._vector, honest._weight, self)
