"""Cells of the chips for constants, branches, jumps and the end."""

from __future__ import annotations

import numpy as np

from optimized.trace.arithmetic import inverse_of_difference, order_cells, sign_cells
from optimized.trace.rows import Cells, Rows, address_cells, immediate_cells, limb, limb_array
from spec.rv64im.buses import LIMBS


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
    """The indirect jump."""
    return {
        **address_cells(rows),
        **limb_array("link", rows.result, 3),
        **immediate_cells(rows),
        "dropped_bit": rows.address & np.uint64(1),
    }


def halt(rows: Rows) -> Cells:
    """The exit call."""
    return limb_array("exit_code", rows.right)
