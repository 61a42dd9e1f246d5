"""Cells of the chips for loads and stores, aligned and misaligned."""

from __future__ import annotations

import numpy as np

from optimized.trace.rows import (
    Cells,
    Numbers,
    Rows,
    address_cells,
    byte_array,
    crossing,
    immediate_cells,
    limb,
    limb_array,
    one_hot,
    top_bit,
)
from spec.memory_map import DOUBLEWORD_BYTES
from spec.rv64im.buses import LIMBS
from spec.word import XLEN

ONE = np.uint64(1)
"""A number that numpy leaves unsigned beside unsigned ones."""


def _location(rows: Rows) -> Cells:
    return address_cells(rows) | immediate_cells(rows)


def _selected(rows: Rows) -> Numbers:
    """The number of the limb that the address is in."""
    return rows.offset >> ONE


def load(rows: Rows) -> Cells:
    """ld and the narrower loads."""
    name, before, result = rows.chip.name, rows.events.low_before, rows.result
    cells = _location(rows) | limb_array("value", before)
    if name == "ld":
        return cells
    cells["sign"] = top_bit(result, XLEN)
    if name == "load_word":
        return {**cells, "in_upper_word": rows.offset >> np.uint64(2), **limb_array("word", result, 2)}
    cells |= one_hot("in_limb", _selected(rows), LIMBS)
    if name == "load_half":
        return {**cells, "half": limb(result, 0)}
    return {
        **cells,
        "odd": rows.offset & ONE,
        **byte_array("part", limb(before, _selected(rows)), 2),
        "byte": result & np.uint64(0xFF),
        "top_bit": top_bit(result, 8),
    }


def store(rows: Rows) -> Cells:
    """sd and the narrower stores."""
    name, before, after = rows.chip.name, rows.events.low_before, rows.events.low_after
    cells = _location(rows) | limb_array("stored", rows.right) | limb_array("before", before)
    if name == "sd":
        return cells
    cells |= limb_array("after", after)
    if name == "sw":
        return {**cells, "in_upper_word": rows.offset >> np.uint64(2)}
    cells |= one_hot("in_limb", _selected(rows), LIMBS)
    if name == "sh":
        return cells
    return {
        **cells,
        "odd": rows.offset & ONE,
        **byte_array("stored_byte", rows.right, 2),
        **byte_array("part", limb(before, _selected(rows)), 2),
        "new_limb": limb(after, _selected(rows)),
    }


def _misaligned_location(rows: Rows) -> Cells:
    flags: Cells = {f"offset_is_{i}": rows.offset == i for i in range(1, DOUBLEWORD_BYTES)}
    return _location(rows) | flags | {"crossing": crossing(rows)}


def _window(name: str, low: Numbers, high: Numbers) -> Cells:
    """Sixteen bytes as a column array."""
    upper = byte_array(name, high, DOUBLEWORD_BYTES)
    moved = {f"{name}_{i + DOUBLEWORD_BYTES}": upper[f"{name}_{i}"] for i in range(DOUBLEWORD_BYTES)}
    return byte_array(name, low, DOUBLEWORD_BYTES) | moved


def load_misaligned(rows: Rows) -> Cells:
    """All loads at addresses that are no multiple of their width."""
    low, high, offset = rows.events.low_before, rows.events.high_before, rows.offset
    shift: Numbers = offset * np.uint64(8)
    # An offset is never 0, so both shifts are below 64.
    moved = (low >> shift) | (high << (np.uint64(XLEN) - shift))
    widths = rows.table.width_bytes[rows.events.word].astype(np.int64)
    last_byte = moved >> (np.abs(widths) - 1).astype(np.uint64) * np.uint64(8) & np.uint64(0xFF)
    narrow_signed = (widths < 0) & (widths > -DOUBLEWORD_BYTES)
    return {
        **_misaligned_location(rows),
        **_window("byte", low, high),
        **byte_array("moved", moved, DOUBLEWORD_BYTES),
        "last_byte": last_byte,
        "sign": np.where(narrow_signed, last_byte >> np.uint64(7), np.uint64(0)),
        **limb_array("result", rows.result),
    }


def store_misaligned(rows: Rows) -> Cells:
    """All stores at addresses that are no multiple of their width."""
    events = rows.events
    first = rows.offset.astype(np.int64)
    end = first + rows.table.width_bytes[events.word]
    covered: Cells = {f"covered_{i}": (first <= i) & (i < end) for i in range(1, 2 * DOUBLEWORD_BYTES - 1)}
    return {
        **_misaligned_location(rows),
        **byte_array("stored", rows.right, DOUBLEWORD_BYTES),
        **_window("before", events.low_before, events.high_before),
        **_window("after", events.low_after, events.high_after),
        **covered,
    }
