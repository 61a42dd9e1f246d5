"""Cells of the chips in spec/rv64im/chips/bitwise.py."""

from reference.trace.cells import Cells, Filler, array, byte_array, limbs, top_bit, written
from reference.trace.clock import Row
from spec.word import INTEGER_WORDS, XLEN


def _register(row: Row) -> Cells:
    left, right = row.step.left, row.step.right
    return byte_array("left", left, 8) | byte_array("right", right, 8) | byte_array("both", left & right, 8)


def _immediate(row: Row) -> Cells:
    left, immediate = row.step.left, INTEGER_WORDS.constant(row.step.decoded.immediate)
    return {
        **byte_array("left", left, 2),
        **array("left_upper", limbs(left)[1:]),
        **byte_array("immediate", immediate, 2),
        "immediate_is_negative": top_bit(immediate, XLEN),
        **byte_array("both", left & immediate, 2),
        **array("result_upper", limbs(written(row))[1:]),
    }


FILLERS: dict[str, Filler] = {
    **dict.fromkeys(("and", "or", "xor"), _register),
    **dict.fromkeys(("andi", "ori", "xori"), _immediate),
}
