"""The stacking sumcheck against its definition and against what the verifier computes."""

from __future__ import annotations

import pytest

from reference.prover.stacked_columns import commit
from reference.prover.stacking_rounds import stacking
from spec.field import ONE, ZERO, Extension
from spec.protocol.columns import weights_at
from spec.protocol.cube import next_claim
from tests.reference.prover.stacking_example import (
    MIXED,
    TALL,
    Example,
    edge_cells,
    largest_cells,
    random_values,
    value_at,
)

EXAMPLES = [Example(MIXED, 4), Example(MIXED, 6, edge_cells), Example(TALL, 5), Example(TALL, 7, largest_cells)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_rounds_lead_from_the_claims_to_the_values_and_weights_at_the_point(example: Example) -> None:
    challenges = random_values(9, example.height_log2)
    rounds = stacking(example.committed(commit), example.claims)
    claim = example.claimed
    for challenge in challenges:
        claim = next_claim(rounds.message(), claim, challenge)
        rounds.bind(challenge)
    point = challenges[::-1]
    assert rounds.values() == tuple(value_at(column, point) for column in example.all_stacked)
    weights = weights_at(ONE, ZERO, example.claims, point)
    products = [value * weight for value, weight in zip(rounds.values(), weights, strict=True)]
    assert claim == sum(products, start=ZERO)


def test_first_message_is_the_sum_over_the_cube() -> None:
    example = Example(MIXED, 4)
    sent = stacking(example.committed(commit), example.claims).message()

    def round_polynomial(last: Extension) -> Extension:
        total = ZERO
        for row in range(8):
            point = [*(Extension.of(row >> bit & 1) for bit in (2, 1, 0)), last]
            weights = weights_at(ONE, ZERO, example.claims, point)
            for column, weight in zip(example.all_stacked, weights, strict=True):
                total = total + value_at(column, point) * weight
        return total

    constant = round_polynomial(ZERO)
    assert len(sent) == 2
    for number in (1, 2, 5):
        assert round_polynomial(Extension.of(number)) == constant + sent[0] * number + sent[1] * number**2
