"""The proving cost metric: one number that says how much work a proof is, known without proving.

C counts, at padded height, the cells that the prover commits to and, ten times each, the interactions: a message costs
about as much in the bus circuit as ten cells cost in all. It follows from the heights of the tables alone, hence from
program and input; proving time is close to k * C + b with constants of the machine that proves. Fixed columns do not
count: a key holds the program's, and the machine's are not committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from spec.air.chip import Chip
from spec.protocol.shape import SegmentShape

COST_VERSION = "limpid cost 2"
"""The version of the metric's definition: costs of different versions do not compare."""

CELLS_PER_INTERACTION = 10
"""The weight of an interaction, measured: its part of the bus circuit and of the zerocheck over that of a cell."""


@dataclass(frozen=True)
class RowCost:
    """What one row of a chip costs."""

    cells: int
    """Committed columns."""

    interactions: int

    @property
    def total(self) -> int:
        return self.cells + CELLS_PER_INTERACTION * self.interactions


def row_cost(chip: Chip) -> RowCost:
    """The cost of one row of the chip, from its declaration."""
    return RowCost(len(chip.columns), len(chip.interactions))


@dataclass(frozen=True)
class Cost:
    """The proving cost of a run."""

    by_chip: Mapping[str, int]
    """The cost of each chip's tables at padded height, of chips that have one."""

    @property
    def total(self) -> int:
        """The metric C."""
        return sum(self.by_chip.values())

    def __add__(self, other: Cost) -> Cost:
        costs = dict(self.by_chip)
        for name, cost in other.by_chip.items():
            costs[name] = costs.get(name, 0) + cost
        return Cost(MappingProxyType(costs))


def segment_cost(shape: SegmentShape) -> Cost:
    """The cost of a segment with these heights; a run costs the sum over its segments."""
    costs: dict[str, int] = {}
    for table in shape.tables:
        costs[table.chip.name] = costs.get(table.chip.name, 0) + table.height * row_cost(table.chip).total
    return Cost(MappingProxyType(costs))
