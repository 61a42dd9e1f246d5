"""Merkle paths over matrices of different heights."""

from __future__ import annotations

from collections.abc import Sequence

from reference.verifier.algebra import Algebra, Bit, Digest, Element, Value
from spec.protocol.merkle import TreeLevel


def path_root(
    algebra: Algebra[Element, Value, Digest, Bit],
    levels: Sequence[TreeLevel],
    rows: Sequence[Sequence[Element]],
    siblings: Sequence[Digest],
    bits: Sequence[Bit],
) -> Digest:
    """The root over one row per level, tallest first; `bits` are those of the leaf's index, lowest first."""
    row_at = {level.depth: row for level, row in zip(levels, rows, strict=True)}
    depth = levels[0].depth
    node = algebra.leaf_digest(row_at[depth])
    for sibling, bit in zip(siblings, bits, strict=True):
        left = algebra.select(bit, sibling, node)
        right = algebra.select(bit, node, sibling)
        node = algebra.compress(left, right)
        depth -= 1
        if depth in row_at:
            node = algebra.compress(node, algebra.leaf_digest(row_at[depth]))
    return node
