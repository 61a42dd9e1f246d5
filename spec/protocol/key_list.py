"""The list of the keys that a child of a node may have: a tree whose root every node states.

A key stands in it by its digest. Every path has the same length, so a node cannot stand for a key; places that are left
repeat the last key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.hash import Digest, Domain
from spec.protocol.numbers import NumberAlgebra

KEY_LIST_LOG2 = 6
"""Room for 64 circuits: by shape of segments, size of program and number of segments, and those of combine."""


@dataclass(frozen=True)
class KeyPath:
    """What leads from a key to the root of the list."""

    position: int
    siblings: tuple[Digest, ...]
    """From the key up."""


def list_node(
    algebra: Algebra[Element, Value, Word, Bit], left: Sequence[Word], right: Sequence[Word]
) -> Sequence[Word]:
    """The digest over two neighbours: one compression."""
    initial = [algebra.word(word) for word in Domain.KEY_LIST.initial_value]
    return algebra.compress(initial, [*left, *right])


def root_over(
    algebra: Algebra[Element, Value, Word, Bit],
    key: Sequence[Word],
    position: Sequence[Bit],
    siblings: Sequence[Sequence[Word]],
) -> Sequence[Word]:
    """The root of a list in which the key has this position, its bits given lowest first."""
    node = key
    for bit, sibling in zip(position, siblings, strict=True):
        left, right = algebra.select(bit, sibling, node), algebra.select(bit, node, sibling)
        node = list_node(algebra, left, right)
    return node


def key_list(ids: Sequence[Digest]) -> tuple[Digest, list[KeyPath]]:
    """The root of the list of keys with these digests, and the path of each. Raises ValueError for none or too many."""
    if not 1 <= len(ids) <= 1 << KEY_LIST_LOG2:
        raise ValueError(f"{len(ids)} keys: a list has 1 to {1 << KEY_LIST_LOG2}")
    algebra = NumberAlgebra()
    layers = [[*ids, *[ids[-1]] * ((1 << KEY_LIST_LOG2) - len(ids))]]
    while len(layers[-1]) > 1:
        pairs = zip(layers[-1][0::2], layers[-1][1::2], strict=True)
        layers.append([tuple(list_node(algebra, left, right)) for left, right in pairs])
    paths = [
        KeyPath(at, tuple(layer[at >> level ^ 1] for level, layer in enumerate(layers[:-1]))) for at in range(len(ids))
    ]
    return layers[-1][0], paths
