"""What is proven: the tables of one segment and what the proof says in public."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reference.arrays.field_arrays import Matrix
from spec.air.chip import Chip
from spec.air.machine import Machine
from spec.protocol.shape import SegmentShape


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of one instance of a chip. Raises ValueError for cells that do not have the chip's shape."""

    chip: Chip
    main: Matrix
    """(height, number of main columns), canonical elements; the height is a power of two, at least 2."""

    fixed: Matrix
    """(height, number of fixed columns)."""

    def __post_init__(self) -> None:
        height = self.height
        if height < 1 or height & (height - 1):
            raise ValueError(f"table {self.chip.name}: height {height} is not a power of two")
        for kind, cells, columns in (
            ("main", self.main, self.chip.columns),
            ("fixed", self.fixed, self.chip.fixed_columns),
        ):
            if cells.shape != (height, len(columns)):
                shape = f"{(height, len(columns))}"
                raise ValueError(f"table {self.chip.name}: the {kind} cells have shape {cells.shape}, not {shape}")

    @property
    def height(self) -> int:
        return len(self.main)

    @property
    def height_log2(self) -> int:
        return self.height.bit_length() - 1


@dataclass(frozen=True, eq=False)
class Trace:
    """One segment: its tables in machine order, instances of a chip next to each other, the highest first.

    A chip without a table is absent, which is part of the segment's shape.
    """

    machine: Machine
    tables: tuple[Table, ...]
    public_values: dict[str, int]
    """By the names in the machine's public values, canonical elements."""

    output: bytes
    """The claimed output of the whole run."""

    @cached_property
    def shape(self) -> SegmentShape:
        """The heights of the tables."""
        heights: dict[str, tuple[int, ...]] = {chip.name: () for chip in self.machine.chips}
        for table in self.tables:
            heights[table.chip.name] += (table.height_log2,)
        return SegmentShape(self.machine, heights)

    def instance(self, position: int) -> int:
        """Which instance of its chip the table at this position is, counted from 0."""
        chip = self.tables[position].chip
        return sum(table.chip is chip for table in self.tables[:position])


def without_fixed_columns(height: int) -> Matrix:
    """The fixed cells of a table that has none: (height, 0)."""
    return np.empty((height, 0), dtype=np.uint64)
