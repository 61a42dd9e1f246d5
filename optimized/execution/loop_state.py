"""What the compiled loop keeps from call to call, and how it says that it ended."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RUNNING, HALTED, TRAPPED, FULL, ADVISING = range(5)
"""How the loop ended. Running: after as many instructions as it may execute. Full: the next instruction has no room in
its segment, in the console's buffer or among the counted calls; it has not been executed. Advising: neither has the
next one, a call that the host has not answered yet."""

STATE_PC, STATE_CLOCK, STATE_INSTRUCTIONS, STATE_CHIP, STATE_TOUCHED = range(5)
"""Program counter, next clock, executed instructions; the chip that had no room; doublewords that the segment has
touched."""

STATE_BOUNDARY_ROWS, STATE_BOUNDARY_ROOM, STATE_ADVICE = range(5, 8)
"""Doublewords and registers that the segment has touched, how many of them it has room for; answers that it has
taken."""

STATE_SIZE = 8
"""As many as there are places above."""


class SegmentAccount(NamedTuple):
    """What the loop counts of a segment, by number of the chip, by register, or in the order of first access."""

    positions: NDArray[np.int8]
    """(chips, kinds of access): sub-clocks, as `access_positions` gives them."""

    advances: NDArray[np.int8]
    """By chip, the number of ticks that a row takes."""

    rows: NDArray[np.int64]
    room: NDArray[np.int64]
    """By chip, how many rows there is room for."""

    first_events: NDArray[np.int64]
    """By chip, where its events begin."""

    register_clocks: NDArray[np.uint32]
    touched: NDArray[np.uint32]
    """Doubleword addresses."""

    touched_values: NDArray[np.uint64]
    """What they held before."""
