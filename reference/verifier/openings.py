"""Leaves of Merkle trees at queried positions, and that they belong to a root."""

from __future__ import annotations

from collections.abc import Sequence

from spec.protocol.algebra import Algebra, Bit, Element, OpenedLeaf, Value, Word
from spec.protocol.hash import BLOCK_WORDS, Domain
from spec.protocol.merkle import MerkleOpening, TreeShape, padded_words
from spec.rejection import Rejection


def leaf_digest(algebra: Algebra[Element, Value, Word, Bit], row: Sequence[Element]) -> Sequence[Word]:
    """The digest of a leaf: a chain of compressions over its row, whose length the shape fixes."""
    words = list(algebra.element_words(row))
    words += [algebra.word(0)] * (padded_words(len(words), BLOCK_WORDS) - len(words))
    return algebra.chain([algebra.word(word) for word in Domain.MERKLE_LEAF.initial_value], words)


def node_digest(
    algebra: Algebra[Element, Value, Word, Bit], left: Sequence[Word], right: Sequence[Word]
) -> Sequence[Word]:
    """The digest of a node: one compression of its children."""
    initial = [algebra.word(word) for word in Domain.MERKLE_NODE.initial_value]
    return algebra.compress(initial, [*left, *right])


def opened_leaves(
    algebra: Algebra[Element, Value, Word, Bit],
    opening: MerkleOpening,
    shape: TreeShape,
    root: Sequence[Word],
    positions: Sequence[Sequence[Bit]],
    reason: Rejection,
    where: str,
) -> list[Sequence[Element]]:
    """The leaf at each position, in this order; each is led up to the cap, and the cap once to the root.

    Raises Rejected: for the opening's form, or for `reason` where a leaf does not belong to the root.
    """
    leaves = algebra.read_leaves(opening, positions, shape, where)
    cap = [algebra.read_words(digest) for digest in opening.cap] or [root]
    for leaf, bits in zip(leaves, positions, strict=True):
        node = _led_up(algebra, leaf, bits[: shape.path_length])
        expected = _selected(algebra, cap, bits[shape.path_length :])
        algebra.require_equal(list(node), list(expected), reason, where)
    while len(cap) > 1:
        cap = [node_digest(algebra, left, right) for left, right in zip(cap[0::2], cap[1::2], strict=True)]
    algebra.require_equal(list(cap[0]), list(root), reason, where)
    return [leaf.row for leaf in leaves]


def _led_up(
    algebra: Algebra[Element, Value, Word, Bit], leaf: OpenedLeaf[Element, Word], bits: Sequence[Bit]
) -> Sequence[Word]:
    node = leaf_digest(algebra, leaf.row)
    for sibling, bit in zip(leaf.siblings, bits, strict=True):
        left, right = algebra.select(bit, sibling, node), algebra.select(bit, node, sibling)
        node = node_digest(algebra, left, right)
    return node


def _selected(
    algebra: Algebra[Element, Value, Word, Bit], digests: Sequence[Sequence[Word]], bits: Sequence[Bit]
) -> Sequence[Word]:
    """The digest at the position with these bits, lowest first."""
    current = list(digests)
    for bit in bits:
        current = [algebra.select(bit, odd, even) for even, odd in zip(current[0::2], current[1::2], strict=True)]
    return current[0]
