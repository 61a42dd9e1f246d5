"""Cells of the chips for constants, branches, jumps and the end."""

from __future__ import annotations

import numpy as np

from optimized.trace.arithmetic import inverse_of_difference, order_cells, sign_cells
from optimized.trace.rows import WORD_BITS, Cells, Rows, address_cells, immediate_cells, limb, limb_array, top_bit
from spec.air.bus import LIMB_BITS, LIMBS
from spec.air.gadgets import LIMB_MAXIMUM


def constant(rows: Rows) -> Cells:
    """Whatever writes a constant and goes to a constant place."""
    return {**limb_array("value", rows.result), "next_pc": rows.events.next_pc}


def _branch(rows: Rows) -> Cells:
    return {
        **limb_array("left", rows.left),
        **limb_array("right", rows.right),
        "target": rows.constant(0),
        "next_pc": rows.events.next_pc,
    }


def branch_equal(rows: Rows) -> Cells:
    """beq, bne: the first limb that differs has the inverse of its difference."""
    cells = {**_branch(rows), "equal": rows.left == rows.right}
    undecided = np.ones(len(rows.left), dtype=bool)
    for i in range(LIMBS):
        left, right = limb(rows.left, i), limb(rows.right, i)
        cells[f"inverse_{i}"] = np.where(undecided, inverse_of_difference(left, right), np.uint64(0))
        undecided = undecided & (left == right)
    return cells


def branch_less(rows: Rows) -> Cells:
    """blt, bge, bltu, bgeu."""
    signed = rows.chip.name == "branch_less_signed"
    signs = sign_cells(rows, "left", "right") if signed else {}
    return _branch(rows) | signs | order_cells(rows.left, rows.right, signed=signed)


def jalr(rows: Rows) -> Cells:
    """The indirect jump: where the high limb of the base counts, it is off the edge."""
    base, immediate = rows.left, rows.immediate
    carry = limb(base, 0) + limb(immediate, 0) >> np.uint64(LIMB_BITS)
    negative = top_bit(immediate, WORD_BITS)
    edge = (negative ^ np.uint64(1)) * np.uint64(LIMB_MAXIMUM)
    to_edge = inverse_of_difference(limb(base, 1), edge), inverse_of_difference(edge, limb(base, 1))
    inverse = np.where(carry == negative, np.uint64(0), np.where(carry > negative, *to_edge))
    return {
        **address_cells(rows),
        **limb_array("link", rows.result, 3),
        **immediate_cells(rows),
        "inverse": inverse,
        "dropped_bit": rows.address & np.uint64(1),
    }


def halt(rows: Rows) -> Cells:
    """The exit call."""
    return limb_array("exit_code", rows.right)
