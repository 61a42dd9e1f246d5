"""The heavy steps of verifying, so that a faster verifier swaps them and shares everything else.

Whatever implements them accepts exactly what the plain ones accept. Where it refuses, only the plain ones say why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, Protocol

from reference.verifier import queries as plain_queries
from reference.verifier import sumcheck
from reference.verifier.queries import FoldedQuery
from spec.air.bus import Scope
from spec.air.expression import Interpretation
from spec.field import Extension
from spec.protocol import columns, cube
from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.columns import ColumnClaims
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges
from spec.protocol.labels import Label
from spec.protocol.merkle import MerkleOpening
from spec.protocol.shape import TableShape
from spec.protocol.transcript import Transcript
from spec.protocol.whir import Iteration, Weight
from spec.protocol.zerocheck import TableWeights, table_value


class VerifierSteps(Protocol[Element, Value, Word, Bit]):
    """What takes nearly all of a verification's time."""

    def powers(self, algebra: Algebra[Element, Value, Word, Bit], base: Value, count: int) -> Sequence[Value]:
        """1, base, base^2, ..."""
        ...

    def weighted_sum(
        self, algebra: Algebra[Element, Value, Word, Bit], scales: Sequence[Value], values: Sequence[Value]
    ) -> Value:
        """sum_i scales_i * values_i, of equally many."""
        ...

    def joined(self, parts: Sequence[Sequence[Value]]) -> Sequence[Value]:
        """The values of all parts, one part after the other."""
        ...

    def follow_rounds(
        self,
        transcript: Transcript[Element, Value, Word, Bit],
        rounds: Sequence[Sequence[Extension]],
        claim: Value,
        said: Label,
        sampled: Label,
        place: Sequence[int] = (),
        beside: Sequence[Value] | None = None,
    ) -> tuple[Value, Sequence[Value]]:
        """The claim that is left after the rounds of a sumcheck without proofs of work, and the bound point, first
        coordinate first: `reference.verifier.sumcheck.follow_rounds`."""
        ...

    def tables_value(
        self,
        algebra: Algebra[Element, Value, Word, Bit],
        tables: Sequence[TableShape],
        rows: Sequence[Interpretation[Value]],
        weights: Sequence[TableWeights[Value]],
        challenges: Mapping[Scope, BusChallenges[Value]],
    ) -> Value:
        """The sum over all tables of H on the values that stand for a row."""
        ...

    def stacked_weights(
        self, algebra: Algebra[Element, Value, Word, Bit], claims: ColumnClaims[Value], point: Sequence[Value]
    ) -> Sequence[Value]:
        """w_j^(u) for every stacked column."""
        ...

    def bind_weights(self, weights: Sequence[Weight[Value]], challenges: Sequence[Value]) -> None:
        """Binds the last coordinates of every weight, in the order of the challenges."""
        ...

    def folded_queries(
        self,
        algebra: Algebra[Element, Value, Word, Bit],
        form: SegmentForm,
        iteration: Iteration,
        openings: Sequence[MerkleOpening],
        roots: Sequence[Sequence[Word]],
        positions: Sequence[Sequence[Bit]],
        batching: Sequence[Value],
        challenges: Sequence[Value],
        where: str,
    ) -> list[FoldedQuery[Element, Value]]:
        """Opens the iteration's vector at the drawn positions and folds each opened fibre.

        Raises Rejected at the first check that fails.
        """
        ...

    def check_final_vector(
        self,
        algebra: Algebra[Element, Value, Word, Bit],
        vector: Sequence[Value],
        queries: Sequence[FoldedQuery[Element, Value]],
        weights: Sequence[Weight[Value]],
        claim: Value,
        where: str,
    ) -> None:
        """The last vector has the queried values and the claimed weighted sum.

        Raises Rejected at the first check that fails.
        """
        ...


class PlainSteps(Generic[Element, Value, Word, Bit]):
    """The formulas of the protocol over any algebra."""

    def powers(self, algebra: Algebra[Element, Value, Word, Bit], base: Value, count: int) -> Sequence[Value]:
        return cube.powers(algebra.value(1), base, count)

    def weighted_sum(
        self, algebra: Algebra[Element, Value, Word, Bit], scales: Sequence[Value], values: Sequence[Value]
    ) -> Value:
        total = algebra.value(0)
        for scale, value in zip(scales, values, strict=True):
            total = total + scale * value
        return total

    def joined(self, parts: Sequence[Sequence[Value]]) -> Sequence[Value]:
        return [value for part in parts for value in part]

    def follow_rounds(
        self,
        transcript: Transcript[Element, Value, Word, Bit],
        rounds: Sequence[Sequence[Extension]],
        claim: Value,
        said: Label,
        sampled: Label,
        place: Sequence[int] = (),
        beside: Sequence[Value] | None = None,
    ) -> tuple[Value, Sequence[Value]]:
        return sumcheck.follow_rounds(transcript, rounds, claim, said, sampled, place, beside)

    def tables_value(
        self,
        algebra: Algebra[Element, Value, Word, Bit],
        tables: Sequence[TableShape],
        rows: Sequence[Interpretation[Value]],
        weights: Sequence[TableWeights[Value]],
        challenges: Mapping[Scope, BusChallenges[Value]],
    ) -> Value:
        zero = algebra.value(0)
        total = zero
        for table, row, of_table in zip(tables, rows, weights, strict=True):
            total = total + table_value(zero, table.chip, row, of_table, challenges)
        return total

    def stacked_weights(
        self, algebra: Algebra[Element, Value, Word, Bit], claims: ColumnClaims[Value], point: Sequence[Value]
    ) -> Sequence[Value]:
        return columns.weights_at(algebra.value(1), algebra.value(0), claims, point)

    def bind_weights(self, weights: Sequence[Weight[Value]], challenges: Sequence[Value]) -> None:
        for weight in weights:
            for challenge in challenges:
                weight.bind_last(challenge)

    def folded_queries(
        self,
        algebra: Algebra[Element, Value, Word, Bit],
        form: SegmentForm,
        iteration: Iteration,
        openings: Sequence[MerkleOpening],
        roots: Sequence[Sequence[Word]],
        positions: Sequence[Sequence[Bit]],
        batching: Sequence[Value],
        challenges: Sequence[Value],
        where: str,
    ) -> list[FoldedQuery[Element, Value]]:
        return plain_queries.folded_queries(
            algebra, form, iteration, openings, roots, positions, batching, challenges, where
        )

    def check_final_vector(
        self,
        algebra: Algebra[Element, Value, Word, Bit],
        vector: Sequence[Value],
        queries: Sequence[FoldedQuery[Element, Value]],
        weights: Sequence[Weight[Value]],
        claim: Value,
        where: str,
    ) -> None:
        plain_queries.check_final_vector(algebra, vector, queries, weights, claim, where)
