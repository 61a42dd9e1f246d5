"""SHA-256 from the text of its standard, over words of 32 bits as bit-vectors: what the work tables are held against.

Nothing here is taken from `spec.protocol.sha256`: the executor and the chips rest on that. [FIPS 180-4]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import z3

WORD_BITS = 32
WORDS_OF_STATE = 8
WORDS_OF_BLOCK = 16
ROUNDS = 64
"""The sizes and rounds of SHA-256 [FIPS 180-4, sections 1 and 6.2.2], written a second time."""


def word(number: int) -> z3.BitVecRef:
    """A number as a word."""
    return z3.BitVecVal(number, WORD_BITS)


def choice(x: z3.BitVecRef, y: z3.BitVecRef, z: z3.BitVecRef) -> z3.BitVecRef:
    """Ch [4.1.2]: y where x has ones, z where it has zeros."""
    return (x & y) ^ (~x & z)


def majority(x: z3.BitVecRef, y: z3.BitVecRef, z: z3.BitVecRef) -> z3.BitVecRef:
    """Maj [4.1.2]."""
    return (x & y) ^ (x & z) ^ (y & z)


def _rotated(x: z3.BitVecRef, count: int) -> z3.BitVecRef:
    """ROTR [3.2]."""
    return z3.RotateRight(x, count)


def big_sigma_0(x: z3.BitVecRef) -> z3.BitVecRef:
    """The sum of rotations of a working variable a [4.1.2]."""
    return _rotated(x, 2) ^ _rotated(x, 13) ^ _rotated(x, 22)


def big_sigma_1(x: z3.BitVecRef) -> z3.BitVecRef:
    """The sum of rotations of a working variable e [4.1.2]."""
    return _rotated(x, 6) ^ _rotated(x, 11) ^ _rotated(x, 25)


def small_sigma_0(x: z3.BitVecRef) -> z3.BitVecRef:
    """What a word adds to the schedule fifteen words later [4.1.2]."""
    return _rotated(x, 7) ^ _rotated(x, 18) ^ z3.LShR(x, 3)


def small_sigma_1(x: z3.BitVecRef) -> z3.BitVecRef:
    """What a word adds to the schedule two words later [4.1.2]."""
    return _rotated(x, 17) ^ _rotated(x, 19) ^ z3.LShR(x, 10)


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found if prime * prime <= candidate):
            found.append(candidate)
        candidate += 1
    return found


def _cube_root_bits(prime: int) -> int:
    """The first 32 bits of the fractional part of the cube root: found bit by bit, for x^3 <= prime * 2^96."""
    root = 0
    for position in reversed(range(WORD_BITS + prime.bit_length())):
        if (root | 1 << position) ** 3 <= prime << 3 * WORD_BITS:
            root |= 1 << position
    return root % (1 << WORD_BITS)


CONSTANTS: tuple[int, ...] = tuple(_cube_root_bits(prime) for prime in _primes(ROUNDS))
"""K [4.2.2]."""


@dataclass(frozen=True)
class Term:
    """A word that the schedule adds up: `earlier` words before, and the function applied to it."""

    earlier: int
    name: str
    function: Callable[[z3.BitVecRef], z3.BitVecRef]


def _itself(x: z3.BitVecRef) -> z3.BitVecRef:
    return x


SCHEDULE_TERMS = (
    Term(2, "small_sigma_1", small_sigma_1),
    Term(7, "word", _itself),
    Term(15, "small_sigma_0", small_sigma_0),
    Term(16, "word", _itself),
)
"""The sum modulo 2^32 that words 16 to 63 of the schedule are [6.2.2, step 1]."""


def after_round(working: Sequence[z3.BitVecRef], constant: z3.BitVecRef, scheduled: z3.BitVecRef) -> list[z3.BitVecRef]:
    """The working variables a to h after a round [6.2.2, step 3]."""
    a, b, c, d, e, f, g, h = working
    first = h + big_sigma_1(e) + choice(e, f, g) + constant + scheduled
    second = big_sigma_0(a) + majority(a, b, c)
    return [first + second, a, b, c, d + first, e, f, g]


def compressed(state: Sequence[z3.BitVecRef], block: Sequence[z3.BitVecRef]) -> list[z3.BitVecRef]:
    """The state after a block of sixteen words [6.2.2]."""
    schedule = list(block)
    for t in range(WORDS_OF_BLOCK, ROUNDS):
        terms = [term.function(schedule[t - term.earlier]) for term in SCHEDULE_TERMS]
        schedule.append(terms[0] + terms[1] + terms[2] + terms[3])
    working = list(state)
    for constant, scheduled in zip(CONSTANTS, schedule, strict=True):
        working = after_round(working, word(constant), scheduled)
    return [before + rounds for before, rounds in zip(state, working, strict=True)]
