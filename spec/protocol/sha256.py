"""The compression function of SHA-256 [FIPS 180-4], with constants derived from their definition."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

WORD_MASK = 2**32 - 1
"""Words are added modulo 2^32 [FIPS 180-4, section 2.2]."""


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
