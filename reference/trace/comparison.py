"""Cells of the chips in spec/rv64im/chips/comparison.py."""

from reference.trace.cells import Cells, Filler, immediate_cells, limb_array, limbs, top_bit
from reference.trace.clock import Row
from spec.rv64im.buses import LIMBS
from spec.word import INTEGER_WORDS, XLEN

_TOP = 1 << XLEN - 1
"""Flipping the top bit turns the signed order into the unsigned one."""


def order_cells(left: int, right: int, signed: bool) -> Cells:
    """The cells of an order: which limb decides it, which side is less, and by how much beyond what it must."""
    if signed:
        left, right = left ^ _TOP, right ^ _TOP
    pairs = list(zip(limbs(left), limbs(right), strict=True))
    deciding = max((i for i, (one, other) in enumerate(pairs) if one != other), default=0)
    less = left < right
    difference = abs(pairs[deciding][0] - pairs[deciding][1])
    return {
        **{f"decides_{i}": int(i == deciding) for i in range(1, LIMBS)},
        "less": int(less),
        "margin": difference - int(less or deciding > 0),
    }


def _comparison(row: Row) -> Cells:
    left, right = row.step.left, row.step.right
    cells = limb_array("left", left)
    if "source2" in row.accesses:
        cells |= limb_array("right", right)
    else:
        right = INTEGER_WORDS.constant(row.step.decoded.immediate)
        cells |= immediate_cells(row)
    signed = row.chip.name in ("slt", "slti")
    if signed:
        cells["left_sign"] = top_bit(left, XLEN)
    if row.chip.name == "slt":
        cells["right_sign"] = top_bit(right, XLEN)
    return cells | order_cells(left, right, signed)


FILLERS: dict[str, Filler] = dict.fromkeys(("slt", "sltu", "slti", "sltiu"), _comparison)
