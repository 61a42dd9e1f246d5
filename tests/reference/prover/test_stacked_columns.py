"""Commitments to stacked columns against leaves, digests and paths made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.prover.folded_vector import batched_vector
from reference.prover.stacked_columns import CommittedColumns, commit, stacked_columns
from spec.protocol.stacking import Commitment
from tests.reference.prover import commitment_by_hand as by_hand
from tests.reference.prover.stacking_example import (
    MIXED,
    TALL,
    Example,
    edge_cells,
    in_powers,
    largest_cells,
    random_cells,
    random_value,
    random_values,
)

EXAMPLES = [
    Example(MIXED, 4),
    Example(MIXED, 5, edge_cells, rate_log2=2, folding_log2=1, cap_log2=2),
    Example(MIXED, 6, random_cells, folding_log2=3, cap_log2=2),
    Example(TALL, 5, largest_cells, rate_log2=3, folding_log2=4),
    Example(TALL, 7, random_cells, folding_log2=4, cap_log2=2),
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_stacked_columns_are_table_columns_laid_end_to_end(example: Example) -> None:
    found = {name: stacked_columns(example.tables, name, example.layouts[name]).tolist() for name in example.present}
    assert found == example.stacked


@pytest.mark.parametrize("example", EXAMPLES)
def test_opening_has_the_rows_and_digests_made_by_hand(example: Example) -> None:
    for commitment, committed in example.committed(commit).items():
        leaves = by_hand.leaves_of_columns(
            example.stacked[commitment], example.height_log2 + example.rate_log2, example.folding_log2
        )
        assert committed.root == by_hand.layers(leaves)[-1][0]
        for positions in ([0], [5, 1, 5, 4], list(range(len(leaves)))):
            wanted = [position % len(leaves) for position in positions]
            assert committed.open(wanted) == by_hand.opening(leaves, example.tree(commitment), wanted)


@pytest.mark.parametrize("example", EXAMPLES)
def test_answers_are_inner_products_with_the_powers_of_the_point(example: Example) -> None:
    point = random_value(8)
    for commitment, committed in example.committed(commit).items():
        expected = tuple(in_powers(column, point) for column in example.stacked[commitment])
        assert committed.answers(point) == expected


def test_tree_of_another_shape_raises() -> None:
    example = Example(TALL, 5)
    tree = replace(example.tree(Commitment.MAIN), width=3)
    with pytest.raises(ValueError, match=r"\(16, 16\) rows and columns for a tree of 16 leaves of 3"):
        commit(example.tables, Commitment.MAIN, example.layouts[Commitment.MAIN], 1, 2, tree)


def test_another_kind_of_commitment_raises() -> None:
    example = Example(TALL, 5)
    committed = example.committed(commit)[Commitment.MAIN]
    assert isinstance(committed, CommittedColumns)
    with pytest.raises(TypeError, match="not MerkleTree"):
        batched_vector([committed.tree], random_value(1), random_values(2, 5))  # type: ignore[list-item]
