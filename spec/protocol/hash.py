"""The one hash, SHA-256 [FIPS 180-4], and the ways in which the protocol uses it.

A Merkle leaf is a full SHA-256 behind a prefix byte; an inner node is one compression of its 64 bytes from
an initial value of its own, which costs half as much as a prefixed hash; every other digest is a full SHA-256
behind a prefix byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import IntEnum, unique
from math import isqrt

from spec.protocol.encoding import element_bytes

DIGEST_BYTES = 32
BLOCK_BYTES = 64
WORD_MASK = 2**32 - 1


@unique
class Prefix(IntEnum):
    """The first byte of everything hashed: digests of different meaning never share an input."""

    LEAF = 0
    TRANSCRIPT_START = 1
    TRANSCRIPT_OBSERVE = 2
    TRANSCRIPT_SAMPLE = 3
    TRANSCRIPT_ADVANCE = 4
    GRIND = 5
    PARAMETERS = 6
    KEY = 7
    RUN_LEAF = 8
    RUN_NODE = 9


def tagged_digest(prefix: Prefix, payload: bytes) -> bytes:
    """SHA-256 of the prefix byte and the payload: 32 bytes."""
    return hashlib.sha256(bytes([prefix]) + payload).digest()


def leaf_digest(row: Sequence[int]) -> bytes:
    """The digest of a Merkle leaf, a row of canonical base-field elements, four bytes each."""
    return tagged_digest(Prefix.LEAF, element_bytes(row))


def _first_primes(count: int) -> list[int]:
    primes: list[int] = []
    candidate = 2
    while len(primes) < count:
        if all(candidate % prime for prime in primes):
            primes.append(candidate)
        candidate += 1
    return primes


def _integer_cube_root(number: int) -> int:
    root = 1 << (number.bit_length() // 3 + 1)
    while root**3 > number:
        root = (2 * root + number // root**2) // 3
    return root


SHA256_INITIAL_VALUE = tuple(isqrt(prime << 64) & WORD_MASK for prime in _first_primes(8))
"""The first 32 bits of the fractional parts of the square roots of the first 8 primes [FIPS 180-4, 5.3.3]."""

ROUND_CONSTANTS = tuple(_integer_cube_root(prime << 96) & WORD_MASK for prime in _first_primes(64))
"""The first 32 bits of the fractional parts of the cube roots of the first 64 primes [FIPS 180-4, 4.2.2]."""

_NODE_DOMAIN = b"Limpid Merkle node"

NODE_INITIAL_VALUE = tuple(
    int.from_bytes(hashlib.sha256(_NODE_DOMAIN).digest()[4 * i : 4 * i + 4], "big") for i in range(8)
)
"""The initial value of an inner node's compression: the digest of a domain string, as eight words."""


def compression(state: Sequence[int], block: bytes) -> tuple[int, ...]:
    """The compression function of SHA-256 [FIPS 180-4, 6.2.2]: eight words and 64 bytes to eight words."""
    schedule = [int.from_bytes(block[4 * i : 4 * i + 4], "big") for i in range(16)]
    # A word times 2^32 + 1 holds the word twice, so a right shift below 32 leaves a rotation in its low half.
    twice = 2**32 + 1
    for t in range(16, 64):
        x = schedule[t - 15]
        y = schedule[t - 2]
        xx, yy = x * twice, y * twice
        small_sigma_0 = (xx >> 7 ^ xx >> 18) & WORD_MASK ^ x >> 3
        small_sigma_1 = (yy >> 17 ^ yy >> 19) & WORD_MASK ^ y >> 10
        schedule.append((schedule[t - 16] + small_sigma_0 + schedule[t - 7] + small_sigma_1) & WORD_MASK)
    a, b, c, d, e, f, g, h = state
    for constant, word in zip(ROUND_CONSTANTS, schedule, strict=True):
        aa, ee = a * twice, e * twice
        big_sigma_0 = (aa >> 2 ^ aa >> 13 ^ aa >> 22) & WORD_MASK
        big_sigma_1 = (ee >> 6 ^ ee >> 11 ^ ee >> 25) & WORD_MASK
        majority = a & b ^ a & c ^ b & c
        choice = g ^ e & (f ^ g)
        first = h + big_sigma_1 + choice + constant + word
        second = big_sigma_0 + majority
        a, b, c, d, e, f, g, h = (first + second) & WORD_MASK, a, b, c, (d + first) & WORD_MASK, e, f, g
    return tuple((old + new) & WORD_MASK for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def compress(left: bytes, right: bytes) -> bytes:
    """The digest of an inner Merkle node: one compression of its two children, 32 bytes each."""
    words = compression(NODE_INITIAL_VALUE, left + right)
    return b"".join(word.to_bytes(4, "big") for word in words)
