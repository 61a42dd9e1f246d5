"""Cells of the chips in spec/rv64im/chips/addition.py."""

from reference.trace.cells import Cells, Filler, immediate_cells, limb_array, top_bit, written
from reference.trace.clock import Row

_HALF_LIMBS, _HALF_BITS = 2, 32


def _operands(row: Row) -> Cells:
    left = limb_array("left", row.step.left)
    return left | (limb_array("right", row.step.right) if "source2" in row.accesses else immediate_cells(row))


def _whole(row: Row) -> Cells:
    return _operands(row) | limb_array("result", written(row))


def _half(row: Row) -> Cells:
    result = written(row)
    return {**_operands(row), **limb_array("result", result, _HALF_LIMBS), "sign": top_bit(result, _HALF_BITS)}


FILLERS: dict[str, Filler] = {
    "add": _whole,
    "sub": _whole,
    "addi": _whole,
    "addw": _half,
    "subw": _half,
    "addiw": _half,
}
