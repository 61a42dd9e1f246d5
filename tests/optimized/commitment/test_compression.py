"""SHA-256's compression function in lanes against that on plain numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimized.commitment import compression
from optimized.compilation import compiled
from optimized.hashing.instructions import HAS_INSTRUCTIONS
from optimized.hashing.sha256 import compress_in_place
from optimized.lanes.vectors import LANES
from optimized.words import Words
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, compress


@compiled
def by_lanes(state: Words, block: Words) -> None:
    compress_in_place(state, block)


@compiled
def by_instructions(state: Words, block: Words) -> None:
    compression.compress_by_instructions(state, block)


IMPLEMENTATIONS = [by_lanes, *([by_instructions] if HAS_INSTRUCTIONS else [])]
"""A processor without the instructions has no code for them."""


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_every_lane_compresses_its_own_message(implementation: Callable[[Words, Words], None]) -> None:
    generator = np.random.default_rng(1)
    state = generator.integers(0, 2**32, (STATE_WORDS, LANES), dtype=np.uint32)
    block = generator.integers(0, 2**32, (BLOCK_WORDS, LANES), dtype=np.uint32)
    expected = [compress(state[:, lane].tolist(), block[:, lane].tolist()) for lane in range(LANES)]
    block_before = block.copy()
    implementation(state.reshape(-1), block.reshape(-1))
    assert [tuple(lane) for lane in state.T.tolist()] == expected
    assert np.array_equal(block, block_before)


def test_instructions_are_used_where_there_are_some_and_few_lanes() -> None:
    expected = compression.compress_by_instructions if HAS_INSTRUCTIONS and LANES == 8 else compress_in_place
    assert compression.compress is expected
