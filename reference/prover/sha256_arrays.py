"""Merkle hashing over arrays of digests: (count, 8) words of 32 bits, SHA-256's own form."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference.prover.field_arrays import Matrix
from spec.protocol.hash import DIGEST_BYTES, NODE_INITIAL_VALUE, ROUND_CONSTANTS, Prefix

Digests: TypeAlias = NDArray[np.uint32]
"""(count, 8) digests as big-endian words."""

Words: TypeAlias = NDArray[np.uint32]

BLOCK_ROWS = 1 << 13
"""Rows are hashed so many at a time, so that the words of a block stay in the cache."""


def digest_bytes(digests: Digests) -> list[bytes]:
    """The digests as 32 bytes each."""
    stream = digests.astype(">u4").tobytes()
    return [stream[i : i + DIGEST_BYTES] for i in range(0, len(stream), DIGEST_BYTES)]


def from_digest_bytes(digests: Sequence[bytes]) -> Digests:
    """(count, 8) words from digests of 32 bytes."""
    return np.frombuffer(b"".join(digests), dtype=">u4").reshape(-1, 8).astype(np.uint32)


def leaf_digests(matrices: Sequence[Matrix]) -> Digests:
    """The leaf digest of each row of matrices of one height, side by side: (height, 8)."""
    prefix = hashlib.sha256(bytes([Prefix.LEAF]))
    digests: list[bytes] = []
    for start in range(0, matrices[0].shape[0], BLOCK_ROWS):
        rows = np.concatenate([matrix[start : start + BLOCK_ROWS] for matrix in matrices], axis=1)
        for row in rows.astype("<u4"):
            state = prefix.copy()
            state.update(row)
            digests.append(state.digest())
    return from_digest_bytes(digests)


def _rotate_right(words: Words, count: int) -> Words:
    return words >> np.uint32(count) | words << np.uint32(32 - count)


def _schedule(block: list[Words]) -> list[Words]:
    words = list(block)
    for t in range(16, 64):
        x, y = words[t - 15], words[t - 2]
        small_sigma_0 = _rotate_right(x, 7) ^ _rotate_right(x, 18) ^ x >> np.uint32(3)
        small_sigma_1 = _rotate_right(y, 17) ^ _rotate_right(y, 19) ^ y >> np.uint32(10)
        words.append(words[t - 16] + small_sigma_0 + words[t - 7] + small_sigma_1)
    return words


def _compress_block(left: Digests, right: Digests) -> Digests:
    """The compression function of SHA-256 [FIPS 180-4, 6.2.2] on all rows at once; words wrap at 2^32."""
    initial = [np.full(len(left), word, dtype=np.uint32) for word in NODE_INITIAL_VALUE]
    block = [np.ascontiguousarray(half[:, i]) for half in (left, right) for i in range(8)]
    a, b, c, d, e, f, g, h = initial
    for constant, word in zip(ROUND_CONSTANTS, _schedule(block), strict=True):
        big_sigma_0 = _rotate_right(a, 2) ^ _rotate_right(a, 13) ^ _rotate_right(a, 22)
        big_sigma_1 = _rotate_right(e, 6) ^ _rotate_right(e, 11) ^ _rotate_right(e, 25)
        majority = a & b ^ a & c ^ b & c
        choice = g ^ e & (f ^ g)
        first = h + big_sigma_1 + choice + np.uint32(constant) + word
        second = big_sigma_0 + majority
        a, b, c, d, e, f, g, h = first + second, a, b, c, d + first, e, f, g
    final = [a, b, c, d, e, f, g, h]
    return np.stack([old + new for old, new in zip(initial, final, strict=True)], axis=1)


def compress(left: Digests, right: Digests) -> Digests:
    """The inner Merkle node over each pair of digests: (count, 8)."""
    blocks = [slice(start, start + BLOCK_ROWS) for start in range(0, len(left), BLOCK_ROWS)]
    return np.concatenate([_compress_block(left[block], right[block]) for block in blocks])
