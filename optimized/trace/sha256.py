"""Cells of the call of SHA-256's compression function, and its orders to the work tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.trace.calls import CallRows, call_cells
from optimized.trace.rows import Cells, byte_array, limb_array
from optimized.trace.sha256_rounds import Compressions, calls_of, compressions, write_work_rows
from optimized.words import Words
from spec.air.chip import Chip
from spec.air.chips.sha256 import WORD_BITS
from spec.rv64im.chips.sha256 import BLOCK_BYTES, LAYOUT

BLOCK, STATE = slice(0, 8), slice(8, 12)
"""Where the operands' doublewords stand among a call's."""


def call(rows: CallRows) -> Cells:
    """The call's own row."""
    held, after = rows.calls.before, rows.calls.after
    cells = call_cells(rows)
    for i in range(BLOCK_BYTES // 8):
        moved = byte_array("block", held[:, i], 8)
        cells |= {f"block_{8 * i + j}": moved[f"block_{j}"] for j in range(8)}
    for i in range(4):
        before_limbs, after_limbs = limb_array("limb", held[:, 8 + i]), limb_array("limb", after[:, 8 + i])
        # In every half the difference modulo 2^32 is what the rounds have added.
        low = (after[:, 8 + i] - held[:, 8 + i]) & np.uint64(2**WORD_BITS - 1)
        high = (after[:, 8 + i] >> np.uint64(WORD_BITS)) - (held[:, 8 + i] >> np.uint64(WORD_BITS))
        added = limb_array("limb", low | high << np.uint64(WORD_BITS))
        for j in range(4):
            cells[f"before_{4 * i + j}"] = before_limbs[f"limb_{j}"]
            cells[f"rounds_{4 * i + j}"] = added[f"limb_{j}"]
            cells[f"after_{4 * i + j}"] = after_limbs[f"limb_{j}"]
    return cells


def _of_calls(held: NDArray[np.uint64]) -> Compressions:
    """The rounds of calls whose doublewords these are: (count, at least 12)."""
    in_memory = np.ascontiguousarray(held[:, BLOCK]).view("<u4")
    return compressions(np.ascontiguousarray(held[:, STATE]).view("<u4").T, in_memory.byteswap().T)


def work(chip: Chip, rows: CallRows, first: int, stop: int, main: Words) -> None:
    """Writes rows of a work table from one number to before another; rows of the calls, in their order, are given."""
    calls = calls_of(LAYOUT, chip, first, stop)
    write_work_rows(LAYOUT, chip, rows.events.clock[calls], _of_calls(rows.calls.before[calls]), first, stop, main)
