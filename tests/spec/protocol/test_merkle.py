"""The rules of Merkle trees over mixed heights, against a tree that keeps every node."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec.protocol.hash import compress, leaf_digest
from spec.protocol.merkle import (
    MatrixShape,
    MerkleOpening,
    MerklePath,
    TreeLevel,
    expand_opening,
    level_indices,
    opening_row_counts,
    sibling_positions,
    tree_levels,
)
from spec.rejection import Rejected, Rejection

LEVELS = (TreeLevel(4, 3), TreeLevel(2, 1), TreeLevel(1, 2))

index_sets = st.sets(st.integers(0, 15), min_size=1)


@dataclass
class NaiveTree:
    """All nodes, by depth and position, written straight from the definition."""

    rows: dict[int, list[tuple[int, ...]]]

    def node(self, depth: int, position: int) -> bytes:
        top = max(self.rows)
        if depth == top:
            return leaf_digest(self.rows[top][position])
        digest = compress(self.node(depth + 1, 2 * position), self.node(depth + 1, 2 * position + 1))
        if depth in self.rows:
            digest = compress(digest, leaf_digest(self.rows[depth][position]))
        return digest

    def path(self, index: int) -> MerklePath:
        top = max(self.rows)
        return MerklePath(
            rows=tuple(self.rows[depth][index >> (top - depth)] for depth in sorted(self.rows, reverse=True)),
            siblings=tuple(self.node(top - up, (index >> up) ^ 1) for up in range(top)),
        )

    def open(self, indices: set[int]) -> MerkleOpening:
        top = max(self.rows)
        known = [{index >> (top - depth) for index in indices} for depth in range(top + 1)]
        return MerkleOpening(
            rows=tuple(
                tuple(self.rows[depth][position] for position in sorted(known[depth]))
                for depth in sorted(self.rows, reverse=True)
            ),
            siblings=tuple(
                self.node(depth, position ^ 1)
                for depth in range(top, 0, -1)
                for position in sorted(known[depth])
                if position ^ 1 not in known[depth]
            ),
        )


TREE = NaiveTree(
    {
        level.depth: [
            tuple(100 * level.depth + 10 * position + column for column in range(level.width))
            for position in range(1 << level.depth)
        ]
        for level in LEVELS
    }
)


@given(index_sets)
@settings(deadline=None)
def test_expanded_opening_gives_every_path_of_the_naive_tree(indices: set[int]) -> None:
    paths = expand_opening(TREE.open(indices), LEVELS, indices, leaf_digest, compress)
    assert paths == {index: TREE.path(index) for index in indices}


@given(index_sets)
@settings(deadline=None)
def test_sibling_positions_and_row_counts_are_those_of_the_naive_opening(indices: set[int]) -> None:
    opening = TREE.open(indices)
    assert sum(map(len, sibling_positions(indices, 4))) == len(opening.siblings)
    assert opening_row_counts(LEVELS, sorted(indices)) == [len(rows) for rows in opening.rows]


def test_sibling_positions_of_neighbours_leave_out_what_is_known() -> None:
    assert sibling_positions([4, 5, 12], 4) == [[13], [3, 7], [0, 2], []]


def test_level_indices_are_distinct_and_ascending() -> None:
    assert level_indices([9, 2, 8, 3], 1) == [1, 4]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("surplus", [-1, 1])
def test_opening_with_wrong_number_of_rows_is_rejected(level: int, surplus: int) -> None:
    opening = TREE.open({3, 12})
    rows = list(opening.rows)
    rows[level] = rows[level][:1] if surplus < 0 else (*rows[level], rows[level][0])
    with pytest.raises(Rejected) as rejected:
        expand_opening(replace(opening, rows=tuple(rows)), LEVELS, {3, 12}, leaf_digest, compress)
    assert rejected.value.reason is Rejection.OPENING_ROW_COUNT


def test_opening_without_a_level_is_rejected() -> None:
    opening = TREE.open({3, 12})
    with pytest.raises(Rejected) as rejected:
        expand_opening(replace(opening, rows=opening.rows[:2]), LEVELS, {3, 12}, leaf_digest, compress)
    assert rejected.value.reason is Rejection.OPENING_ROW_COUNT


@pytest.mark.parametrize("surplus", [-1, 1])
def test_opening_with_wrong_number_of_siblings_is_rejected(surplus: int) -> None:
    opening = TREE.open({3, 12})
    siblings = opening.siblings[:-1] if surplus < 0 else (*opening.siblings, bytes(32))
    with pytest.raises(Rejected) as rejected:
        expand_opening(replace(opening, siblings=siblings), LEVELS, {3, 12}, leaf_digest, compress)
    assert rejected.value.reason is Rejection.OPENING_SIBLING_COUNT


def test_tree_levels_join_matrices_of_one_height_tallest_first() -> None:
    matrices = [MatrixShape(1, 2), MatrixShape(3, 5), MatrixShape(1, 4)]
    assert tree_levels(matrices, 2) == (TreeLevel(5, 5), TreeLevel(3, 6))
