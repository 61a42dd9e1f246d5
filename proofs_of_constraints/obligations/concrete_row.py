"""A concrete row of a chip of RV64IM."""

from __future__ import annotations

from collections.abc import Mapping

from proofs_of_constraints.obligations.checked_row import CheckedRow, lookups_of
from spec.air.chip import Chip
from spec.rv64im.machine import RV64IM

RV64IM_LOOKUPS = lookups_of(RV64IM)


class ConcreteRow(CheckedRow):
    """Numbers for the cells of one row, checked against RV64IM's lookup tables."""

    def __init__(self, chip: Chip, cells: Mapping[str, int]) -> None:
        super().__init__(chip, cells, RV64IM_LOOKUPS)
