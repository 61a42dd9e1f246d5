"""What the first pass over an execution leaves behind, as columns: enough to build any segment without the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spec.memory_map import Space
from spec.rv64im.chips.continuation import ADDRESS_BITS

FIRST_REGISTER_KEY = int(Space.REGISTERS) << ADDRESS_BITS
"""A key is space * 2^29 + address."""


class SegmentCells(NamedTuple):
    """Addresses over one segment that touches them: by ascending key, one entry for each."""

    key: NDArray[np.uint32]
    value_in: NDArray[np.uint64]
    value_out: NDArray[np.uint64]
    last_clock: NDArray[np.uint32]
    origin: NDArray[np.uint32]
    """The index after that of the last earlier segment that touched the address; 0 if none did."""

    def between(self, start: int, stop: int) -> SegmentCells:
        """The cells at these positions."""
        return SegmentCells._make(column[start:stop] for column in self)


class RunCells(NamedTuple):
    """Addresses over the whole run: by ascending key, one entry for each."""

    key: NDArray[np.uint32]
    initial: NDArray[np.uint64]
    final: NDArray[np.uint64]
    last_segment: NDArray[np.uint32]
    """The index after that of the last segment that touches the address; 0 if none does."""

    def between(self, start: int, stop: int) -> RunCells:
        """The cells at these positions."""
        return RunCells._make(column[start:stop] for column in self)


@dataclass(frozen=True)
class SegmentPlan:
    """One segment: where it starts and ends, and every address it touches. Its cells are its checkpoint too."""

    index: int
    pc_in: int
    """A byte address."""

    pc_out: int | None
    """A byte address; None if the segment's last instruction halts."""

    rows: tuple[int, ...]
    """By chip of INSTRUCTION_CHIPS, the number of its rows."""

    clock_out: int
    cells: SegmentCells
    advice: NDArray[np.uint64]
    """What the host has answered, in order: it may depend on memory that the segment does not touch."""


@dataclass(frozen=True)
class RunPlan:
    """How the run ended, and every address that it has touched or that its output claims."""

    segment_count: int
    exit_code: int
    output: bytes
    instructions: int
    misaligned_accesses: Mapping[int, int]
    """By ascending program counter, how many misaligned loads and stores."""

    cells: RunCells


@dataclass(frozen=True)
class PlannedSegment:
    """All that one segment's trace depends on, beside the program."""

    plan: SegmentPlan
    memory: RunCells
    """The rows of the run's memory table that stand in this segment."""

    cursor_in: int
    exit_code: int
    """The exit code of the run."""

    output: bytes
    """The output of the run."""

    shape: str | None = None
    """The listed shape of the segment's tables; None if they are as low as their rows allow."""

    @property
    def cursor_out(self) -> int:
        """The key after that of the memory table's last row."""
        return int(self.memory.key[-1]) + 1 if len(self.memory.key) else self.cursor_in
