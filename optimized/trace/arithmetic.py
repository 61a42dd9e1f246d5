"""Cells of the chips for addition, logic, shifts and comparisons."""

from __future__ import annotations

from functools import cache

import numpy as np

from optimized.trace.rows import (
    Cells,
    Numbers,
    Rows,
    byte_array,
    immediate_cells,
    limb,
    limb_array,
    top_bit,
    upper_limbs,
)
from reference.arrays.field_arrays import Matrix, inverses
from spec.field import P
from spec.isa.word_arithmetic import WORD_BITS
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.rv64im.chips.shift import SHIFTS, Direction
from spec.rv64im.gadgets import LIMB_MAXIMUM
from spec.word import XLEN

WORD_LIMBS = WORD_BITS // LIMB_BITS


def reads_source2(rows: Rows) -> bool:
    """Whether the second operand is a register."""
    return "source2" in rows.chip.columns


@cache
def _limb_inverses() -> Matrix:
    """The inverses of 1 to 2^16 - 1, behind a 0."""
    return np.concatenate([np.zeros(1, dtype=np.uint64), inverses(np.arange(1, 1 << LIMB_BITS, dtype=np.uint64))])


def inverse_of_difference(left: Numbers, right: Numbers) -> Numbers:
    """1 / (left - right) for limbs, 0 where they are equal."""
    table = _limb_inverses()
    positive = table[np.where(left > right, left - right, 0)]
    negative = table[np.where(left < right, right - left, 0)]
    return np.where(left < right, np.uint64(P) - negative, positive)


def addition_of_immediate(rows: Rows) -> Cells:
    """addi: the carries, and the inverse for the limb at which they stop counting."""
    left, immediate = rows.left, rows.immediate
    carries = []
    for i in range(1, LIMBS):
        bits = np.uint64(LIMB_BITS * i)
        mask = (np.uint64(1) << bits) - np.uint64(1)
        carries.append((left & mask) + (immediate & mask) >> bits)
    carries.append((rows.result < left).astype(np.uint64))
    edge = (top_bit(immediate, XLEN) ^ np.uint64(1)) * np.uint64(LIMB_MAXIMUM)
    inverse = np.zeros(len(left), dtype=np.uint64)
    for i in range(1, LIMBS):
        stops = np.nonzero(carries[i - 1] != carries[i])[0]
        inverse[stops] = inverse_of_difference(limb(left[stops], i), edge[stops])
    return {
        **limb_array("left", left),
        **immediate_cells(rows),
        "result_0": limb(rows.result, 0),
        **{f"carry_{i}": carries[i] for i in range(1, LIMBS)},
        "inverse": inverse,
    }


def addition(rows: Rows) -> Cells:
    """add, sub, and the forms on 32 bits."""
    right = limb_array("right", rows.right) if reads_source2(rows) else immediate_cells(rows)
    cells = limb_array("left", rows.left) | right
    if "sign" in rows.chip.columns:
        # The forms on 32 bits.
        return {**cells, **limb_array("result", rows.result, WORD_LIMBS), "sign": top_bit(rows.result, WORD_BITS)}
    return cells | limb_array("result", rows.result)


def logic(rows: Rows) -> Cells:
    """and, or, xor."""
    left, right = rows.left, rows.right
    return byte_array("left", left, 8) | byte_array("right", right, 8) | byte_array("both", left & right, 8)


def logic_with_immediate(rows: Rows) -> Cells:
    """andi, ori, xori."""
    left, immediate = rows.left, rows.immediate
    return {
        **byte_array("left", left, 2),
        **upper_limbs("left_upper", left, 1),
        **byte_array("immediate", immediate, 2),
        "immediate_is_negative": top_bit(immediate, XLEN),
        **byte_array("both", left & immediate, 2),
        **upper_limbs("result_upper", rows.result, 1),
    }


