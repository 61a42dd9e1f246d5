"""The proving cost metric: one number that says how much work a proof is, known without proving.

C counts the base-field cells that the prover commits to, at padded height: main columns, LogUp columns (an extension
element is six cells) and quotient columns, of every table, lookup tables included. It follows from the heights of the
tables alone, hence from program and input; proving time is close to k * C + b with constants of the machine that
proves. Fixed columns do not count: a key holds them, committed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from spec.air.chip import Chip
from spec.field import EXTENSION_DEGREE
from spec.protocol.recursion_shapes import RECURSION_SHAPES
from spec.protocol.shape import QUOTIENT_CHUNKS, SegmentShape, TableShape, listed_segment

COST_VERSION = "limpid cost 1"
"""Of the metric's definition: costs of different versions do not compare."""

QUOTIENT_CELLS = QUOTIENT_CHUNKS * EXTENSION_DEGREE
"""Cells in each row of a quotient; there is one quotient for each distinct height of a segment."""


@dataclass(frozen=True)
class RowCells:
    """The committed cells in one row of a chip."""

    main: int
    logup: int

    @property
    def total(self) -> int:
        return self.main + self.logup


def row_cells(chip: Chip) -> RowCells:
    """The committed cells in one row of the chip, from its declaration."""
    return RowCells(len(chip.columns), sum(TableShape(chip, 0).logup_widths()))


@dataclass(frozen=True)
class Cost:
    """The proving cost of a run."""

    cells_by_chip: Mapping[str, int]
    """Main and LogUp cells at padded height by chip name, of chips that have a table."""

    quotient_cells: int

    @property
    def total(self) -> int:
        """The metric C."""
        return sum(self.cells_by_chip.values()) + self.quotient_cells

    def __add__(self, other: Cost) -> Cost:
        cells = dict(self.cells_by_chip)
        for name, count in other.cells_by_chip.items():
            cells[name] = cells.get(name, 0) + count
        return Cost(MappingProxyType(cells), self.quotient_cells + other.quotient_cells)


def segment_cost(shape: SegmentShape) -> Cost:
    """The cost of a segment with these heights; a run costs the sum over its segments."""
    cells: dict[str, int] = {}
    for table in shape.tables:
        cells[table.chip.name] = cells.get(table.chip.name, 0) + table.height * row_cells(table.chip).total
    quotient = sum(QUOTIENT_CELLS << height_log2 for height_log2 in shape.distinct_heights)
    return Cost(MappingProxyType(cells), quotient)


def cheapest_shape(rows: Mapping[str, int], fixed_heights_log2: Mapping[str, int]) -> str:
    """The listed shape in whose segments so many rows of each instruction chip cost least; touched memory apart."""

    def cost(name: str) -> int:
        heights = RECURSION_SHAPES[name]
        segments = max(-(-count // (1 << heights[chip])) for chip, count in rows.items())
        return segments * segment_cost(listed_segment(name, fixed_heights_log2)).total

    return min(RECURSION_SHAPES, key=cost)
