"""Cells of the chip in spec/rv64im/chips/jump.py."""

from reference.trace.cells import Cells, Filler, address_cells, address_of, immediate_cells, limb_array, written
from reference.trace.clock import Row


def _jalr(row: Row) -> Cells:
    return {
        **address_cells(row),
        **limb_array("link", written(row), 3),
        **immediate_cells(row),
        "dropped_bit": address_of(row) & 1,
    }


FILLERS: dict[str, Filler] = {"jalr": _jalr}
