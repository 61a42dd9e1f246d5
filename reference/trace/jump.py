"""Cells of the chip in spec/air/chips/jump.py."""

from reference.trace.cells import (
    Cells,
    Filler,
    address_cells,
    address_of,
    immediate_cells,
    limb_array,
    limbs,
    written,
)
from reference.trace.clock import Row
from spec.air.bus import LIMB_BITS
from spec.air.gadgets import LIMB_MAXIMUM
from spec.field import inverse


def _jalr(row: Row) -> Cells:
    immediate = immediate_cells(row)
    low, high = limbs(row.step.left, 2)
    negative = immediate["immediate_is_negative"]
    carry = low + immediate["immediate_low"] >> LIMB_BITS
    # Where the high limb counts it is off the edge.
    to_edge = high + (negative - 1) * LIMB_MAXIMUM
    return {
        **address_cells(row),
        **limb_array("link", written(row), 3),
        **immediate,
        "inverse": (carry - negative) * inverse(to_edge) if carry != negative else 0,
        "dropped_bit": address_of(row) & 1,
    }


FILLERS: dict[str, Filler] = {"jalr": _jalr}
