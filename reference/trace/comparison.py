"""Cells of the chips in spec/rv64im/chips/comparison.py."""

from reference.trace.cells import Cells, Filler, immediate_cells, limb_array, top_bit
from reference.trace.clock import Row
from spec.word import INTEGER_WORDS, WORD_BITS


def order_cells(left: int, right: int, signed: bool) -> Cells:
    """The cells of an order: signs if they count, and left - right modulo 2^64.

    Turning the signed order into the unsigned one adds 2^63 to both sides, so the difference is the same.
    """
    cells = limb_array("difference", INTEGER_WORDS.subtract(left, right))
    if signed:
        cells |= {"left_sign": top_bit(left, WORD_BITS), "right_sign": top_bit(right, WORD_BITS)}
    return cells


def _comparison(row: Row) -> Cells:
    left, right = row.step.left, row.step.right
    cells = limb_array("left", left)
    if "source2" in row.accesses:
        cells |= limb_array("right", right)
    else:
        right = INTEGER_WORDS.constant(row.step.decoded.immediate)
        cells |= immediate_cells(row)
    return cells | order_cells(left, right, signed=row.chip.name in ("slt", "slti"))


FILLERS: dict[str, Filler] = dict.fromkeys(("slt", "sltu", "slti", "sltiu"), _comparison)
