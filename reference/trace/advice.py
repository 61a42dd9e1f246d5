"""Cells of the chip in spec/rv64im/chips/advice.py."""

from __future__ import annotations

from reference.trace.cells import Cells, Filler, limb_array
from reference.trace.clock import Row
from spec.isa.calls import ADVICE


def _advice(row: Row) -> Cells:
    result = row.accesses["result"]
    return limb_array("before", result.before) | limb_array("word", result.after)


FILLERS: dict[str, Filler] = {ADVICE.name: _advice}
