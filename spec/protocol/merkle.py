"""Merkle trees over the fibres of a codeword.

A leaf is a row of base-field elements of fixed width; its digest is a chain of compressions over the row, one word an
element, padded with zeros to whole blocks. A node is one compression of its two children. Leaves and nodes have
initial values of their own, so that neither can stand for the other.

The root is what is bound. A tree may have a cap, the layer of 2^cap_log2 nodes: paths then end there, and the cap,
which belongs to the opening, is hashed up to the root once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TreeShape:
    """A tree with 2^depth leaves of `width` base-field elements and a cap of 2^cap_log2 nodes, cap_log2 <= depth."""

    depth: int
    width: int
    cap_log2: int

    @property
    def path_length(self) -> int:
        """The siblings that lead from a leaf up to the cap."""
        return self.depth - self.cap_log2


def tree_shape(depth: int, width: int, cap_log2: int) -> TreeShape:
    """The tree of this depth: its cap is no wider than its leaves."""
    return TreeShape(depth, width, min(depth, cap_log2))


@dataclass(frozen=True, slots=True)
class MerkleOpening:
    """Leaves of a tree at distinct positions, as they are encoded.

    `rows[k]` is the leaf at the k-th smallest distinct position; `siblings` are the digests below the cap that no
    opened leaf determines, from the leaves up, within a layer by ascending position; `cap` are the cap's digests, none
    where the cap is the root itself. A digest is eight words.
    """

    rows: tuple[tuple[int, ...], ...]
    siblings: tuple[tuple[int, ...], ...]
    cap: tuple[tuple[int, ...], ...]


def distinct(positions: Iterable[int]) -> list[int]:
    """The distinct positions, ascending."""
    return sorted(set(positions))


def sibling_positions(positions: Iterable[int], layers: int) -> list[list[int]]:
    """For each of so many layers from the leaves up, the positions whose digests an opening must give."""
    known = distinct(positions)
    missing = []
    for _ in range(layers):
        present = set(known)
        missing.append([position ^ 1 for position in known if position ^ 1 not in present])
        known = distinct(position >> 1 for position in known)
    return missing


def cap_digest_count(shape: TreeShape) -> int:
    """How many digests an opening carries for the cap: the root itself is not repeated."""
    return (1 << shape.cap_log2) if shape.cap_log2 else 0


def maximum_sibling_count(shape: TreeShape, positions: int) -> int:
    """No opening has more siblings: in each layer at most one per position, and at most half of the nodes."""
    return sum(min(positions, 1 << (shape.depth - layer - 1)) for layer in range(shape.path_length))


def padded_words(count: int, block_words: int) -> int:
    """The words of the whole blocks that so many words fill."""
    return -(-count // block_words) * block_words


def pairs(digests: Sequence[tuple[int, ...]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Neighbours, left and right."""
    return list(zip(digests[0::2], digests[1::2], strict=True))
