"""The search for a nonce, as many at a time as there are lanes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimized.commitment.compression import compress, initial_value
from optimized.compilation import compiled
from optimized.lanes.vectors import LANES, broadcast, store
from optimized.threads import in_parallel
from optimized.words import Words
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, Domain

SMALLEST_TASK_GROUPS = 1 << 9

ROUND_NONCES = 1 << 16
"""Nonces tried by all threads before anyone looks whether one was found."""

HIGH_WORD, LOW_WORD = STATE_WORDS, STATE_WORDS + 1
"""Where a block has the nonce."""

INITIAL_VALUE = initial_value(Domain.GRINDING)


@compiled
def _search(block: Words, mask: np.uint32, start: int, stop: int) -> int:
    """The smallest nonce from `start` on whose first word vanishes under the mask, or -1; the lanes divide the range,
    which has one high word."""
    words = np.empty(BLOCK_WORDS * LANES, dtype=np.uint32)
    for i in range(BLOCK_WORDS):
        store(words, i * LANES, broadcast(block[i]))
    store(words, HIGH_WORD * LANES, broadcast(start >> 32))
    state = np.empty(STATE_WORDS * LANES, dtype=np.uint32)
    for first in range(start, stop, LANES):
        for lane in range(LANES):
            words[LOW_WORD * LANES + lane] = first + lane
        for i in range(STATE_WORDS):
            store(state, i * LANES, broadcast(INITIAL_VALUE[i]))
        compress(state, words)
        for lane in range(LANES):
            if state[lane] & mask == np.uint32(0):
                return first + lane
    return -1


def grind(block: Sequence[int], bits: int) -> int:
    """`Kernels.grind`."""
    words, mask = np.array(block, dtype=np.uint32), np.uint32((1 << bits) - 1)
    start = 0
    while True:
        found: list[int] = []

        def search(first: int, last: int, offset: int = start, into: list[int] = found) -> None:
            nonce = _search(words, mask, offset + first * LANES, offset + last * LANES)
            if nonce >= 0:
                into.append(nonce)

        in_parallel(search, ROUND_NONCES // LANES, SMALLEST_TASK_GROUPS)
        if found:
            return min(found)
        start += ROUND_NONCES
