"""Cells of the call of advice: the reference's, on arrays."""

from __future__ import annotations

from optimized.trace.calls import CallRows, call_cells
from optimized.trace.rows import Cells, limb_array


def call(rows: CallRows) -> Cells:
    """The call's own row."""
    return call_cells(rows) | limb_array("before", rows.events.before) | limb_array("word", rows.events.result)
