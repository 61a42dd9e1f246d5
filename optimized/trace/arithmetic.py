"""Cells of the chips for addition, logic, shifts and comparisons."""

from __future__ import annotations

import numpy as np

from optimized.trace.rows import (
    WORD_BITS,
    Cells,
    Numbers,
    Rows,
    byte_array,
    immediate_cells,
    limb,
    limb_array,
    one_hot,
    top_bit,
    upper_limbs,
)
from spec.rv64im.buses import LIMB_BITS, LIMBS

HALF_LIMBS, HALF_BITS = 2, 32


def reads_source2(rows: Rows) -> bool:
    """Whether the second operand is a register."""
    return "source2" in rows.chip.columns


def addition(rows: Rows) -> Cells:
    """add, sub, addi and their forms on half words."""
    right = limb_array("right", rows.right) if reads_source2(rows) else immediate_cells(rows)
    cells = limb_array("left", rows.left) | right
    if rows.chip.name.endswith("w"):
        return {**cells, **limb_array("result", rows.result, HALF_LIMBS), "sign": top_bit(rows.result, HALF_BITS)}
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
        "immediate_is_negative": top_bit(immediate, WORD_BITS),
        **byte_array("both", left & immediate, 2),
        **upper_limbs("result_upper", rows.result, 1),
    }


def shift(rows: Rows) -> Cells:
    """All shifts."""
    name, left = rows.chip.name, rows.left
    width_limbs = HALF_LIMBS if name.endswith("w") else LIMBS
    width_bits = width_limbs * LIMB_BITS
    by_register = reads_source2(rows)
    amount = rows.right & np.uint64(width_bits - 1) if by_register else rows.immediate
    by_limbs, bits = amount >> np.uint64(4), amount & np.uint64(LIMB_BITS - 1)
    one, limb_bits = np.uint64(1), np.uint64(LIMB_BITS)
    low_bits = limb_bits - bits if name.startswith("sll") else bits
    cells: Cells = {
        **limb_array("left", left),
        "amount": amount,
        **one_hot("by_limbs", by_limbs, width_limbs),
        "bits": bits,
        "power": one << bits,
        "complement": one << limb_bits - bits,
        **{f"low_{i}": limb(left, i) & (one << low_bits) - one for i in range(width_limbs)},
        **{f"high_{i}": limb(left, i) >> low_bits for i in range(width_limbs)},
        **limb_array("result", rows.result, width_limbs),
    }
    if by_register:
        cells |= limb_array("right", rows.right)
    if name.startswith("sra"):
        cells["left_sign"] = top_bit(left, width_bits)
    if width_limbs < LIMBS:
        cells["sign"] = top_bit(rows.result, width_bits)
    return cells


def order_cells(left: Numbers, right: Numbers, *, signed: bool) -> Cells:
    """The cells of an order: signs if they count, and left - right modulo 2^64."""
    cells = limb_array("difference", left - right)
    if signed:
        cells |= {"left_sign": top_bit(left, WORD_BITS), "right_sign": top_bit(right, WORD_BITS)}
    return cells


def comparison(rows: Rows) -> Cells:
    """slt, sltu, slti, sltiu."""
    by_register = reads_source2(rows)
    right = rows.right if by_register else rows.immediate
    operand = limb_array("right", right) if by_register else immediate_cells(rows)
    signed = rows.chip.name in ("slt", "slti")
    return limb_array("left", rows.left) | operand | order_cells(rows.left, right, signed=signed)
