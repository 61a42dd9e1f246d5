"""Merkle trees: their shapes, what an opening has to hold, and that no leaf is a node."""

from __future__ import annotations

import itertools

import pytest

from spec.protocol.hash import Domain, compress
from spec.protocol.merkle import (
    TreeShape,
    cap_digest_count,
    distinct,
    maximum_sibling_count,
    padded_words,
    pairs,
    sibling_positions,
    tree_shape,
)
from spec.protocol.numbers import NumberAlgebra, chain_digest


@pytest.mark.parametrize(("depth", "cap", "expected"), [(5, 2, 2), (5, 0, 0), (1, 6, 1), (0, 3, 0)])
def test_cap_is_no_wider_than_the_leaves(depth: int, cap: int, expected: int) -> None:
    shape = tree_shape(depth, 8, cap)
    assert shape == TreeShape(depth, 8, expected)
    assert shape.path_length == depth - expected
    assert cap_digest_count(shape) == (2**expected if expected else 0)


def test_distinct_positions_ascend() -> None:
    assert distinct([5, 1, 5, 0, 1]) == [0, 1, 5]


def missing(positions: tuple[int, ...], depth: int, layers: int) -> list[list[int]]:
    """For each layer, the nodes beside a path that no opened leaf lies below."""
    found = []
    for layer in range(layers):
        below = {position >> layer for position in positions}
        found.append(sorted(node for node in range(1 << (depth - layer)) if node not in below and node ^ 1 in below))
    return found


@pytest.mark.parametrize("layers", [0, 2, 3])
def test_siblings_of_every_set_of_positions_are_those_that_no_leaf_determines(layers: int) -> None:
    for count in (1, 2, 3):
        for positions in itertools.combinations(range(8), count):
            siblings = sibling_positions(positions, layers)
            assert siblings == missing(positions, 3, layers)
            assert sum(map(len, siblings)) <= maximum_sibling_count(TreeShape(3, 1, 3 - layers), count)


def test_most_siblings_are_one_a_position_and_layer_and_half_a_layer() -> None:
    assert maximum_sibling_count(TreeShape(5, 1, 0), 3) == 3 + 3 + 3 + 2 + 1
    assert maximum_sibling_count(TreeShape(5, 1, 2), 3) == 3 + 3 + 3


def test_words_are_padded_to_whole_blocks() -> None:
    assert [padded_words(count, 16) for count in (0, 1, 16, 17)] == [0, 16, 16, 32]


def test_pairs_are_neighbours() -> None:
    assert pairs([(1,), (2,), (3,), (4,)]) == [((1,), (2,)), ((3,), (4,))]


def test_leaf_is_a_chain_of_compressions_over_its_row() -> None:
    """Its length is fixed by the tree's shape, so that the padding needs no length."""
    row = list(range(1, 21))
    first = compress(Domain.MERKLE_LEAF.initial_value, row[:16])
    assert chain_digest(NumberAlgebra(), row) == compress(first, row[16:] + [0] * 12)


def test_leaf_is_never_a_node() -> None:
    """A row of sixteen words that are two digests is hashed otherwise than the node above these digests."""
    left, right = (chain_digest(NumberAlgebra(), [i]) for i in (1, 2))
    as_node = compress(Domain.MERKLE_NODE.initial_value, [*left, *right])
    assert chain_digest(NumberAlgebra(), [*left, *right]) != as_node
    as_transcript = compress(Domain.SEGMENT.initial_value, [*left, *right])
    assert len({as_node, as_transcript, chain_digest(NumberAlgebra(), [*left, *right])}) == 3
