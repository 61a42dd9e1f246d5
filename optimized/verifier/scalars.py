"""Arithmetic of the extension field and SHA-256's compression on single values, for a verifier.

An element is six neighbouring words of 64 bits in an array, canonical. Results go into an array that the caller gives.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from spec.field import EXTENSION_DEGREE, Extension, P
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS
from spec.protocol.sha256 import ROUND_CONSTANTS

Scalars: TypeAlias = NDArray[np.uint64]
"""Elements as rows of six canonical words."""

MODULUS = np.uint64(P)
ONES = np.uint64(0xFFFFFFFF)
"""Words are kept in 64 bits and have 32."""

_CONSTANTS = np.array(ROUND_CONSTANTS, dtype=np.uint64)


def to_scalars(elements: Any) -> Scalars:
    """(count, 6) from elements."""
    flat = [coefficient for element in elements for coefficient in element.coefficients]
    return np.array(flat, dtype=np.uint64).reshape(-1, EXTENSION_DEGREE)


def to_elements(array: Scalars) -> list[Extension]:
    """Elements from (count, 6)."""
    return [Extension((a, b, c, d, e, f)) for a, b, c, d, e, f in array.tolist()]


def to_element(array: Scalars) -> Extension:
    """One element from its six words."""
    return to_elements(array.reshape(1, EXTENSION_DEGREE))[0]


@compiled
def multiply(left: Scalars, right: Scalars, target: Scalars) -> None:
    """target = left * right modulo X^6 + X^3 + 1; the target may be one of the factors.

    Products are below 2^62 (1 - 2^-7)^2, so four of them sum to less than 2^64.
    """
    a0, a1, a2, a3, a4, a5 = left[0], left[1], left[2], left[3], left[4], left[5]
    b0, b1, b2, b3, b4, b5 = right[0], right[1], right[2], right[3], right[4], right[5]
    d0 = a0 * b0 % MODULUS
    d1 = (a0 * b1 + a1 * b0) % MODULUS
    d2 = (a0 * b2 + a1 * b1 + a2 * b0) % MODULUS
    d3 = (a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0) % MODULUS
    d4 = ((a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1) % MODULUS + a4 * b0) % MODULUS
    d5 = ((a0 * b5 + a1 * b4 + a2 * b3) % MODULUS + (a3 * b2 + a4 * b1 + a5 * b0) % MODULUS) % MODULUS
    d6 = ((a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2) % MODULUS + a5 * b1) % MODULUS
    d7 = (a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2) % MODULUS
    d8 = (a3 * b5 + a4 * b4 + a5 * b3) % MODULUS
    d9 = (a4 * b5 + a5 * b4) % MODULUS
    d10 = a5 * b5 % MODULUS
    target[0] = (d0 + MODULUS - d6 + d9) % MODULUS
    target[1] = (d1 + MODULUS - d7 + d10) % MODULUS
    target[2] = (d2 + MODULUS - d8) % MODULUS
    target[3] = (d3 + MODULUS - d6) % MODULUS
    target[4] = (d4 + MODULUS - d7) % MODULUS
    target[5] = (d5 + MODULUS - d8) % MODULUS


@compiled
def add(left: Scalars, right: Scalars, target: Scalars) -> None:
    """target = left + right."""
    for i in range(6):
        target[i] = (left[i] + right[i]) % MODULUS


@compiled
def subtract(left: Scalars, right: Scalars, target: Scalars) -> None:
    """target = left - right."""
    for i in range(6):
        target[i] = (left[i] + MODULUS - right[i]) % MODULUS


@compiled
def scale(value: Scalars, factor: np.uint64, target: Scalars) -> None:
    """target = factor * value for a base-field element."""
    for i in range(6):
        target[i] = value[i] * factor % MODULUS


@compiled
def weighted_sum(scales: Scalars, values: Scalars, total: Scalars) -> None:
    """total = sum of scales_i * values_i."""
    product = np.empty(6, dtype=np.uint64)
    total[:] = 0
    for i in range(len(scales)):
        multiply(scales[i], values[i], product)
        add(total, product, total)


@compiled
def powers(base: Scalars, result: Scalars) -> None:
    """result = 1, base, base^2, ..."""
    if len(result):
        result[0, :] = 0
        result[0, 0] = 1
    for i in range(1, len(result)):
        multiply(result[i - 1], base, result[i])


@compiled
def _rotated(word: np.uint64, count: np.uint64) -> np.uint64:
    return (word >> count | word << (np.uint64(32) - count)) & ONES


@compiled
def compress(state: Scalars, block: Scalars) -> None:
    """One compression [FIPS 180-4, 6.2.2]: eight words of state, changed, and sixteen of a block, below 2^32 each."""
    schedule = np.empty(64, dtype=np.uint64)
    for t in range(16):
        schedule[t] = block[t]
    for t in range(16, 64):
        x, y = schedule[t - 15], schedule[t - 2]
        first = _rotated(x, np.uint64(7)) ^ _rotated(x, np.uint64(18)) ^ x >> np.uint64(3)
        second = _rotated(y, np.uint64(17)) ^ _rotated(y, np.uint64(19)) ^ y >> np.uint64(10)
        schedule[t] = (schedule[t - 16] + first + schedule[t - 7] + second) & ONES
    a, b, c, d, e, f, g, h = state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    for t in range(64):
        upper = _rotated(e, np.uint64(6)) ^ _rotated(e, np.uint64(11)) ^ _rotated(e, np.uint64(25))
        choice = g ^ e & (f ^ g)
        first = (h + upper + choice + _CONSTANTS[t] + schedule[t]) & ONES
        lower = _rotated(a, np.uint64(2)) ^ _rotated(a, np.uint64(13)) ^ _rotated(a, np.uint64(22))
        majority = a & b ^ a & c ^ b & c
        h, g, f, e, d, c, b = g, f, e, (d + first) & ONES, c, b, a
        a = (first + lower + majority) & ONES
    state[0] = (state[0] + a) & ONES
    state[1] = (state[1] + b) & ONES
    state[2] = (state[2] + c) & ONES
    state[3] = (state[3] + d) & ONES
    state[4] = (state[4] + e) & ONES
    state[5] = (state[5] + f) & ONES
    state[6] = (state[6] + g) & ONES
    state[7] = (state[7] + h) & ONES


@compiled
def chain(state: Scalars, message: Scalars) -> None:
    """Compresses whole blocks of a message into the state, which is changed."""
    for start in range(0, len(message), BLOCK_WORDS):
        compress(state, message[start : start + BLOCK_WORDS])


@compiled
def leaf_digests(rows: NDArray[np.uint32], initial: Scalars, digests: Scalars) -> None:
    """The chain over each row, padded with zeros to whole blocks: (count, 8)."""
    count, width = rows.shape
    block = np.empty(BLOCK_WORDS, dtype=np.uint64)
    for row in range(count):
        digests[row] = initial
        for start in range(0, width, BLOCK_WORDS):
            for i in range(BLOCK_WORDS):
                block[i] = rows[row, start + i] if start + i < width else 0
            compress(digests[row], block)


@compiled
def node_digest(left: Scalars, right: Scalars, initial: Scalars, target: Scalars) -> None:
    """The digest of two children; the target may be one of them."""
    block = np.empty(BLOCK_WORDS, dtype=np.uint64)
    block[:STATE_WORDS] = left
    block[STATE_WORDS:] = right
    target[:] = initial
    compress(target, block)
