"""Operands at which rows are tried out where a proof does not go through."""

from __future__ import annotations

from spec.word import REGISTER_MASK

OPERAND_SAMPLES: tuple[tuple[int, int], ...] = (
    (7, 3),
    (1 << 31, 1 << 31),
    ((1 << 31) - 1, 1 << 30),
    ((1 << 63) - 1, 1 << 62),
    (REGISTER_MASK, (1 << 16) + 1),
    (REGISTER_MASK, (1 << 32) + 1),
    (REGISTER_MASK, (1 << 48) + 1),
    (5, 0xFF),
    (5, 0x0101),
    (5, 1 << 24),
    (5, 1 << 56),
    (5, 0x0200_0000_0100_0001),
    (REGISTER_MASK, 2),
    (0xFEDCBA9876543210, 0x0123456789ABCDEF),
    (1 << 63, REGISTER_MASK),
    (0, 0),
    (1, 0),
    (REGISTER_MASK, REGISTER_MASK),
    (1 << 63, 1 << 63),
    (0xFFFFFFFF80000000, REGISTER_MASK),
    (0xFEDCBA9876543210, 0xFFFFFFFFFFFF1234),
    (100, 7),
)
"""Operands at which rows that multiply are searched for: a row with known operands is linear.

Some are near to what a row that lacks a constraint gets wrong: with a power of two most bytes of a product vanish,
bytes of a divisor that add up to 255 vanish where 256 is borrowed from the next and equal ones where one is subtracted,
and what is left of -1 when one more divisor is taken has a single limb.
"""
