"""Sums of products of words on lanes, in two 64-bit halves: those of the even and those of the odd lanes.

Their bounds are known while the code is made, so that a sum is lowered only where another product could carry it beyond
64 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from llvmlite import ir

from optimized.field.lanes import INVERSE_OF_P, RADIX, emit_subtract
from optimized.lanes.vectors import LANES, VECTOR, Builder, Emitted, constant
from spec.field import P

WIDE = ir.VectorType(ir.IntType(64), LANES // 2)
LOW_HALF = ir.Constant(WIDE, [RADIX - 1] * (LANES // 2))
HIGH_WORDS = ir.Constant(VECTOR, [word for i in range(1, LANES, 2) for word in (i, LANES + i)])
HIGH_P = ir.Constant(VECTOR, [0, P] * (LANES // 2))

LARGEST_PRODUCT = P**2
LOWERED = RADIX * P - 1
"""The largest sum whose high word is below p."""

LARGEST_SUM = 2 * RADIX * P - 1
"""The largest sum that one conditional subtraction from its high word lowers; it fits in 64 bits."""

Halves: TypeAlias = tuple[Emitted, Emitted]
"""As many 64-bit numbers as lanes: those of the even lanes and those of the odd lanes."""

Factors: TypeAlias = tuple[Halves, Halves]
"""Two factors of a product of words."""


def halves_of(builder: Builder, value: Emitted) -> Halves:
    """The numbers of the even lanes, and those of the odd lanes."""
    wide = builder.bitcast(value, WIDE)
    return builder.and_(wide, LOW_HALF), builder.lshr(wide, ir.Constant(WIDE, [32] * (LANES // 2)))


def _minimum(builder: Builder, left: Emitted, right: Emitted) -> Emitted:
    return builder.select(builder.icmp_unsigned("<", left, right), left, right)


class WideSum:
    """A sum of products of words, each below p, and the largest number that it can be."""

    def __init__(self, builder: Builder, total: Halves | None = None, bound: int = 0) -> None:
        self._builder = builder
        self._total = total
        self._bound = bound

    @property
    def total(self) -> Halves:
        assert self._total is not None
        return self._total

    def copy(self) -> WideSum:
        return WideSum(self._builder, self._total, self._bound)

    def add(self, factors: Sequence[Factors]) -> None:
        """Adds products, lowering the sum before one that could be too much."""
        builder = self._builder
        for left, right in factors:
            product = builder.mul(left[0], right[0]), builder.mul(left[1], right[1])
            if self._total is None:
                self._total = product
            else:
                self.make_room()
                self._total = builder.add(self._total[0], product[0]), builder.add(self._total[1], product[1])
            self._bound += LARGEST_PRODUCT

    def make_room(self) -> None:
        """Lowers the sum if another product could be too much."""
        if self._bound + LARGEST_PRODUCT > LARGEST_SUM:
            self.lower()

    def lower(self) -> None:
        """Takes p from a high word that is not below it: of the word and the word less p, the smaller one.

        Low words are the smaller of two equals.
        """
        builder = self._builder
        lowered = []
        for half in self.total:
            words = builder.bitcast(half, VECTOR)
            lowered.append(builder.bitcast(_minimum(builder, words, builder.sub(words, HIGH_P)), WIDE))
        self._total = lowered[0], lowered[1]
        self._bound = LOWERED

    def reduced(self) -> Emitted:
        """The sum over 2^32 modulo p: its high words less those of the multiple of p with the same low words."""
        builder = self._builder
        high = self._high_words(self.total)
        if self._bound > LOWERED:
            high = _minimum(builder, high, builder.sub(high, constant(P)))
        multiples = []
        for half in self.total:
            # A product of words: as one of wide numbers it could turn into a full multiplication.
            quotient = builder.mul(builder.bitcast(half, VECTOR), constant(INVERSE_OF_P))
            low = builder.and_(builder.bitcast(quotient, WIDE), LOW_HALF)
            multiples.append(builder.mul(low, ir.Constant(WIDE, [P] * (LANES // 2))))
        return emit_subtract(builder, high, self._high_words((multiples[0], multiples[1])))

    def _high_words(self, halves: Halves) -> Emitted:
        even, odd = (self._builder.bitcast(half, VECTOR) for half in halves)
        return self._builder.shuffle_vector(even, odd, HIGH_WORDS)
