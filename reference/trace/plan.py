"""What the first pass over an execution leaves behind: enough to build any segment's trace without the others."""

from __future__ import annotations

from dataclasses import dataclass

from reference.trace.packed_cells import SegmentCells
from reference.trace.run_memory import MemoryPart
from spec.memory_map import Space


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
    """By ascending key."""

    shape: str | None = None
    """The listed shape of the segment's tables; None if they are as low as their rows allow."""

    advice: tuple[int, ...] = ()
    """What the host has answered, in order: it may depend on memory that the segment does not touch."""

    @property
    def instructions(self) -> int:
        """Every row executes one."""
        return sum(self.rows)

    def values_in(self, space: Space) -> dict[int, int]:
        """By address, what the segment finds at the addresses of this space that it touches."""
        return {cell.address: cell.value_in for cell in self.cells if cell.space is space}


@dataclass(frozen=True)
class RunEnd:
    """How the run ended: what its last segment and every segment's claim depend on."""

    exit_code: int
    output: bytes
    instructions: int
    misaligned_accesses: tuple[tuple[int, int], ...] = ()
    """(program counter, how many misaligned loads and stores), by ascending program counter."""


@dataclass(frozen=True)
class PlannedSegment:
    """All that one segment's trace depends on, beside the program."""

    plan: SegmentPlan
    memory: MemoryPart
    end: RunEnd


@dataclass(frozen=True)
class RunPlan:
    """The end of the run, and the memory table spread over its segments."""

    end: RunEnd
    memory: tuple[MemoryPart, ...]
    """One for each segment."""

    @property
    def segment_count(self) -> int:
        return len(self.memory)

    def segment(self, plan: SegmentPlan) -> PlannedSegment:
        """A segment's plan together with what became known at the end of the run."""
        return PlannedSegment(plan, self.memory[plan.index], self.end)
