"""Values of wide chips where all cells are small: as most cells of such chips are bits, they fit in words.

The first rounds take products of three forms at 0, 1, infinity and -1 of two coordinates. So a register of cells of
0 to 3 is there within 15 of zero: at -1 of both it is 4 r0 - 2 r1 - 2 r2 + r3.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimized.words import Words
from optimized.zerocheck.forms import Form
from optimized.zerocheck.nested import NestedProgram
from spec.field import P

CELL_BITS = 2
"""The bits of a small cell."""

LARGEST_AT_POINT = 5 * ((1 << CELL_BITS) - 1)


def signed(element: int) -> int:
    """The number of least magnitude that the element is the residue of."""
    return element if 2 * element < P else element - P


def signed_words(elements: Sequence[int]) -> Words:
    """The same as words, negative numbers modulo 2^32."""
    return np.array([signed(element) % 2**32 for element in elements], dtype=np.uint32)


def fits_words(program: NestedProgram) -> bool:
    """Whether values, and what they are calculated from, stay below p in magnitude where registers are small."""

    def form(of: Form) -> int:
        return LARGEST_AT_POINT + abs(signed(of.offset))

    def combination(scaled: Sequence[tuple[int, int]], of: Sequence[int]) -> int:
        return sum(abs(signed(scale)) * of[number] for scale, number in scaled)

    products = [form(left) * form(right) for left, right in program.products]
    sums = [
        abs(signed(of.number))
        + LARGEST_AT_POINT * sum(abs(signed(scale)) for scale, _ in of.registers)
        + combination(of.products, products)
        for of in program.sums
    ]
    values = []
    for value in program.values:
        total = combination(value.products, products)
        for scale, (_, offset), factor in value.cubics:
            multiple = abs(signed(scale)) * LARGEST_AT_POINT + abs(signed(scale * offset % P))
            total += multiple * max(1, (sums if factor.is_sum else products)[factor.number])
        values.append(total)
    return max((*products, *sums, *values), default=0) < P