def shift(rows: Rows) -> Cells:
    """All shifts."""
    declared = SHIFTS[rows.chip.name]
    width_limbs, width_bits, by_register = declared.width_limbs, declared.width_bits, declared.by_register
    arithmetic = declared.direction is Direction.RIGHT_ARITHMETIC
    amount = rows.right & np.uint64(width_bits - 1) if by_register else rows.immediate
    by_limbs, rest = amount >> np.uint64(4), amount & np.uint64(LIMB_BITS - 1)
    half = rest >> np.uint64(3)
    one, whole, back = np.uint64(1), amount - rest, np.uint64(LIMB_BITS) - rest
    if declared.direction is Direction.LEFT:
        low_bits, piece_is_low = back, half == 1
        moved_word = rows.left << whole
        dropped = limb(moved_word, width_limbs - 1) >> back
    else:
        low_bits, piece_is_low = rest, half == 0
        moved_word = _moved_right(rows.left, whole, width_bits, arithmetic=arithmetic)
        dropped = (limb(moved_word, 0) & (one << rest) - one) << back
    moved = [limb(moved_word, i) for i in range(width_limbs)]
    cells: Cells = {
        **limb_array("left", rows.left),
        **{f"by_limbs_{i}": by_limbs == i for i in range(1, width_limbs)},
        "half": half,
        "power": one << (rest & np.uint64(7)),
        **{f"moved_{i}": of for i, of in enumerate(moved)},
        **{
            f"piece_{i}": np.where(piece_is_low, of & (one << low_bits) - one, of >> low_bits)
            for i, of in enumerate(moved)
        },
        "dropped": dropped,
        **limb_array("result", rows.result, width_limbs),
    }
    if by_register:
        cells |= {**limb_array("right", rows.right), "amount": amount}
    if arithmetic:
        cells["left_sign"] = top_bit(rows.left, width_bits)
    elif width_limbs < LIMBS:
        cells["sign"] = top_bit(rows.result, width_bits)
    return cells


def _moved_right(word: Numbers, amount: Numbers, width_bits: int, *, arithmetic: bool) -> Numbers:
    """The low bits of a word, filled up with zeros or with their sign, shifted right."""
    above = np.uint64(XLEN - width_bits)
    at_top = word << above
    if arithmetic:
        return (at_top.view(np.int64) >> (amount + above).view(np.int64)).view(np.uint64)
    return at_top >> amount + above


def sign_cells(rows: Rows, *sides: str) -> Cells:
    """The signs of operands."""
    words = {"left": rows.left, "right": rows.right}
    return {f"{side}_sign": top_bit(words[side], XLEN) for side in sides}


def order_cells(left: Numbers, right: Numbers, *, signed: bool) -> Cells:
    """The cells of an order: which limb decides it, which side is less, and by how much beyond what it must."""
    if signed:
        top = np.uint64(1 << XLEN - 1)
        left, right = left ^ top, right ^ top
    less = left < right
    differing = left ^ right
    deciding = sum((differing >> np.uint64(LIMB_BITS * i) != 0).astype(np.uint64) for i in range(1, LIMBS))
    one, other = limb(left, deciding), limb(right, deciding)
    strict = (less | (deciding != 0)).astype(np.uint64)
    return {
        **{f"decides_{i}": deciding == i for i in range(1, LIMBS)},
        "less": less,
        "margin": np.where(less, other - one, one - other) - strict,
    }


def comparison(rows: Rows) -> Cells:
    """slt, sltu, slti, sltiu."""
    by_register = reads_source2(rows)
    right = rows.right if by_register else rows.immediate
    operand = limb_array("right", right) if by_register else immediate_cells(rows)
    signed = rows.chip.name in ("slt", "slti")
    signs = sign_cells(rows, *(("left", "right") if by_register else ("left",))) if signed else {}
    return limb_array("left", rows.left) | operand | signs | order_cells(rows.left, right, signed=signed)
