"""Arithmetic of the extension field and hashing on single values, for a verifier.

An element is six neighbouring words of 64 bits in an array, canonical; words of a hash are below 2^32. Results go into
an array that the caller gives.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.hashing.one_message import compress_one
from optimized.verifier.elements import Scalars
from spec.field import EXTENSION_DEGREE, P
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS

MODULUS = np.uint64(P)


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
def running_products(values: Scalars, products: Scalars) -> None:
    """products[i] = the product of the first i values, up to that of all."""
    products[0, :] = 0
    products[0, 0] = 1
    for i in range(len(values)):
        multiply(products[i], values[i], products[i + 1])


@compiled
def divide_out(values: Scalars, inverse: Scalars, products: Scalars) -> None:
    """Turns running products into the inverses of the values, given the inverse of their last one, which is changed."""
    for i in range(len(values) - 1, -1, -1):
        multiply(products[i], inverse, products[i])
        multiply(inverse, values[i], inverse)


@compiled
def compress(state: Scalars, block: Scalars) -> None:
    """One compression [FIPS 180-4, 6.2.2]: eight words of state, changed, and sixteen of a block, below 2^32 each."""
    compress_one(state, block)


@compiled
def challenge(state: Scalars, target: Scalars) -> None:
    """The element that a state stands for (`spec.protocol.transcript`)."""
    for i in range(EXTENSION_DEGREE):
        # Bytes of the last two words, the most significant one of each first.
        byte = state[EXTENSION_DEGREE + i // 4] >> np.uint64(24 - 8 * (i % 4)) & np.uint64(0xFF)
        target[i] = (state[i] + (byte << np.uint64(32))) % MODULUS


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
