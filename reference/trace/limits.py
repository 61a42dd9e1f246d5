"""How much fits in one segment: cells at padded heights, and the clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reference.trace.heights import instance_heights, padded_height
from spec.air.chip import Chip
from spec.air.chips.continuation import BOUNDARY
from spec.air.limits import CLOCK_LIMIT, clock_end
from spec.air.machine import INSTRUCTION_CHIPS
from spec.cost import row_cells


@dataclass(frozen=True)
class SegmentLimits:
    """When a segment ends, and how many rows of the memory table a segment holds."""

    area_cells: int | None = 2**27
    """At most so many cells at padded heights, main and LogUp, in the instruction tables and the boundary table; the
    fixed tables' cells come on top and are the same for every segment. None: as many as the clock allows."""

    clock: int = CLOCK_LIMIT
    """The exclusive bound on clocks at padded heights: at most the verifier's."""

    memory_rows: int = 2**18
    """Rows of the run's memory table in one segment, unless the run has too few segments."""


NO_LIMITS = SegmentLimits(area_cells=None)
"""As much in one segment as the verifier allows."""


class SegmentMeter:
    """Counts the rows of a segment under construction."""

    def __init__(self, limits: SegmentLimits) -> None:
        self._limits = limits
        self._rows: Counter[str] = Counter()
        self._room: Counter[str] = Counter()
        """By chip name, the rows of its tables as high as they have to be so far."""

    def admits(self, chip: Chip, touched: int) -> bool:
        """Whether a row of this chip fits in the segment, which has touched so many addresses.

        Every access of the row is counted as if it touched a further address.
        """
        rows, boundary_rows = self._rows[chip.name] + 1, touched + chip.accesses
        if rows <= self._room[chip.name] and boundary_rows <= self._room[BOUNDARY.name]:
            return True
        instructions = table_heights({**self._rows, chip.name: rows})
        if clock_end(instructions) > self._limits.clock:
            return False
        boundary_height = padded_height(boundary_rows)
        tables = [*instructions, (BOUNDARY, boundary_height)]
        area_cells = sum(height * row_cells(chip).total for chip, height in tables)
        if self._limits.area_cells is not None and area_cells > self._limits.area_cells:
            return False
        self._room[chip.name] = sum(instance_heights(rows))
        self._room[BOUNDARY.name] = boundary_height
        return True

    def add(self, chip: Chip) -> None:
        """A row that fits has been added."""
        self._rows[chip.name] += 1

    def rows(self) -> tuple[int, ...]:
        """By chip of INSTRUCTION_CHIPS, the rows that have been added."""
        return tuple(self._rows[chip.name] for chip in INSTRUCTION_CHIPS)


def table_heights(row_counts: Mapping[str, int]) -> list[tuple[Chip, int]]:
    """The heights of the instruction tables for these numbers of rows by chip name, in machine order."""
    return [(chip, height) for chip in INSTRUCTION_CHIPS for height in instance_heights(row_counts.get(chip.name, 0))]
