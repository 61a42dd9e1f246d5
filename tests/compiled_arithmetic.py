"""The plain prover's and verifier's innermost arithmetic, compiled, for tests that make hundreds of small proofs.

`tests/forging/test_round_trip.py` holds each function against the plain one, and a proof against the same proof
without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from optimized.compilation import compiled
from reference.arrays import extension_arrays
from reference.arrays.extension_arrays import ExtensionArray
from reference.prover import grinding, sha256_arrays
from reference.prover.sha256_arrays import Digests, WordArray
from spec.field import EXTENSION_DEGREE, P
from spec.protocol import hash as hashing
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, Digest
from spec.protocol.sha256 import ROUND_CONSTANTS

CONSTANTS = np.array(ROUND_CONSTANTS, dtype=np.uint64)
MASK = np.uint64(0xFFFFFFFF)
MODULUS = np.uint64(P)


@compiled
def _rotated(word: Any, count: Any) -> Any:
    return ((word >> np.uint64(count)) | (word << np.uint64(32 - count))) & MASK


@compiled
def _compress_into(state: Any, block: Any, result: Any) -> None:
    """One compression: eight words and sixteen words, as 64-bit numbers, to eight words."""
    schedule = np.empty(64, dtype=np.uint64)
    schedule[:16] = block
    for t in range(16, 64):
        x, y = schedule[t - 15], schedule[t - 2]
        small_sigma_0 = _rotated(x, 7) ^ _rotated(x, 18) ^ (x >> np.uint64(3))
        small_sigma_1 = _rotated(y, 17) ^ _rotated(y, 19) ^ (y >> np.uint64(10))
        schedule[t] = (schedule[t - 16] + small_sigma_0 + schedule[t - 7] + small_sigma_1) & MASK
    a, b, c, d, e, f, g, h = state
    for t in range(64):
        big_sigma_0 = _rotated(a, 2) ^ _rotated(a, 13) ^ _rotated(a, 22)
        big_sigma_1 = _rotated(e, 6) ^ _rotated(e, 11) ^ _rotated(e, 25)
        majority = (a & b) ^ (a & c) ^ (b & c)
        choice = g ^ (e & (f ^ g))
        first = h + big_sigma_1 + choice + CONSTANTS[t] + schedule[t]
        second = big_sigma_0 + majority
        a, b, c, d, e, f, g, h = (first + second) & MASK, a, b, c, (d + first) & MASK, e, f, g
    for i, word in enumerate((a, b, c, d, e, f, g, h)):
        result[i] = (state[i] + word) & MASK


@compiled
def _compress_rows(states: Any, blocks: Any) -> Any:
    result = np.empty_like(states)
    for row in range(len(states)):
        _compress_into(states[row], blocks[row], result[row])
    return result


@compiled
def _multiply_rows(left: Any, right: Any) -> Any:
    """Products of extension elements modulo X^6 + X^3 + 1, row by row; one row stands beside every other."""
    rows = max(len(left), len(right))
    result = np.empty((rows, EXTENSION_DEGREE), dtype=np.uint64)
    product = np.empty(2 * EXTENSION_DEGREE - 1, dtype=np.uint64)
    for row in range(rows):
        a, b = left[row % len(left)], right[row % len(right)]
        product[:] = 0
        for i in range(EXTENSION_DEGREE):
            for j in range(EXTENSION_DEGREE):
                product[i + j] = (product[i + j] + a[i] * b[j]) % MODULUS
        for i in range(3):
            middle = product[i + 6]
            upper = product[i + 9] if i < 2 else np.uint64(0)
            result[row, i] = (product[i] + MODULUS - middle + upper) % MODULUS
            result[row, i + 3] = (product[i + 3] + MODULUS - middle) % MODULUS
    return result


def compress(state: Sequence[int], block: Sequence[int]) -> Digest:
    """`spec.protocol.hash.compress`. Raises ValueError for another number of words."""
    if len(state) != STATE_WORDS or len(block) != BLOCK_WORDS:
        raise ValueError(f"{len(state)} and {len(block)} words")
    digest = np.empty(STATE_WORDS, dtype=np.uint64)
    _compress_into(np.array(state, dtype=np.uint64), np.array(block, dtype=np.uint64), digest)
    return tuple(digest.tolist())


def compress_rows(states: Digests, blocks: WordArray) -> Digests:
    """`sha256_arrays.compress`."""
    result: Digests = _compress_rows(states.astype(np.uint64), blocks.astype(np.uint64)).astype(np.uint32)
    return result


def multiply(left: ExtensionArray, right: ExtensionArray) -> ExtensionArray:
    """`extension_arrays.multiply`."""
    if left.size == 0 or right.size == 0:
        return np.zeros(np.broadcast_shapes(left.shape, right.shape), dtype=np.uint64)
    # Equal shapes and one row beside many are what occurs; numpy's own function takes as long as the products.
    if left.shape == right.shape or (right.size == EXTENSION_DEGREE and right.ndim <= left.ndim):
        shape = left.shape
    elif left.size == EXTENSION_DEGREE and left.ndim <= right.ndim:
        shape = right.shape
    else:
        shape = np.broadcast_shapes(left.shape, right.shape)
        left, right = np.broadcast_to(left, shape), np.broadcast_to(right, shape)
    rows = [np.ascontiguousarray(array, dtype=np.uint64).reshape(-1, EXTENSION_DEGREE) for array in (left, right)]
    product: ExtensionArray = _multiply_rows(*rows).reshape(shape)
    return product


@contextmanager
def compiled_arithmetic() -> Iterator[None]:
    """Within it, the plain prover and the verifier on numbers compress and multiply by compiled code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "compress", compress)
        patch.setattr(sha256_arrays, "compress", compress_rows)
        patch.setattr(grinding, "compress", compress_rows)
        patch.setattr(extension_arrays, "multiply", multiply)
        yield
