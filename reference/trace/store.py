"""Cells of the chips in spec/rv64im/chips/store.py."""

from reference.trace.cells import Cells, Filler, byte_array, limb_array
from reference.trace.clock import Row
from reference.trace.load import (
    LIMB_BYTES,
    doubleword_offset_of,
    limb_selector_cells,
    location_cells,
    selected_limb,
)


def _doubleword(row: Row) -> Cells:
    """What is stored is also what the doubleword holds afterwards."""
    memory = row.accesses["memory"]
    return location_cells(row) | limb_array("stored", row.step.right) | limb_array("before", memory.before)


def _replacing(row: Row) -> Cells:
    return _doubleword(row) | limb_array("after", row.accesses["memory"].after)


def _word(row: Row) -> Cells:
    return {**_replacing(row), "in_upper_word": doubleword_offset_of(row) // 4}


def _half(row: Row) -> Cells:
    return _replacing(row) | limb_selector_cells(row)


def _byte(row: Row) -> Cells:
    memory = row.accesses["memory"]
    return {
        **_replacing(row),
        **limb_selector_cells(row),
        "odd": doubleword_offset_of(row) % LIMB_BYTES,
        **byte_array("stored_byte", row.step.right, LIMB_BYTES),
        **byte_array("part", selected_limb(row, memory.before), LIMB_BYTES),
        "new_limb": selected_limb(row, memory.after),
    }


FILLERS: dict[str, Filler] = {"sd": _doubleword, "sw": _word, "sh": _half, "sb": _byte}
