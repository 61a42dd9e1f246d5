"""What Keccak's lookups say, as relations between digits: what the proofs of rows assume, and what is proven of the
fixed tables.

A message asks about a number of so many digits. Each other part has some of the bits that the digits tell, as a number
whose digits are these bits. The tables are written down here a second time, from the words of the buses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import z3
from numpy.typing import NDArray

from spec.air.chips.keccak import KeccakTable

BYTE_BITS = 8
"""A lane of 64 bits has eight bytes, the lowest first [FIPS 202, B.1]."""

STATE_BASE = 4
"""Bytes of a state have digits 0 and 1 in this base."""

ODD = (0, 1, 0, 1)
"""By digit in base 4, whether it is odd."""

OF_CHI = (0, 1, 1, 0, 0)
"""By 3 - 2 a + b - c, the bit a xor (not b and c)."""


@dataclass(frozen=True)
class Part:
    """Bits of a lookup's answer, the first and the one behind the last, as digits of a number in this base."""

    base: int
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many digits there are."""
        return self.last - self.first


@dataclass(frozen=True)
class DigitRelation:
    """The first field has so many digits, from 0 to below the base; digit i tells bit i by the table."""

    base: int
    digits: int
    told: tuple[int, ...]
    """By digit, the bit that it tells."""

    parts: tuple[Part, ...]
    """What each of the other fields has, in their order."""

    def answer(self, number: int) -> tuple[int, ...]:
        """What the other fields must be. Raises ValueError for a number with more digits."""
        if not 0 <= number < self.base**self.digits:
            raise ValueError(f"{number} does not have {self.digits} digits in base {self.base}")
        bits = [self.told[number // self.base**i % self.base] for i in range(self.digits)]
        return tuple(
            sum(bit * part.base**i for i, bit in enumerate(bits[part.first : part.last])) for part in self.parts
        )

    def fault(self, rows: NDArray[np.int64]) -> str | None:
        """Why rows are not just the messages of the relation, each at least once; None if they are."""
        asked, count = rows[:, 0], self.base**self.digits
        if rows.shape[1] != 1 + len(self.parts) or asked.min() < 0 or asked.max() >= count:
            return "a row is about no number of such digits"
        if np.bincount(asked, minlength=count).min() == 0:
            return "a number of such digits has no row"
        told = np.array(self.told, dtype=np.int64)
        bits = [told[asked // self.base**i % self.base] for i in range(self.digits)]
        for part, column in zip(self.parts, rows[:, 1:].T, strict=True):
            expected = sum(bit * part.base**i for i, bit in enumerate(bits[part.first : part.last]))
            wrong = np.flatnonzero(column != expected)
            if len(wrong):
                return f"the answer about {int(asked[wrong[0]])} is {int(column[wrong[0]])}"
        return None


def keccak_relations(table: KeccakTable) -> Mapping[str, DigitRelation]:
    """By bus name."""
    whole = Part(STATE_BASE, 0, BYTE_BITS)
    relations = {
        table.limb.name: DigitRelation(2, 16, (0, 1), (whole, Part(STATE_BASE, BYTE_BITS, 16))),
        table.parity.name: DigitRelation(4, BYTE_BITS, ODD, (whole,)),
        table.cut_parity.name: DigitRelation(4, BYTE_BITS, ODD, (Part(STATE_BASE, 0, 7), Part(STATE_BASE, 7, 8))),
        table.chi.name: DigitRelation(5, BYTE_BITS, OF_CHI, (whole,)),
    }
    for cut, bus in table.theta.items():
        parts = (Part(5, 0, cut), Part(5, cut, BYTE_BITS))
        relations[bus.name] = DigitRelation(4, BYTE_BITS, ODD, tuple(part for part in parts if part.size))
    return relations


def digits_differ(relation: DigitRelation) -> list[list[z3.BoolRef]]:
    """What must be impossible for a number's digits to be its only ones: two numbers of so many digits are equal, and a
    digit differs, from the highest one down, where those above it do not."""
    first, second = ([z3.Int(f"digit {i} {copy}") for i in range(relation.digits)] for copy in ("first", "second"))
    given = [bound for digit in (*first, *second) for bound in (digit >= 0, digit < relation.base)]
    given.append(_number(first, relation.base) == _number(second, relation.base))
    questions = []
    for one, other in zip(reversed(first), reversed(second), strict=True):
        questions.append([*given, one != other])
        given = [*given, one == other]
    return questions


def _number(digits: Sequence[z3.ArithRef], base: int) -> z3.ArithRef:
    return z3.Sum([digit * base**i for i, digit in enumerate(digits)])
