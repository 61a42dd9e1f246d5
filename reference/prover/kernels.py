"""The heavy steps of proving, as one small interface with a plain and an optimized implementation.

Kernels know arrays and field elements; they never touch the transcript and decide nothing. Both implementations give
the same numbers, so their proofs are the same bytes. What a sumcheck keeps between its rounds is its own: it says a
round polynomial, is bound to a challenge, and says the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from reference.tables import Table
from spec.air.bus import Scope
from spec.field import Extension
from spec.protocol.columns import ColumnClaims
from spec.protocol.gkr import BusChallenges, Circuit
from spec.protocol.hash import Digest
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RoundPolynomial
from spec.protocol.stacking import Commitment, Stacking
from spec.protocol.whir import Iteration
from spec.protocol.zerocheck import TableWeights


class Committed(Protocol):
    """Columns or a vector with the Merkle tree over their codewords' fibres."""

    @property
    def root(self) -> Digest:
        """The tree's root."""
        ...

    def answers(self, point: Extension) -> tuple[Extension, ...]:
        """<q_j, (1, point, point^2, ...)> for each stacked column q_j."""
        ...

    def open(self, positions: Sequence[int]) -> MerkleOpening:
        """The leaves at these positions, which may repeat, and what leads from them to the root."""
        ...


class Rounds(Protocol):
    """A sumcheck under way. The last coordinate that is left is bound first."""

    def message(self) -> RoundPolynomial:
        """The coefficients c_1, ..., c_d of the next round polynomial."""
        ...

    def bind(self, challenge: Extension) -> None:
        """Binds the coordinate that the last message was about."""
        ...


class LayerRounds(Rounds, Protocol):
    """The sumcheck of one layer of the GKR circuit: without its eq factor, degree 2."""

    def ends(self) -> tuple[Extension, Extension, Extension, Extension]:
        """p(y,0), p(y,1), q(y,0), q(y,1) of the layer below at the bound point."""
        ...


class CircuitValues(Protocol):
    """All layers of the GKR circuit. A prover takes each layer once, by ascending number."""

    @property
    def totals(self) -> tuple[Extension, Extension, Extension, Extension]:
        """Layer 1: p and q of the local scope, then of the global scope."""
        ...

    def layer(self, number: int, point: Sequence[Extension], batching: Extension) -> LayerRounds:
        """The sumcheck for layer `number` (1 <= number < N) at a point of `number` coordinates, over the 2^number
        nodes y: eq(point, y) (p(y,0) q(y,1) + p(y,1) q(y,0) + batching q(y,0) q(y,1))."""
        ...


class ZerocheckRounds(Rounds, Protocol):
    """The zerocheck: without its eq factor, degree 3."""

    def values(self) -> list[tuple[Extension, ...]]:
        """By table, the value of every committed column, then of every fixed one, at the table's part of the point."""
        ...


class StackingRounds(Rounds, Protocol):
    """The sumcheck over the stacked columns, degree 2."""

    def values(self) -> tuple[Extension, ...]:
        """The value of every stacked column at the bound point."""
        ...


class FoldedVector(Rounds, Protocol):
    """WHIR's vector f and weight w between messages; its rounds are those of <f, w>, degree 2."""

    def vector(self) -> tuple[Extension, ...]:
        """f as it is now."""
        ...

    def commit(self, iteration: Iteration, tree: TreeShape) -> Committed:
        """The commitment to f as it is now, which is the vector of this iteration: its answers are of one vector."""
        ...

    def add_powers(self, points: Sequence[Extension | int], scales: Sequence[Extension]) -> None:
        """Adds scale * (1, point, point^2, ...) to w for each point, an integer where it lies in the base field."""
        ...


class Kernels(Protocol):
    """Everything that takes a prover's time. Arrays that come in are never changed."""

    def algebra(self) -> NumberAlgebra:
        """Numbers to say the transcript of one proof with."""
        ...

    def commit(
        self,
        tables: Sequence[Table],
        commitment: Commitment,
        layout: Stacking,
        rate_log2: int,
        folding_log2: int,
        tree: TreeShape,
    ) -> Committed:
        """Stacks the columns that the layout places and commits to them. `folding_log2` is the first folding: a leaf
        holds, for each stacked column in turn, its codeword on one fibre of x -> x^(2^folding_log2).

        The program commitment stacks fixed columns, the others committed ones.
        """
        ...

    def circuit(
        self,
        tables: Sequence[Table],
        layout: Circuit,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
    ) -> CircuitValues:
        """The values of the GKR circuit over a segment's tables."""
        ...

    def zerocheck(
        self,
        tables: Sequence[Table],
        weights: Sequence[TableWeights[Extension]],
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
        point: Sequence[Extension],
    ) -> ZerocheckRounds:
        """The sumcheck of sum over tables t and rows x of eq(point_t, x) H_t(x); point_t are the last coordinates of
        `point`, which has as many as the tallest table has variables."""
        ...

    def stacking(self, committed: Mapping[Commitment, Committed], claims: ColumnClaims[Extension]) -> StackingRounds:
        """The sumcheck of sum over stacked columns j of <q_j, w_j>."""
        ...

    def batched_vector(
        self, committed: Sequence[Committed], batching: Extension, point: Sequence[Extension]
    ) -> FoldedVector:
        """f = sum of batching^j q_j over the stacked columns of all commitments in order, with w = eq(point)."""
        ...

    def grind(self, block: Sequence[int], bits: int) -> int:
        """The smallest nonce below 2^64 that shows so many bits of proof of work in a grinding block."""
        ...
