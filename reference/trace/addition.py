"""Cells of the chips in spec/rv64im/chips/addition.py."""

from reference.trace.cells import Cells, Filler, immediate_cells, limb_array, limbs, top_bit, written
from reference.trace.clock import Row
from spec.field import inverse
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.rv64im.gadgets import LIMB_MAXIMUM

_WORD_32_LIMBS, _WORD_32_BITS = 2, 32


def _operands(row: Row) -> Cells:
    left = limb_array("left", row.step.left)
    return left | (limb_array("right", row.step.right) if "source2" in row.accesses else immediate_cells(row))


def _whole(row: Row) -> Cells:
    return _operands(row) | limb_array("result", written(row))


def _immediate(row: Row) -> Cells:
    """The carries, and the inverse for the limb at which they stop counting, if they do."""
    cells = _operands(row)
    added = cells["immediate_low"], *[cells["immediate_is_negative"] * LIMB_MAXIMUM] * (LIMBS - 1)
    carry, inverse_to_edge = 0, 0
    carries = []
    for i, limb in enumerate(limbs(row.step.left)):
        incoming, carry = carry, limb + added[i] + carry >> LIMB_BITS
        carries.append(carry)
        if i and carry != incoming:
            inverse_to_edge = inverse(limb + added[i] - LIMB_MAXIMUM)
    cells |= {f"carry_{i}": carries[i] for i in range(1, LIMBS)}
    return cells | {**limb_array("result", written(row), 1), "inverse": inverse_to_edge}


def _of_32_bits(row: Row) -> Cells:
    result = written(row)
    return {**_operands(row), **limb_array("result", result, _WORD_32_LIMBS), "sign": top_bit(result, _WORD_32_BITS)}


FILLERS: dict[str, Filler] = {
    "add": _whole,
    "sub": _whole,
    "addi": _immediate,
    "addw": _of_32_bits,
    "subw": _of_32_bits,
    "addiw": _of_32_bits,
}
