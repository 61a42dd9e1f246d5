"""What the executor writes down of every instruction, compactly: arrays in which each chip has its part."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import borrowing
from optimized.execution.accounting import Operands, PreviousClocks
from optimized.execution.instruction import Effect
from optimized.execution.loop_state import HALTED
from optimized.memory import arrays
from optimized.memory.reserve import WORD_BYTES
from spec.rv64im.program_row import HALTED as HALTED_PC


class Events(NamedTuple):
    """One entry per executed instruction, (count,) each: by chip, then in the order of execution. What an instruction
    does not do is 0."""

    word: NDArray[np.uint32]
    """Index into the predecoded program."""

    next_pc: NDArray[np.uint32]
    """As on the state bus."""

    clock: NDArray[np.uint32]
    left: NDArray[np.uint64]
    right: NDArray[np.uint64]
    before: NDArray[np.uint64]
    """The destination's value before; after it is `result`."""

    result: NDArray[np.uint64]
    low_before: NDArray[np.uint64]
    low_after: NDArray[np.uint64]
    high_before: NDArray[np.uint64]
    """The second doubleword of an access that crosses."""

    high_after: NDArray[np.uint64]
    source1_previous: NDArray[np.uint32]
    """The clock of the previous access to the same place, here and below."""

    source2_previous: NDArray[np.uint32]
    memory_previous: NDArray[np.uint32]
    memory_next_previous: NDArray[np.uint32]
    destination_previous: NDArray[np.uint32]

    def between(self, start: int, stop: int) -> Events:
        """The events at these positions."""
        return Events._make(array[start:stop] for array in self)


_TYPES = dict(zip(Events._fields, (*(np.uint32,) * 3, *(np.uint64,) * 8, *(np.uint32,) * 5), strict=True))

_OF_FEW_CHIPS = {"low_before", "low_after", "high_before", "high_after", "memory_previous", "memory_next_previous"}
"""What loads and stores alone have: the system provides pages when they are written, so the rest takes no memory."""


def empty_events(count: int) -> Events:
    """Room for so many events, in memory that is used again where most instructions write."""
    columns: dict[str, Any] = {}
    for name, kind in _TYPES.items():
        if name in _OF_FEW_CHIPS:
            columns[name] = np.zeros(count, dtype=kind)
        else:
            columns[name] = arrays.zeros(count * np.dtype(kind).itemsize // WORD_BYTES).view(kind)
    return Events(**columns)


def first_positions(rows: Sequence[int]) -> list[int]:
    """Where the events of each chip begin, for so many rows of each; at the end, how many events there are."""
    return [0, *accumulate(rows)]


@borrowing
def record_event(
    events: Events,
    event: int,
    operands: Operands,
    effect: Effect,
    previous: PreviousClocks,
    has_destination: bool,
    accesses_memory: bool,
    crosses: bool,
) -> None:
    """Writes down what an instruction does, but for its word and clock."""
    events.next_pc[event] = HALTED_PC if effect.status == HALTED else effect.next_pc >> 2
    events.left[event] = operands.left
    events.right[event] = operands.right
    events.source1_previous[event] = previous.source1
    events.source2_previous[event] = previous.source2
    if has_destination:
        events.destination_previous[event] = previous.destination
        events.before[event] = operands.destination
        events.result[event] = effect.result
    if accesses_memory:
        events.memory_previous[event] = previous.memory
        events.low_before[event] = effect.contents.low_before
        events.low_after[event] = effect.contents.low_after
        if crosses:
            events.memory_next_previous[event] = previous.memory_next
            events.high_before[event] = effect.contents.high_before
            events.high_after[event] = effect.contents.high_after
