"""WHIR's vector and weight between its messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reference.arrays import extension_arrays
from reference.arrays.extension_arrays import ExtensionArray, from_base, powers, scale, to_elements
from reference.arrays.field_arrays import MODULUS, add
from reference.prover.codewords import vector_fibres
from reference.prover.cube_arrays import equality_vector
from reference.prover.kernels import Committed
from reference.prover.merkle_tree import MerkleTree, build_tree
from reference.prover.product_rounds import bind_last, product_message
from reference.prover.stacked_columns import columns_of
from spec.field import EXTENSION_DEGREE, ONE, Extension
from spec.protocol.cube import powers as element_powers
from spec.protocol.hash import Digest
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.proof import RoundPolynomial
from spec.protocol.whir import Iteration


@dataclass(frozen=True, eq=False)
class CommittedVector:
    """A vector of extension elements, (2^m, 6), with the tree over its codeword's fibres."""

    vector: ExtensionArray
    tree: MerkleTree

    @property
    def root(self) -> Digest:
        return self.tree.root

    def answers(self, point: Extension) -> tuple[Extension, ...]:
        """<f, (1, point, point^2, ...)>, of the one vector."""
        products = extension_arrays.multiply(self.vector, powers(point, len(self.vector)))
        return tuple(to_elements(products.sum(axis=0, keepdims=True) % MODULUS))

    def open(self, positions: Sequence[int]) -> MerkleOpening:
        return self.tree.open(positions)


class FoldedVector:
    """`kernels.FoldedVector` on dense vectors: (2^m, 6)."""

    def __init__(self, vector: ExtensionArray, weight: ExtensionArray) -> None:
        self._vector = vector
        self._weight = weight

    def message(self) -> RoundPolynomial:
        return product_message(self._vector, self._weight)

    def bind(self, challenge: Extension) -> None:
        self._vector = bind_last(self._vector, challenge)
        self._weight = bind_last(self._weight, challenge)

    def vector(self) -> tuple[Extension, ...]:
        return tuple(to_elements(self._vector))

    def commit(self, iteration: Iteration, tree: TreeShape) -> CommittedVector:
        rows = vector_fibres(self._vector, iteration.domain_log2, iteration.folding_log2)
        return CommittedVector(self._vector, build_tree(rows, tree))

    def add_powers(self, points: Sequence[Extension | int], scales: Sequence[Extension]) -> None:
        for point, factor in zip(points, scales, strict=True):
            base = Extension.of(point) if isinstance(point, int) else point
            self._weight = add(self._weight, scale(powers(base, len(self._weight)), factor))


def batched_vector(committed: Sequence[Committed], batching: Extension, point: Sequence[Extension]) -> FoldedVector:
    """`Kernels.batched_vector`."""
    columns = np.concatenate([columns_of(of_commitment) for of_commitment in committed])
    vector = np.zeros((columns.shape[1], EXTENSION_DEGREE), dtype=np.uint64)
    for column, weight in zip(columns, element_powers(ONE, batching, len(columns)), strict=True):
        vector = add(vector, scale(from_base(column), weight))
    return FoldedVector(vector, equality_vector(point))
