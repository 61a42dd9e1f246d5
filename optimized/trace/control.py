"""Cells of the chips for constants, branches, jumps and the end."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from optimized.trace.arithmetic import order_cells
from optimized.trace.rows import Cells, Rows, address_cells, limb, limb_array
from reference.arrays.field_arrays import Matrix, inverses
from spec.field import P
from spec.rv64im.buses import LIMB_BITS, LIMBS


@cache
def _limb_inverses() -> Matrix:
    """The inverses of 1 to 2^16 - 1, behind a 0."""
    return np.concatenate([np.zeros(1, dtype=np.uint64), inverses(np.arange(1, 1 << LIMB_BITS, dtype=np.uint64))])


def _inverse_of_difference(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """1 / (left - right) for limbs, 0 where they are equal."""
    table = _limb_inverses()
    positive = table[np.where(left > right, left - right, 0)]
    negative = table[np.where(left < right, right - left, 0)]
    return np.where(left < right, np.uint64(P) - negative, positive)


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
        cells[f"inverse_{i}"] = np.where(undecided, _inverse_of_difference(left, right), np.uint64(0))
        undecided = undecided & (left == right)
    return cells


def branch_less(rows: Rows) -> Cells:
    """blt, bge, bltu, bgeu."""
    return _branch(rows) | order_cells(rows.left, rows.right, signed=rows.chip.name == "branch_less_signed")


def jalr(rows: Rows) -> Cells:
    """The indirect jump."""
    return {
        **address_cells(rows),
        **limb_array("link", rows.result, 3),
        "immediate_low": rows.constant(3),
        "immediate_fill": rows.constant(4),
        "dropped_bit": rows.address & np.uint64(1),
    }


def halt(rows: Rows) -> Cells:
    """The exit call."""
    return limb_array("exit_code", rows.right)
