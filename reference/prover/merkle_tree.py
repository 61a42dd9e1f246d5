"""Building a Merkle tree over matrices of different heights, and opening it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from reference.prover.field_arrays import Matrix
from reference.prover.kernels import Kernels
from reference.prover.sha256_arrays import Digests, digest_bytes
from spec.protocol.merkle import MerkleOpening, level_indices, sibling_positions


@dataclass(frozen=True)
class MerkleTree:
    """A tree: the matrices of each level, tallest first, and the digests of each layer, leaves first."""

    levels: tuple[tuple[Matrix, ...], ...]
    layers: tuple[Digests, ...]

    @property
    def root(self) -> bytes:
        """The commitment: 32 bytes."""
        return digest_bytes(self.layers[-1])[0]

    def open(self, indices: Iterable[int]) -> MerkleOpening:
        """The rows at these indices of the tallest level, and the siblings that they need."""
        leaves = level_indices(indices, 0)
        depth = len(self.layers) - 1
        rows = []
        for matrices in self.levels:
            shift = depth - (len(matrices[0]).bit_length() - 1)
            positions = level_indices(leaves, shift)
            opened = np.concatenate([matrix[positions] for matrix in matrices], axis=1)
            rows.append(tuple(tuple(row) for row in opened.tolist()))
        siblings = [
            digest
            for layer, positions in zip(self.layers, sibling_positions(leaves, depth), strict=False)
            for digest in digest_bytes(layer[positions])
        ]
        return MerkleOpening(tuple(rows), tuple(siblings))


def build_tree(kernels: Kernels, matrices: Sequence[Matrix]) -> MerkleTree:
    """The tree over the rows of these matrices. Raises ValueError for a height that is no power of two."""
    by_height: dict[int, list[Matrix]] = {}
    for matrix in matrices:
        height = len(matrix)
        if height < 1 or height & (height - 1):
            raise ValueError(f"{height} rows: a committed matrix has a power of two of them")
        by_height.setdefault(height, []).append(matrix)
    if not by_height:
        raise ValueError("a commitment needs at least one matrix")
    tallest = max(by_height)
    layers = [kernels.leaf_digests(by_height[tallest])]
    while len(layers[-1]) > 1:
        nodes = kernels.compress(layers[-1][0::2], layers[-1][1::2])
        if len(nodes) in by_height:
            nodes = kernels.compress(nodes, kernels.leaf_digests(by_height[len(nodes)]))
        layers.append(nodes)
    levels = tuple(tuple(by_height[height]) for height in sorted(by_height, reverse=True))
    return MerkleTree(levels, tuple(layers))
