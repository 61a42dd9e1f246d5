"""A shift amount taken apart: whole limbs, half a limb, and what is left as a power of two.

amount = 16 q + 8 half + r with q below 4 and r below 8. The shift table has a row for each amount; for amounts that
stand in an instruction the program table says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from spec.protocol.algebra import FieldValue

AMOUNT_BITS = 6
"""An amount below 64."""

Bit = TypeVar("Bit", bound=FieldValue)


def amount_parts(bits: Sequence[Bit]) -> tuple[Bit, Bit, Bit, Bit, Bit]:
    """From the amount's six bits, most significant first: three flags, that q is 1, 2 or 3; half; and 2^r."""
    high, low, half, *rest = bits
    both = high * low
    return (low - both, high - both, both, half, (rest[0] * 15 + 1) * (rest[1] * 3 + 1) * (rest[2] + 1))


def bits_of(amount: int) -> list[int]:
    """The amount's six bits, most significant first."""
    return [amount >> i & 1 for i in reversed(range(AMOUNT_BITS))]
