"""Clocks and addresses that the loop writes down beside executing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled


@compiled
def access(clocks: NDArray[np.uint32], place: int, clock: int) -> Any:
    """Sets the clock of a register or doubleword; returns that of the access before, 0 for none in this segment."""
    previous = clocks[place]
    clocks[place] = clock
    return previous


@compiled
def note_touched(
    touched: NDArray[np.uint32], touched_values: NDArray[np.uint64], count: int, position: int, before: Any
) -> Any:
    """Writes down a doubleword at its first access, with what it held before; returns the new count."""
    touched[count] = position
    touched_values[count] = before
    return count + 1
