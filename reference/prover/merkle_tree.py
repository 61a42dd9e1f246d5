"""A Merkle tree over the rows of a matrix, and its openings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reference.arrays.field_arrays import Matrix
from reference.prover.sha256_arrays import Digests, leaf_digests, node_digests, to_digests
from spec.protocol.hash import Digest
from spec.protocol.merkle import MerkleOpening, TreeShape, distinct, sibling_positions


@dataclass(frozen=True, eq=False)
class MerkleTree:
    """A tree: its rows, and the digests of each layer, leaves first."""

    shape: TreeShape
    rows: Matrix
    layers: tuple[Digests, ...]

    @property
    def root(self) -> Digest:
        """The commitment."""
        return to_digests(self.layers[-1])[0]

    def open(self, positions: Sequence[int]) -> MerkleOpening:
        """The rows at these positions, which may repeat, and what leads from them to the root."""
        leaves = distinct(positions)
        rows = tuple(tuple(row) for row in self.rows[leaves].tolist())
        missing = sibling_positions(leaves, self.shape.path_length)
        siblings = [
            digest for layer, wanted in zip(self.layers, missing, strict=False) for digest in to_digests(layer[wanted])
        ]
        cap = to_digests(self.layers[self.shape.path_length]) if self.shape.cap_log2 else []
        return MerkleOpening(rows, tuple(siblings), tuple(cap))


def build_tree(rows: Matrix, shape: TreeShape) -> MerkleTree:
    """The tree over these rows. Raises ValueError if they are not as many, or not as wide, as the shape says."""
    if rows.shape != (1 << shape.depth, shape.width):
        raise ValueError(f"{rows.shape} rows and columns for a tree of {1 << shape.depth} leaves of {shape.width}")
    layers = [leaf_digests(rows)]
    while len(layers[-1]) > 1:
        layers.append(node_digests(layers[-1]))
    return MerkleTree(shape, rows, tuple(layers))
