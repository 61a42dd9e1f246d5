"""WHIR's vector, weight and commitments against their definitions."""

from __future__ import annotations

import pytest

from reference.prover.folded_vector import batched_vector
from reference.prover.kernels import FoldedVector
from reference.prover.stacked_columns import commit
from spec.field import ONE, ZERO, Extension
from spec.protocol.cube import equality, extension_at, horner, next_claim, power_extension
from spec.protocol.merkle import tree_shape
from spec.protocol.whir import Iteration
from tests.reference.prover import commitment_by_hand as by_hand
from tests.reference.prover.stacking_example import (
    MIXED,
    TALL,
    Example,
    batched,
    edge_cells,
    random_value,
    random_values,
)

EXAMPLES = [Example(MIXED, 4), Example(MIXED, 6, edge_cells), Example(TALL, 5)]


def start(example: Example, batching: Extension, point: list[Extension]) -> FoldedVector:
    return batched_vector(list(example.committed(commit).values()), batching, point)


def iteration(variables: int, domain_log2: int, folding_log2: int) -> Iteration:
    return Iteration(1, variables, domain_log2, folding_log2, 3, 0, 0, False)


@pytest.mark.parametrize("example", EXAMPLES)
def test_vector_is_the_batch_of_all_stacked_columns(example: Example) -> None:
    batching = random_value(4)
    folded = start(example, batching, random_values(5, example.height_log2))
    assert list(folded.vector()) == batched(example.all_stacked, batching)


@pytest.mark.parametrize("example", EXAMPLES)
def test_rounds_lead_from_the_claim_to_the_product_of_the_ends(example: Example) -> None:
    h = example.height_log2
    batching, point, challenges = random_value(4), random_values(5, h), random_values(6, h)
    folded = start(example, batching, point)
    vector = batched(example.all_stacked, batching)
    claim = extension_at(vector, point)
    added: list[tuple[int, Extension, Extension]] = []
    for bound, challenge in enumerate(challenges):
        if bound == 2:
            # The claim and its weight change between rounds, as after an iteration.
            points: list[Extension | int] = [*random_values(7, 2), 3, 0]
            scales = random_values(8, 4)
            folded.add_powers(points, scales)
            for base, scale in zip(points, scales, strict=True):
                element = Extension.of(base) if isinstance(base, int) else base
                claim = claim + scale * horner(folded.vector(), element)
                added.append((h - bound, element, scale))
        claim = next_claim(folded.message(), claim, challenge)
        folded.bind(challenge)
        vector = [low + (high - low) * challenge for low, high in zip(vector[0::2], vector[1::2], strict=True)]
        assert list(folded.vector()) == vector
    at = challenges[::-1]
    weight = equality(ONE, point, at)
    for variables, element, scale in added:
        weight = weight + scale * power_extension(ONE, element, at[:variables])
    assert claim == vector[0] * weight


@pytest.mark.parametrize(("domain_log2", "folding_log2", "cap_log2"), [(4, 1, 0), (5, 2, 2), (6, 4, 2), (5, 3, 1)])
def test_commitment_to_the_folded_vector_is_the_one_made_by_hand(
    domain_log2: int, folding_log2: int, cap_log2: int
) -> None:
    example = Example(MIXED, 4)
    folded = start(example, random_value(4), random_values(5, 4))
    folded.bind(random_value(6))
    tree = tree_shape(domain_log2 - folding_log2, 6 << folding_log2, cap_log2)
    committed = folded.commit(iteration(3, domain_log2, folding_log2), tree)
    leaves = by_hand.leaves_of_vector([element.coefficients for element in folded.vector()], domain_log2, folding_log2)
    assert committed.root == by_hand.layers(leaves)[-1][0]
    assert committed.open([1, 0, 1]) == by_hand.opening(leaves, tree, [1, 0, 1])
    point = random_value(7)
    assert committed.answers(point) == (horner(folded.vector(), point),)


def test_commitment_stays_as_it_was_when_the_vector_is_folded() -> None:
    example = Example(TALL, 5)
    folded = start(example, random_value(4), random_values(5, 5))
    committed = folded.commit(iteration(5, 6, 2), tree_shape(4, 24, 0))
    before = committed.root, committed.open([3]), committed.answers(ONE)
    folded.bind(ZERO + 5)
    folded.add_powers([7], [ONE])
    assert (committed.root, committed.open([3]), committed.answers(ONE)) == before
