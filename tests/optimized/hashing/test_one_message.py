"""SHA-256's compression function on one message against that on plain numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimized.compilation import compiled
from optimized.hashing import one_message
from optimized.hashing.instructions import HAS_INSTRUCTIONS
from optimized.verifier.elements import Scalars
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, compress


@compiled
def by_calculating(state: Scalars, block: Scalars) -> None:
    one_message.compress_one_by_calculating(state, block)


@compiled
def by_instructions(state: Scalars, block: Scalars) -> None:
    one_message.compress_one_by_instructions(state, block)


IMPLEMENTATIONS = [by_calculating, *([by_instructions] if HAS_INSTRUCTIONS else [])]
"""A processor without the instructions has no code for them."""


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_one_message_is_compressed_into_its_state(implementation: Callable[[Scalars, Scalars], None]) -> None:
    generator = np.random.default_rng(1)
    for _ in range(3):
        state, block = (generator.integers(0, 2**32, words, dtype=np.uint64) for words in (STATE_WORDS, BLOCK_WORDS))
        expected, block_before = compress(state.tolist(), block.tolist()), block.copy()
        implementation(state, block)
        assert tuple(state.tolist()) == expected
        assert np.array_equal(block, block_before)


def test_instructions_are_used_where_there_are_some() -> None:
    by_name = one_message.compress_one_by_instructions, one_message.compress_one_by_calculating
    assert one_message.compress_one is by_name[not HAS_INSTRUCTIONS]
