"""Cells of the chip in spec/rv64im/chips/constant.py."""

from reference.trace.cells import Cells, Filler, limb_array, written
from reference.trace.clock import Row


def _constant(row: Row) -> Cells:
    return {**limb_array("value", written(row)), "next_pc": row.next_pc}


FILLERS: dict[str, Filler] = {"constant": _constant}
