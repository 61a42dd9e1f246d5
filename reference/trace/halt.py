"""Cells of the chip in spec/rv64im/chips/halt.py."""

from reference.trace.cells import Cells, Filler, limb_array
from reference.trace.clock import Row


def _halt(row: Row) -> Cells:
    return limb_array("exit_code", row.step.right)


FILLERS: dict[str, Filler] = {"halt": _halt}
