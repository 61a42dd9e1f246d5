"""How much fits in one segment: its cost at padded heights, and its clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from spec.air.chip import Chip
from spec.cost import row_cost
from spec.parameters import MAXIMUM_HEIGHT_LOG2
from spec.protocol.shape import FIRST_CLOCK, rows_of
from spec.rv64im.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.rv64im.heights import instance_heights, padded_height
from spec.rv64im.machine import (
    CALL_CHIPS,
    CHIP_BY_NAME,
    CLOCK_LIMIT,
    INSTRUCTION_CHIPS,
    MAXIMUM_SEGMENTS,
    RV64IM,
    WORK_ROWS,
)


@dataclass(frozen=True)
class SegmentLimits:
    """When a segment ends, and how many rows of the memory table a segment holds."""

    cost: int | None = 2**28
    """At most so much of the cost metric (`spec.cost`) in instruction, work and boundary tables; the fixed
    tables come on top and are the same for every segment. None: as much as the clock allows. Of 2^27 to 2^30 the
    default proves a long run in the least time, in about 2 GB; at 2^30 a segment of four million instructions takes
    3.4 GB."""

    clock: int = CLOCK_LIMIT
    """The exclusive bound on clocks at padded heights: at most the verifier's."""

    memory_rows: int = 2**18
    """Rows of the run's memory table in one segment, unless the run has too few segments."""

    tallest_log2: int = MAXIMUM_HEIGHT_LOG2
    """No table is higher than 2^tallest_log2: what the parameter set's stacking heights hold."""

    shape: str | None = None
    """The listed shape of every segment: its tables' heights stand in for the limits on cost and clock."""


def limits_of_heights(tallest_log2: int) -> SegmentLimits:
    """The default limits where no table may be higher."""
    default = SegmentLimits()
    return replace(default, tallest_log2=tallest_log2, memory_rows=min(default.memory_rows, 1 << tallest_log2))


NO_LIMITS = SegmentLimits(cost=None)
"""As much in one segment as the verifier allows."""


def limits_of_shape(shape: str) -> SegmentLimits:
    """The limits of segments of a listed shape."""
    return SegmentLimits(cost=None, memory_rows=rows_of(RV64IM.listed_shapes[shape][MEMORY_TABLE.name]), shape=shape)


_BOUNDARY_ROW_COST = row_cost(BOUNDARY).total


@dataclass(frozen=True)
class Extent:
    """The tables of so many rows of an instruction chip, and of the work that they order."""

    room: int
    """The rows of the chip for which they are high enough."""

    tallest: int
    ticks: int
    """What they count in the bound on the clock."""

    cost: int


NO_TABLES = Extent(0, 0, 0, 0)


def extent_of(chip: Chip, rows: int) -> Extent:
    """The tables that hold so many rows of an instruction chip with what they order."""
    parts = [(chip, 1), *((CHIP_BY_NAME[name], count) for name, count in WORK_ROWS.get(chip.name, {}).items())]
    heights = [instance_heights(rows * count) for _, count in parts]
    sums = [(part, count, sum(of)) for (part, count), of in zip(parts, heights, strict=True)]
    return Extent(
        room=min(height // count for _, count, height in sums),
        tallest=max(height for of in heights for height in of),
        ticks=sum(height * part.accesses for part, _, height in sums),
        cost=sum(height * row_cost(part).total for part, _, height in sums),
    )


def least_row_cost() -> int:
    """What the cheapest instruction adds to the cost of its segment."""
    return min(row_cost(chip).total for chip in INSTRUCTION_CHIPS)


def least_cost(*, calls: bool = True) -> int:
    """The smallest limit on cost that has room for one instruction, whichever it is, calls apart if told so."""
    return max(
        extent_of(chip, 1).cost + padded_height(chip.accesses) * _BOUNDARY_ROW_COST
        for chip in INSTRUCTION_CHIPS
        if calls or chip not in CALL_CHIPS
    )


def most_instructions(limits: SegmentLimits) -> int:
    """More instructions than this do not fit in a run's segments of these limits: at best every instruction has the row
    that takes the least."""
    if limits.shape is not None:
        heights_log2 = RV64IM.listed_shapes[limits.shape]
        of_segment = sum(_room_of_shape(chip, heights_log2) for chip in INSTRUCTION_CHIPS)
    else:
        of_segment = limits.clock // min(chip.accesses for chip in INSTRUCTION_CHIPS)
        if limits.cost is not None:
            of_segment = min(of_segment, limits.cost // least_row_cost())
    return MAXIMUM_SEGMENTS * of_segment


def _room_of_shape(chip: Chip, heights_log2: Mapping[str, tuple[int, ...]]) -> int:
    """The rows of an instruction chip for which a listed shape has room, in its tables and in those of its work. None
    for a chip that the shape leaves out."""
    parts = {chip.name: 1, **WORK_ROWS.get(chip.name, {})}
    return min(rows_of(heights_log2.get(name, ())) // count for name, count in parts.items())


class SegmentMeter:
    """Counts the rows of a segment under construction. Chips go by their number in INSTRUCTION_CHIPS."""

    def __init__(self, limits: SegmentLimits) -> None:
        self.rows = [0] * len(INSTRUCTION_CHIPS)
        """The rows so far, by chip: the caller adds to them."""

        self.room = [0] * len(INSTRUCTION_CHIPS)
        """By chip, the rows of its tables as high as they have to be so far."""

        self.boundary_room = 0
        """The rows of the boundary table as high as it has to be so far."""

        self._limits = limits
        self._extents = [NO_TABLES] * len(INSTRUCTION_CHIPS)
        """By chip, its tables and their work tables as high as they have to be so far."""

        self._clock_end = FIRST_CLOCK
        self._cost = 0
        """In these tables."""

        if limits.shape is not None:
            heights = RV64IM.listed_shapes[limits.shape]
            self.room = [_room_of_shape(chip, heights) for chip in INSTRUCTION_CHIPS]
            self.boundary_room = rows_of(heights[BOUNDARY.name])

    def makes_room(self, number: int, boundary_rows: int) -> bool:
        """Whether one row more of this chip and so many boundary rows fit; if they do, there is room for them."""
        limits = self._limits
        if limits.shape is not None:
            return self.rows[number] < self.room[number] and boundary_rows <= self.boundary_room
        before, extent = self._extents[number], extent_of(INSTRUCTION_CHIPS[number], self.rows[number] + 1)
        boundary_room = padded_height(boundary_rows)
        if max(extent.tallest, boundary_room) > 1 << limits.tallest_log2:
            return False
        clock = self._clock_end + extent.ticks - before.ticks
        cost = self._cost + extent.cost - before.cost
        if clock > limits.clock:
            return False
        if limits.cost is not None and cost + boundary_room * _BOUNDARY_ROW_COST > limits.cost:
            return False
        self.room[number], self.boundary_room = extent.room, boundary_room
        self._extents[number] = extent
        self._clock_end, self._cost = clock, cost
        return True
