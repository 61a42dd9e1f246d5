"""The compression function of SHA-256 [FIPS 180-4, 6.2.2], one at a time, on doublewords as they lie in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from spec.protocol.sha256 import ROUND_CONSTANTS

CONSTANTS = np.array(ROUND_CONSTANTS, dtype=np.uint32)
ROUNDS = len(ROUND_CONSTANTS)
BLOCK_DOUBLEWORDS = 8
STATE_DOUBLEWORDS = 4
"""A block has 64 bytes, the state 32 (FIPS 180-4)."""

U32, U64 = np.uint32, np.uint64


@compiled
def _rotated(word: np.uint32, count: int) -> np.uint32:
    return U32(U32(word >> U32(count)) | U32(word << U32(32 - count)))


@compiled
def _big_endian(word: np.uint32) -> np.uint32:
    return U32(word << U32(24) | (word & U32(0xFF00)) << U32(8) | (word >> U32(8)) & U32(0xFF00) | word >> U32(24))


@compiled
def compress(contents: NDArray[np.uint64], result: NDArray[np.uint64]) -> None:
    """Compresses eight doublewords of a block and four of a state; the result is the four of the state afterwards."""
    schedule = np.empty(ROUNDS, dtype=np.uint32)
    for i in range(BLOCK_DOUBLEWORDS):
        schedule[2 * i] = _big_endian(U32(contents[i] & U64(0xFFFFFFFF)))
        schedule[2 * i + 1] = _big_endian(U32(contents[i] >> U64(32)))
    for t in range(2 * BLOCK_DOUBLEWORDS, ROUNDS):
        x, y = schedule[t - 15], schedule[t - 2]
        small_sigma_0 = _rotated(x, 7) ^ _rotated(x, 18) ^ U32(x >> U32(3))
        small_sigma_1 = _rotated(y, 17) ^ _rotated(y, 19) ^ U32(y >> U32(10))
        schedule[t] = U32(schedule[t - 16] + small_sigma_0 + schedule[t - 7] + small_sigma_1)
    state = np.empty(2 * STATE_DOUBLEWORDS, dtype=np.uint32)
    for i in range(STATE_DOUBLEWORDS):
        state[2 * i] = U32(contents[BLOCK_DOUBLEWORDS + i] & U64(0xFFFFFFFF))
        state[2 * i + 1] = U32(contents[BLOCK_DOUBLEWORDS + i] >> U64(32))
    a, b, c, d = state[0], state[1], state[2], state[3]
    e, f, g, h = state[4], state[5], state[6], state[7]
    for t in range(ROUNDS):
        big_sigma_1 = _rotated(e, 6) ^ _rotated(e, 11) ^ _rotated(e, 25)
        first = U32(h + big_sigma_1 + U32(g ^ (e & (f ^ g))) + CONSTANTS[t] + schedule[t])
        big_sigma_0 = _rotated(a, 2) ^ _rotated(a, 13) ^ _rotated(a, 22)
        second = U32(big_sigma_0 + U32((a & b) ^ (a & c) ^ (b & c)))
        h, g, f, e = g, f, e, U32(d + first)
        d, c, b, a = c, b, a, U32(first + second)
    for i, word in enumerate((a, b, c, d, e, f, g, h)):
        state[i] = U32(state[i] + word)
    for i in range(STATE_DOUBLEWORDS):
        result[i] = U64(state[2 * i]) | U64(state[2 * i + 1]) << U64(32)
