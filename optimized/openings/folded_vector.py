"""WHIR's vector and weight between its messages.

The first vector is a sum of stacked columns, and its weight eq. So the first rounds, LOW_LOG2 at most, need one row of
sums; the vector itself is made when a caller reads it, with what is bound by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimized.commitment.codewords import Codewords, LeafOrder, can_encode
from optimized.commitment.columns import Tree, columns_of
from optimized.commitment.factors import LANES_LOG2
from optimized.commitment.stacking import StackedColumns
from optimized.commitment.tree import build_tree, room_for_layers
from optimized.field.lanes import to_montgomery_array
from optimized.openings.columns import (
    LOW,
    LOW_LOG2,
    fold_columns,
    stacked_rows,
    vector_power_product,
    weighted_rows,
)
from optimized.openings.planes import Planes, add_scaled, equality_vector, montgomery_rows, power_vector
from optimized.openings.powers import add_base_powers
from optimized.openings.rounds import ProductRounds
from reference.arrays.extension_arrays import from_elements, multiply
from reference.prover import codewords as plain
from reference.prover import merkle_tree as plain_tree
from reference.prover.cube_arrays import equality_vector as plain_equality_vector
from reference.prover.kernels import Committed
from spec.field import EXTENSION_DEGREE, ONE, Extension
from spec.protocol.cube import equality, powers
from spec.protocol.hash import WORD_BYTES, Digest
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.proof import RoundPolynomial
from spec.protocol.whir import Iteration


@dataclass(frozen=True, eq=False)
class CommittedVector:
    """A vector with the tree over its codeword's fibres."""

    vector: Planes
    tree: Tree

    @property
    def root(self) -> Digest:
        return self.tree.root

    def answers(self, point: Extension) -> tuple[Extension, ...]:
        """<f, (1, point, point^2, ...)>, of the one vector."""
        return (vector_power_product(self.vector, point),)

    def open(self, positions: Sequence[int]) -> MerkleOpening:
        return self.tree.open(positions)


class FoldedVector:
    """`kernels.FoldedVector`."""

    def __init__(self, columns: Sequence[StackedColumns], batching: Extension, point: Sequence[Extension]) -> None:
        self._columns = columns
        self._scales = powers(ONE, batching, sum(some.count for some in columns))
        self._point = point
        self._challenges: list[Extension] = []
        self._is_made = len(point) < LOW_LOG2 + LANES_LOG2
        self._rounds = ProductRounds([self._made() if self._is_made else self._sums()])

    def message(self) -> RoundPolynomial:
        return self._rounds.message()

    def bind(self, challenge: Extension) -> None:
        self._rounds.bind(challenge)
        self._challenges.append(challenge)
        if len(self._challenges) == LOW_LOG2:
            self._make()

    def vector(self) -> tuple[Extension, ...]:
        vector, _ = self._make()
        return vector.elements(vector.length)

    def commit(self, iteration: Iteration, tree: TreeShape) -> CommittedVector:
        vector, _ = self._make()
        domain_log2, folding_log2 = iteration.domain_log2, iteration.folding_log2
        if not can_encode(domain_log2, folding_log2):
            elements = vector.words[:, : vector.length].T.astype(np.uint64)
            rows = plain.vector_fibres(elements, domain_log2, folding_log2)
            return CommittedVector(vector, plain_tree.build_tree(rows, tree))
        lengths_log2 = np.full(EXTENSION_DEGREE, vector.length.bit_length() - 1, dtype=np.int64)
        codes = Codewords(vector.flat, vector.pitch, lengths_log2, domain_log2)
        order = LeafOrder.by_point(EXTENSION_DEGREE, folding_log2)
        return CommittedVector(
            vector, build_tree(codes, folding_log2, order, tree, room_for_layers(tree), lambda: codes)
        )

    def add_powers(self, points: Sequence[Extension | int], scales: Sequence[Extension]) -> None:
        vector, weight = self._make()
        of_base: list[tuple[int, Extension]] = []
        for point, scale in zip(points, scales, strict=True):
            if isinstance(point, int):
                of_base.append((point, scale))
            else:
                add_scaled(power_vector(point, vector.length.bit_length() - 1), scale, weight, 0)
        if of_base:
            add_base_powers(weight, [point for point, _ in of_base], [scale for _, scale in of_base])

    def _sums(self) -> tuple[Planes, Planes]:
        """One row of sums of all columns, and the weight of its cells."""
        high, low = self._point[: len(self._point) - LOW_LOG2], self._point[len(self._point) - LOW_LOG2 :]
        pieces, first = [], 0
        for columns in self._columns:
            pieces.append(stacked_rows(columns, first))
            first += columns.count
        vector = Planes.room(LOW)
        vector.words[:, :LOW] = weighted_rows(
            np.concatenate(pieces), equality_vector(high), montgomery_rows(self._scales)
        )
        return vector, equality_vector(low)

    def _make(self) -> tuple[Planes, Planes]:
        """The vector and its weight as they are now."""
        if not self._is_made:
            self._rounds = ProductRounds([self._made()])
            self._is_made = True
        return self._rounds.vectors[0]

    def _made(self) -> tuple[Planes, Planes]:
        """The vector and its weight from the columns, with all challenges bound."""
        bound, count = self._challenges[::-1], len(self._challenges)
        free, reached = len(self._point) - count, self._point[len(self._point) - count :]
        of_columns = from_elements(self._scales)[:, np.newaxis]
        constants = to_montgomery_array(multiply(of_columns, plain_equality_vector(bound))).reshape(-1)
        addresses, lengths = [], []
        for columns in self._columns:
            for number in range(columns.count):
                addresses.append(columns.cells.ctypes.data + (number << columns.height_log2) * WORD_BYTES)
                lengths.append(1 << int(columns.prefixes_log2[number]))
        vector = fold_columns(addresses, lengths, 1 << free, count, constants)
        return vector, equality_vector(self._point[:free], equality(ONE, reached, bound))


def batched_vector(committed: Sequence[Committed], batching: Extension, point: Sequence[Extension]) -> FoldedVector:
    """`Kernels.batched_vector`."""
    return FoldedVector([columns_of(of_commitment) for of_commitment in committed], batching, point)
