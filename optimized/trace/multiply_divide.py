"""Cells of the chips for multiplication and division."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.trace.arithmetic import WORD_LIMBS
from optimized.trace.rows import (
    Cells,
    Numbers,
    Rows,
    byte_array,
    limb,
    limb_array,
    top_bit,
    upper_limbs,
)
from spec.isa.word_arithmetic import WORD_BITS
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.word import XLEN

ZERO, ONE = np.uint64(0), np.uint64(1)
ALL_ONES = np.uint64(2**64 - 1)
"""A doubleword of ones."""

Double = tuple[Numbers, Numbers]
"""Residues modulo 2^128: low and high words."""


def _filled(word: Numbers, sign: Numbers | NDArray[np.bool_]) -> Double:
    """A word whose upper half is filled with its sign."""
    return word, np.where(sign.astype(bool), ALL_ONES, ZERO)


def _part(number: Double, bits: int, index: int) -> Numbers:
    """The part of so many bits with this index."""
    word, position = divmod(index * bits, XLEN)
    return number[word] >> np.uint64(position) & np.uint64((1 << bits) - 1)


def _carries(left: Double, right: Double, added: Double, total: Double, count: int) -> Cells:
    """The carry out of each of `count` limbs of left * right + added = total modulo 2^(16 count)."""
    left_bytes = [_part(left, 8, i) for i in range(2 * count)]
    right_bytes = [_part(right, 8, i) for i in range(2 * count)]

    def column(k: int) -> Numbers:
        summed = left_bytes[0] * right_bytes[k]
        for i in range(1, k + 1):
            summed = summed + left_bytes[i] * right_bytes[k - i]
        return summed

    cells: Cells = {}
    carry = np.zeros_like(left[0])
    for i in range(count):
        joined = column(2 * i) + column(2 * i + 1) * np.uint64(256) + _part(added, LIMB_BITS, i) + carry
        carry = joined - _part(total, LIMB_BITS, i) >> np.uint64(LIMB_BITS)
        cells[f"carry_{i}"] = carry
    return cells


def mul(rows: Rows) -> Cells:
    """The low half of a product."""
    left, right, result = rows.left, rows.right, rows.result
    none = np.zeros_like(left)
    return {
        **byte_array("left", left, 8),
        **byte_array("right", right, 8),
        **limb_array("result", result),
        **_carries((left, none), (right, none), (none, none), (result, none), LIMBS),
    }


def mulw(rows: Rows) -> Cells:
    """The product of words of 32 bits."""
    left, right, result = rows.left, rows.right, rows.result
    none = np.zeros_like(left)
    return {
        **byte_array("left", left, 4),
        **byte_array("right", right, 4),
        **upper_limbs("left_upper", left, WORD_LIMBS),
        **upper_limbs("right_upper", right, WORD_LIMBS),
        **limb_array("result", result, WORD_LIMBS),
        **_carries((left, none), (right, none), (none, none), (result, none), WORD_LIMBS),
        "sign": top_bit(result, WORD_BITS),
    }


def multiply_high(rows: Rows) -> Cells:
    """The high half of a product, for all signs."""
    left, right, result = rows.left, rows.right, rows.result
    left_sign = np.where(rows.opcode_is("mulhu"), ZERO, top_bit(left, XLEN))
    right_sign = np.where(rows.opcode_is("mulh"), top_bit(right, XLEN), ZERO)
    low = left * right
    none = np.zeros_like(left)
    return {
        **byte_array("left", left, 8),
        **byte_array("right", right, 8),
        **limb_array("low", low),
        **limb_array("result", result),
        "left_sign": left_sign,
        "right_sign": right_sign,
        **_carries(_filled(left, left_sign), _filled(right, right_sign), (none, none), (low, result), 2 * LIMBS),
    }


def _negated(word: Numbers, where: NDArray[np.bool_]) -> Numbers:
    return np.where(where, ZERO - word, word)


def _margin(
    divisor: Numbers,
    negative_divisor: NDArray[np.bool_],
    remainder: Numbers,
    negative: NDArray[np.bool_],
    magnitudes: tuple[Numbers, Numbers],
    limb_count: int,
) -> Cells:
    """|divisor| - |remainder| - 1 modulo 2^width, and its carries, which may be negative."""
    mask = ALL_ONES if limb_count == LIMBS else np.uint64(2**WORD_BITS - 1)
    margin = magnitudes[0] - magnitudes[1] - ONE & mask
    divisor_factor, remainder_factor = np.where(negative_divisor, -1, 1), np.where(negative, -1, 1)
    cells = limb_array("margin", margin, limb_count)
    incoming = np.full(len(margin), -1, dtype=np.int64)
    for i in range(limb_count - 1):
        incoming = (
            divisor_factor * limb(divisor, i).astype(np.int64)
            - remainder_factor * limb(remainder, i).astype(np.int64)
            + incoming
            - limb(margin, i).astype(np.int64)
        ) >> LIMB_BITS
        cells[f"margin_carry_{i}"] = incoming
    return cells


def divide(rows: Rows) -> Cells:
    """Quotients and remainders, of 64 and of 32 bits."""
    is_32 = rows.chip.name == "divide_word"
    limb_count = WORD_LIMBS if is_32 else LIMBS
    width_bits = limb_count * LIMB_BITS
    mask = np.uint64(2**width_bits - 1)
    signed = rows.opcode_is("divw", "remw") if is_32 else rows.opcode_is("div", "rem")
    dividend, divisor = rows.left & mask, rows.right & mask
    negative_dividend = signed & (top_bit(dividend, width_bits) == ONE)
    negative_divisor = signed & (top_bit(divisor, width_bits) == ONE)
    dividend_magnitude = _negated(dividend, negative_dividend) & mask
    divisor_magnitude = _negated(divisor, negative_divisor) & mask
    by_zero = divisor == ZERO
    nonzero = np.where(by_zero, ONE, divisor_magnitude)
    quotient_magnitude = np.where(by_zero, np.where(signed, ONE, mask), dividend_magnitude // nonzero)
    remainder_magnitude = np.where(by_zero, dividend_magnitude, dividend_magnitude % nonzero)
    # By zero the quotient is -1 for signed numbers, 2^width - 1 for others.
    opposite = np.where(by_zero, signed, negative_dividend != negative_divisor)
    negative_quotient = opposite & (quotient_magnitude != ZERO)
    negative_remainder = negative_dividend & (remainder_magnitude != ZERO)
    quotient, remainder = (
        _negated(quotient_magnitude, negative_quotient),
        _negated(remainder_magnitude, negative_remainder),
    )
    signed_parts = [
        _filled(_extended(word, sign, width_bits), sign)
        for word, sign in (
            (divisor, negative_divisor),
            (quotient, negative_quotient),
            (remainder, negative_remainder),
            (dividend, negative_dividend),
        )
    ]
    cells: Cells = {
        **limb_array("dividend", rows.left),
        **byte_array("divisor", divisor, 2 * limb_count),
        **(upper_limbs("divisor_upper", rows.right, limb_count) if is_32 else {}),
        **byte_array("quotient", quotient, 2 * limb_count),
        **limb_array("remainder", remainder, limb_count),
        "dividend_sign": negative_dividend,
        "divisor_sign": negative_divisor,
        "quotient_sign": negative_quotient,
        "remainder_sign": negative_remainder,
        **_carries(signed_parts[0], signed_parts[1], signed_parts[2], signed_parts[3], 2 * limb_count),
        "by_zero": by_zero,
        **_margin(
            divisor,
            negative_divisor,
            remainder,
            negative_remainder,
            (divisor_magnitude, remainder_magnitude),
            limb_count,
        ),
        **limb_array("result", rows.result, limb_count),
    }
    if is_32:
        cells["sign"] = top_bit(rows.result, width_bits)
    return cells


def _extended(word: Numbers, sign: NDArray[np.bool_], width_bits: int) -> Numbers:
    """A word of so many bits, its upper bits filled with the sign."""
    if width_bits == XLEN:
        return word
    low = word & np.uint64(2**width_bits - 1)
    return np.where(sign, low | ALL_ONES << np.uint64(width_bits), low)
