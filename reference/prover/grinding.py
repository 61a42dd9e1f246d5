"""The search for a nonce that shows proof of work."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reference.prover.sha256_arrays import compress, initial_states
from spec.protocol.hash import STATE_WORDS, Domain

NONCES_TRIED_TOGETHER = 1 << 10
"""Enough for array operations to be cheap beside what they compute; the least nonce found wins, whatever this is."""


def grind(block: Sequence[int], bits: int) -> int:
    """`Kernels.grind`: the nonce's high word and low word follow the state's eight."""
    states = initial_states(Domain.GRINDING, NONCES_TRIED_TOGETHER)
    blocks = np.tile(np.array(block, dtype=np.uint32), (NONCES_TRIED_TOGETHER, 1))
    mask = np.uint32((1 << bits) - 1)
    nonces = np.arange(NONCES_TRIED_TOGETHER, dtype=np.uint64)
    while True:
        blocks[:, STATE_WORDS] = nonces >> np.uint64(32)
        blocks[:, STATE_WORDS + 1] = nonces.astype(np.uint32)
        found = np.flatnonzero(compress(states, blocks)[:, 0] & mask == 0)
        if len(found):
            return int(nonces[found[0]])
        nonces += np.uint64(NONCES_TRIED_TOGETHER)
