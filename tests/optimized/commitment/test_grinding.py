"""The search in lanes finds the plain one's nonces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimized.commitment import grinding
from optimized.compilation import compiled
from optimized.hashing.instructions import HAS_INSTRUCTIONS
from optimized.lanes.vectors import LANES
from optimized.words import Words
from reference.prover import grinding as plain
from spec.protocol.hash import Domain, compress


@compiled
def in_lanes(state: Words, block: Words, low: int, target: Words) -> None:
    grinding._first_words_in_lanes(state, block, low, target)


@compiled
def by_instructions(state: Words, block: Words, low: int, target: Words) -> None:
    grinding.first_words_by_instructions(state, block, low, target)


IMPLEMENTATIONS = [in_lanes, *([by_instructions] if HAS_INSTRUCTIONS else [])]
"""A processor without the instructions has no code for them."""

BLOCKS = ([*range(1, 9), 0, 0, 81, 3, 1, 0, 0, 0], [2**32 - 1] * 8 + [0, 0, 2**32 - 1, 0, 7, 0, 0, 0])


@pytest.mark.parametrize("bits", [0, 1, 4, 8, 11])
@pytest.mark.parametrize("block", BLOCKS)
def test_nonce_is_the_plain_kernels(block: list[int], bits: int) -> None:
    assert grinding.grind(block, bits) == plain.grind(block, bits)


def test_search_goes_on_where_no_nonce_of_a_round_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = plain.grind(BLOCKS[0], 11)
    monkeypatch.setattr(grinding, "ROUND_NONCES", 64)
    assert expected > 64
    assert grinding.grind(BLOCKS[0], 11) == expected


def test_nonce_has_its_high_word_before_its_low_word() -> None:
    block, start = BLOCKS[0], 5 << 32
    found = grinding._search(np.array(block, dtype=np.uint32), np.uint32(15), start, start + 1024)
    first_words = (compress(Domain.GRINDING.initial_value, [*block[:8], 5, low, *block[10:]])[0] for low in range(1024))
    assert found - start == next(low for low, word in enumerate(first_words) if word % 16 == 0)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("low", [0, 2**32 - LANES])
def test_first_words_are_those_of_neighbouring_nonces(
    implementation: Callable[[Words, Words, int, Words], None], low: int
) -> None:
    state, block = BLOCKS[1][:8], list(BLOCKS[0])
    found = np.zeros(LANES, dtype=np.uint32)
    implementation(np.array(state, dtype=np.uint32), np.array(block, dtype=np.uint32), low, found)
    assert found.tolist() == [compress(state, [*block[:9], low + lane, *block[10:]])[0] for lane in range(LANES)]
