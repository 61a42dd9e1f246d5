"""Cells of the chips in spec/rv64im/chips/load.py, and how an address selects parts of a doubleword."""

from reference.trace.cells import (
    Cells,
    Filler,
    address_cells,
    address_of,
    array,
    bytes_of,
    immediate_cells,
    limb_array,
    limbs,
    top_bit,
    written,
)
from reference.trace.clock import Row
from spec.memory_map import DOUBLEWORD_BYTES
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.word import XLEN

LIMB_BYTES = 2
"""A limb has 16 bits."""


def location_cells(row: Row) -> Cells:
    """Base, immediate and address of a load or store."""
    return address_cells(row) | immediate_cells(row)


def doubleword_offset_of(row: Row) -> int:
    """The position of the address in its doubleword, in bytes."""
    return address_of(row) % DOUBLEWORD_BYTES


def limb_selector_cells(row: Row) -> Cells:
    """Which limb of the doubleword the address is in."""
    selected = doubleword_offset_of(row) // LIMB_BYTES
    return array("in_limb", [int(i == selected) for i in range(LIMBS)])


def selected_limb(row: Row, doubleword: int) -> int:
    """The limb that the address is in."""
    return limbs(doubleword)[doubleword_offset_of(row) // LIMB_BYTES]


def _loading(row: Row) -> Cells:
    return location_cells(row) | limb_array("value", row.accesses["memory"].before)


def _sign(row: Row) -> Cells:
    """A narrow load's extension is the top bit of what it writes."""
    return {"sign": top_bit(written(row), XLEN)}


def _word(row: Row) -> Cells:
    upper = doubleword_offset_of(row) // 4
    return {**_loading(row), "in_upper_word": upper, **limb_array("word", written(row), 2), **_sign(row)}


def _half(row: Row) -> Cells:
    return {**_loading(row), **limb_selector_cells(row), "half": written(row) % 2**LIMB_BITS, **_sign(row)}


def _byte(row: Row) -> Cells:
    return {
        **_loading(row),
        **limb_selector_cells(row),
        "odd": doubleword_offset_of(row) % LIMB_BYTES,
        **array("part", bytes_of(selected_limb(row, row.accesses["memory"].before), LIMB_BYTES)),
        "byte": written(row) % 256,
        "top_bit": top_bit(written(row), 8),
        **_sign(row),
    }


FILLERS: dict[str, Filler] = {"ld": _loading, "load_word": _word, "load_half": _half, "load_byte": _byte}
