"""The stacking sumcheck against the plain one."""

from __future__ import annotations

import pytest

from optimized.commitment.columns import commit
from optimized.openings.stacking_rounds import stacking
from reference.prover import stacked_columns as plain_columns
from reference.prover import stacking_rounds as plain
from tests.optimized.layouts import EXAMPLES
from tests.reference.prover.stacking_example import Example, random_values


@pytest.mark.parametrize("example", EXAMPLES)
def test_messages_and_values_are_the_plain_kernels(example: Example) -> None:
    rounds = stacking(example.committed(commit), example.claims)
    expected = plain.stacking(example.committed(plain_columns.commit), example.claims)
    for challenge in random_values(9, example.height_log2):
        assert rounds.message() == expected.message()
        rounds.bind(challenge)
        expected.bind(challenge)
    assert rounds.values() == expected.values()
