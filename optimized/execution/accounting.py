"""Clocks and addresses that the loop writes down beside executing."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import borrowing
from optimized.execution.loop_state import SegmentAccount
from optimized.execution.memory_access import Contents, MemoryAccess
from optimized.execution.operations import Word
from optimized.execution.predecoded import ACCESS_KINDS, Predecoded

SOURCE1 = ACCESS_KINDS["source1"]
SOURCE2 = ACCESS_KINDS["source2"]
MEMORY = ACCESS_KINDS["memory"]
MEMORY_NEXT = ACCESS_KINDS["memory_next"]
DESTINATION = ACCESS_KINDS["destination"]

NEVER = np.uint32(0)
"""The clock of an access that was not made in this segment."""


class Operands(NamedTuple):
    """What an instruction's registers hold before it."""

    left: Word
    right: Word
    destination: Word


class PreviousClocks(NamedTuple):
    """The clocks of the accesses before those of an instruction; NEVER where there is none, or no access."""

    source1: Word
    source2: Word
    memory: Word
    memory_next: Word
    destination: Word


@borrowing
def access(clocks: NDArray[np.uint32], place: int, clock: int) -> Any:
    """Sets the clock of a register or doubleword; returns that of the access before, 0 for none in this segment."""
    previous = clocks[place]
    clocks[place] = clock
    return previous


@borrowing
def note_touched(
    touched: NDArray[np.uint32], touched_values: NDArray[np.uint64], count: int, position: int, before: Any
) -> Any:
    """Writes down a doubleword at its first access, with what it held before; returns the new count."""
    touched[count] = position
    touched_values[count] = before
    return count + 1


@borrowing
def note_accesses(
    account: SegmentAccount,
    clocks: NDArray[np.uint32],
    code: Predecoded,
    word: int,
    chip: int,
    clock: int,
    accesses_memory: bool,
    at: MemoryAccess,
) -> tuple[PreviousClocks, int]:
    """Gives the accesses of an instruction their clocks; the clocks before, and how many places are new."""
    positions, registers = account.positions, account.register_clocks
    source1 = source2 = memory = memory_next = destination = NEVER
    new = 0
    if positions[chip, SOURCE1] >= 0:
        source1 = access(registers, code.source1[word], clock + positions[chip, SOURCE1])
        new += source1 == NEVER
    if positions[chip, SOURCE2] >= 0:
        source2 = access(registers, code.source2[word], clock + positions[chip, SOURCE2])
        new += source2 == NEVER
    if accesses_memory:
        memory = access(clocks, at.position, clock + positions[chip, MEMORY])
        new += memory == NEVER
        if at.crosses:
            memory_next = access(clocks, at.position + 1, clock + positions[chip, MEMORY_NEXT])
            new += memory_next == NEVER
    if positions[chip, DESTINATION] >= 0:
        destination = access(registers, code.destination[word], clock + positions[chip, DESTINATION])
        new += destination == NEVER
    return PreviousClocks(source1, source2, memory, memory_next, destination), new


@borrowing
def has_room(account: SegmentAccount, chip: int, boundary_rows: int, boundary_room: int) -> bool:
    """Whether the segment has room for a row of the chip, as if each of its accesses touched a further address."""
    return bool(account.rows[chip] < account.room[chip] and boundary_rows + account.advances[chip] <= boundary_room)


@borrowing
def note_new_doublewords(
    account: SegmentAccount, count: int, at: MemoryAccess, previous: PreviousClocks, contents: Contents
) -> Any:
    """Writes down the doublewords that a load or store is the first to touch; returns the new count."""
    if previous.memory == NEVER:
        count = note_touched(account.touched, account.touched_values, count, at.position, contents.low_before)
    if at.crosses and previous.memory_next == NEVER:
        count = note_touched(account.touched, account.touched_values, count, at.position + 1, contents.high_before)
    return count
