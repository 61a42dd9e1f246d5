"""Cells of the chips in spec/rv64im/chips/branch.py."""

from reference.trace.cells import Cells, Filler, array, limb_array, limbs, top_bit
from reference.trace.clock import Row
from reference.trace.comparison import order_cells
from spec.field import inverse
from spec.word import XLEN


def _branch(row: Row) -> Cells:
    return {
        **limb_array("left", row.step.left),
        **limb_array("right", row.step.right),
        "target": row.program_row.constants[0],
        "next_pc": row.next_pc,
    }


def _equality(row: Row) -> Cells:
    """The inverses are those of the differences: one is enough, so the first limb that differs has it."""
    left, right = limbs(row.step.left), limbs(row.step.right)
    inverses = [0] * len(left)
    differing = [i for i in range(len(left)) if left[i] != right[i]]
    if differing:
        first = differing[0]
        inverses[first] = inverse(left[first] - right[first])
    return {**_branch(row), "equal": int(not differing), **array("inverse", inverses)}


def _signed(row: Row) -> Cells:
    left, right = row.step.left, row.step.right
    signs = {"left_sign": top_bit(left, XLEN), "right_sign": top_bit(right, XLEN)}
    return _branch(row) | signs | order_cells(left, right, signed=True)


def _unsigned(row: Row) -> Cells:
    return _branch(row) | order_cells(row.step.left, row.step.right, signed=False)


FILLERS: dict[str, Filler] = {
    "branch_equal": _equality,
    "branch_less_signed": _signed,
    "branch_less_unsigned": _unsigned,
}
