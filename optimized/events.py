"""What the executor writes down of every instruction, compactly: arrays in the order of execution."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Events:
    """One entry per executed instruction, (count,) each. What an instruction does not do is 0."""

    word: NDArray[np.uint32]
    """Index into the predecoded program."""

    chip: NDArray[np.int8]
    clock: NDArray[np.uint32]
    left: NDArray[np.uint64]
    right: NDArray[np.uint64]
    before: NDArray[np.uint64]
    """The destination's value before; after it is `result`."""

    result: NDArray[np.uint64]
    low_before: NDArray[np.uint64]
    low_after: NDArray[np.uint64]
    high_before: NDArray[np.uint64]
    """Of the second doubleword of an access that crosses."""

    high_after: NDArray[np.uint64]
    source1_previous: NDArray[np.uint32]
    """The clock of the previous access to the same place, here and below."""

    source2_previous: NDArray[np.uint32]
    memory_previous: NDArray[np.uint32]
    memory_next_previous: NDArray[np.uint32]
    destination_previous: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.word)

    def taken(self, rows: NDArray[np.int64] | slice) -> Events:
        """The events at these positions."""
        return Events(*(getattr(self, field.name)[rows] for field in fields(self)))


_TYPES = (
    np.uint32,
    np.int8,
    np.uint32,
    *(np.uint64,) * 8,
    *(np.uint32,) * 5,
)


def empty_events(count: int) -> Events:
    """Room for so many events."""
    arrays: list[Any] = [np.zeros(count, dtype=kind) for kind in _TYPES]
    return Events(*arrays)
