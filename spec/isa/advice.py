"""What an honest host answers to the call of advice.

No proof depends on it: the machine lets a0 be any word. A guest asks for what is hard to find and easy to check, and
checks it. This convention lets it say what it wants: a0 holds a kind, a1 to a3 its arguments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import IntEnum, unique
from functools import lru_cache
from math import gcd

from spec.memory_map import DOUBLEWORD_BYTES
from spec.word import REGISTER_MASK, XLEN


@unique
class AdviceKind(IntEnum):
    """What a guest asks for. Of a number, the word whose place a3 says, the lowest is 0; 0 past its end."""

    RANDOM = 0
    """A word of a deterministic generator: its arguments are not looked at."""

    INVERSE_256 = 1
    """The inverse of the 256-bit number at a1 modulo the one at a2; 0 if there is none."""

    INVERSE_384 = 2

    SQUARE_ROOT_256 = 3
    """The smaller one of the 256-bit number at a1 modulo the odd prime at a2; 0 if there is none."""

    SQUARE_ROOT_384 = 4


Read = Callable[[int], int | None]
"""The doubleword at a doubleword address; None if it belongs to no region."""

Host = Callable[[int, tuple[int, int, int], Read], int]
"""Answers a call: from the kind, its arguments, and a look at memory, to the word."""

_DOUBLEWORDS = {
    AdviceKind.INVERSE_256: 4,
    AdviceKind.INVERSE_384: 6,
    AdviceKind.SQUARE_ROOT_256: 4,
    AdviceKind.SQUARE_ROOT_384: 6,
}

_NON_RESIDUE_BOUND = 1000
"""Half of all numbers are no squares modulo a prime: where all below this one are, the modulus is none."""


class HonestHost:
    """Answers as the convention says. Random words are SHA-256 of the seed and of how many have been drawn before."""

    def __init__(self, seed: bytes = b"") -> None:
        self._seed = seed
        self._drawn = 0

    def __call__(self, kind: int, arguments: tuple[int, int, int], read: Read) -> int:
        """The word. What makes no sense is answered by 0."""
        if kind == AdviceKind.RANDOM:
            return self._random()
        if kind not in _DOUBLEWORDS:
            return 0
        size = _DOUBLEWORDS[AdviceKind(kind)]
        number, modulus = _number(arguments[0], size, read), _number(arguments[1], size, read)
        if number is None or not modulus:
            return 0
        is_inverse = kind in (AdviceKind.INVERSE_256, AdviceKind.INVERSE_384)
        found = inverse(number, modulus) if is_inverse else square_root(number, modulus)
        return found >> XLEN * arguments[2] & REGISTER_MASK if arguments[2] < size else 0

    def _random(self) -> int:
        digest = hashlib.sha256(self._drawn.to_bytes(DOUBLEWORD_BYTES, "little") + self._seed).digest()
        self._drawn += 1
        return int.from_bytes(digest[:DOUBLEWORD_BYTES], "little")


def _number(pointer: int, size: int, read: Read) -> int | None:
    """The number of so many doublewords at a pointer, the lowest first; None if not all of it can be read."""
    if pointer % DOUBLEWORD_BYTES:
        return None
    number = 0
    for i in range(size):
        word = read(pointer // DOUBLEWORD_BYTES + i)
        if word is None:
            return None
        number |= word << XLEN * i
    return number


@lru_cache(maxsize=16)
def inverse(number: int, modulus: int) -> int:
    """The inverse modulo a positive number; 0 if there is none."""
    return pow(number, -1, modulus) if gcd(number, modulus) == 1 else 0


@lru_cache(maxsize=16)
def square_root(number: int, prime: int) -> int:
    """The smaller square root modulo an odd prime; 0 if there is none, or if what should be a prime shows that it is
    none.

    The algorithm of Tonelli and Shanks [Cohen, A Course in Computational Algebraic Number Theory, 1.5.1].
    """
    number %= prime
    if prime % 2 == 0 or pow(number, (prime - 1) // 2, prime) != 1:
        return 0
    halvings, odd = 0, prime - 1
    while odd % 2 == 0:
        halvings, odd = halvings + 1, odd // 2
    candidates = range(2, min(prime, _NON_RESIDUE_BOUND))
    generators = (pow(base, odd, prime) for base in candidates if pow(base, prime // 2, prime) == prime - 1)
    generator = next(generators, 0)
    root, rest = pow(number, (odd + 1) // 2, prime), pow(number, odd, prime)
    # root^2 = number * rest, and the order of rest is a power of two, which halves its way down to 1.
    while rest != 1 and generator:
        order, power = 0, rest
        while power != 1 and order < halvings:
            order, power = order + 1, power * power % prime
        if order >= halvings:
            return 0
        factor = pow(generator, 1 << halvings - order - 1, prime)
        halvings, generator = order, factor * factor % prime
        root, rest = root * factor % prime, rest * generator % prime
    root = min(root, prime - root)
    return root if root * root % prime == number else 0
