"""WHIR's vector and weight against the plain ones."""

from __future__ import annotations

import pytest

from optimized.commitment.columns import commit
from optimized.openings.folded_vector import batched_vector
from reference.prover import folded_vector as plain
from reference.prover import stacked_columns as plain_columns
from reference.prover.kernels import FoldedVector
from spec.field import Extension
from spec.protocol.merkle import tree_shape
from spec.protocol.whir import Iteration
from tests.optimized.layouts import EXAMPLES, FOURTEEN, MANY, narrow_cells
from tests.reference.prover.stacking_example import Example, random_value, random_values


def both(example: Example) -> tuple[FoldedVector, FoldedVector]:
    """The optimized and the plain vector of all commitments."""
    batching, point = random_value(4), random_values(5, example.height_log2)
    committed = list(example.committed(commit).values())
    expected = list(example.committed(plain_columns.commit).values())
    return batched_vector(committed, batching, point), plain.batched_vector(expected, batching, point)


@pytest.mark.parametrize("example", EXAMPLES)
def test_rounds_commitments_and_vectors_are_the_plain_kernels(example: Example) -> None:
    folded, expected = both(example)
    variables, domain_log2 = example.height_log2, example.height_log2 + example.rate_log2
    challenges = iter(random_values(6, variables))
    folding = min(example.folding_log2, variables - 1)
    while variables > folding:
        for _ in range(folding):
            assert folded.message() == expected.message()
            challenge = next(challenges)
            folded.bind(challenge)
            expected.bind(challenge)
        variables, domain_log2 = variables - folding, domain_log2 - 1
        iteration = Iteration(1, variables, domain_log2, folding, 3, 0, 0, False)
        tree = tree_shape(domain_log2 - folding, 6 << folding, example.cap_log2)
        committed, expected_commitment = folded.commit(iteration, tree), expected.commit(iteration, tree)
        assert committed.root == expected_commitment.root
        assert committed.answers(random_value(7)) == expected_commitment.answers(random_value(7))
        positions = [0, 5 % (1 << tree.depth), (1 << tree.depth) - 1, 0]
        assert committed.open(positions) == expected_commitment.open(positions)
        points: list[Extension | int] = [random_value(8), 0, 1, *range(5, 5 + 2 * variables)]
        scales = random_values(9, len(points))
        folded.add_powers(points, scales)
        expected.add_powers(points, scales)
    assert folded.message() == expected.message()
    assert folded.vector() == expected.vector()


@pytest.mark.parametrize("bound", [0, 1, 3, 6, 7, 8, 11])
def test_vector_is_made_whenever_it_is_asked_for(bound: int) -> None:
    folded, expected = both(Example(MANY, 12, narrow_cells))
    for challenge in random_values(6, bound):
        assert folded.message() == expected.message()
        folded.bind(challenge)
        expected.bind(challenge)
    assert folded.message() == expected.message()
    assert folded.vector() == expected.vector()
    assert folded.message() == expected.message()


def test_all_coordinates_can_be_bound() -> None:
    folded, expected = both(Example(FOURTEEN, 10, narrow_cells))
    for challenge in random_values(6, 10):
        folded.bind(challenge)
        expected.bind(challenge)
    assert folded.vector() == expected.vector()
    assert len(folded.vector()) == 1


def test_commitment_stays_as_it_was_when_the_vector_is_folded() -> None:
    folded, _ = both(Example(MANY, 12, narrow_cells))
    for challenge in random_values(6, 2):
        folded.bind(challenge)
    committed = folded.commit(Iteration(1, 10, 12, 3, 3, 0, 0, False), tree_shape(9, 48, 0))
    before = committed.root, committed.open([3]), committed.answers(random_value(7))
    folded.add_powers([7], random_values(8, 1))
    folded.bind(random_value(9))
    assert (committed.root, committed.open([3]), committed.answers(random_value(7))) == before
