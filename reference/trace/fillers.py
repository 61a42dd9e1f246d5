"""From rows to tables: every chip's filler, and cells in the order of the chip's columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reference.arrays.field_arrays import Matrix
from reference.trace import (
    addition,
    advice,
    bitwise,
    branch,
    comparison,
    constant,
    divide,
    halt,
    jump,
    keccak,
    load,
    misaligned,
    modular,
    multiply,
    sha256,
    shift,
    store,
)
from reference.trace.cells import Cells, Filler, WorkFiller, common_cells
from reference.trace.clock import Row
from reference.trace.errors import WitnessError
from spec.air.chip import Chip
from spec.field import P
from spec.rv64im.machine import CHIP_BY_NAME

FILLERS: dict[str, Filler] = {
    **constant.FILLERS,
    **addition.FILLERS,
    **bitwise.FILLERS,
    **shift.FILLERS,
    **comparison.FILLERS,
    **branch.FILLERS,
    **jump.FILLERS,
    **load.FILLERS,
    **store.FILLERS,
    **misaligned.FILLERS,
    **multiply.FILLERS,
    **divide.FILLERS,
    **halt.FILLERS,
    **keccak.FILLERS,
    **sha256.FILLERS,
    **modular.FILLERS,
    **advice.FILLERS,
}
"""By chip name."""

WORK_FILLERS: dict[str, WorkFiller] = {**keccak.WORK_FILLERS, **sha256.WORK_FILLERS}
"""By the name of the call that orders the work."""


def instruction_cells(row: Row) -> list[int]:
    """An instruction row's cells in the order of its chip's columns.

    Raises WitnessError if the chip's filler is missing or wrong.
    """
    if row.chip.name not in FILLERS:
        raise WitnessError(f"{row.chip.name}: no filler in FILLERS of its family's module in reference/trace")
    return in_order(row.chip, common_cells(row) | FILLERS[row.chip.name](row))


def work_cells(row: Row) -> list[tuple[str, list[int]]]:
    """The rows of work tables that an instruction row orders: table and cells.

    Raises WitnessError if the chip's filler is missing or wrong.
    """
    if row.chip.name not in WORK_FILLERS:
        return []
    return [(name, in_order(CHIP_BY_NAME[name], cells)) for name, cells in WORK_FILLERS[row.chip.name](row)]


def in_order(chip: Chip, cells: Cells) -> list[int]:
    """The cells by the chip's columns. Raises WitnessError if they are not exactly the columns."""
    if len(cells) != len(chip.columns) or not all(name in cells for name in chip.columns):
        differing = sorted(set(chip.columns).symmetric_difference(cells))
        raise WitnessError(f"{chip.name}: columns and filled cells differ in {', '.join(differing)}")
    return [cells[name] for name in chip.columns]


def padded_matrix(chip: Chip, rows: Sequence[Sequence[int]], height: int) -> Matrix:
    """Rows of cells as canonical elements, with rows of zeros up to the height: (height, width).

    Every chip with a flag for real rows is satisfied by a row of zeros, which sends and receives nothing.
    """
    matrix = np.zeros((height, len(chip.columns)), dtype=np.uint64)
    if rows:
        matrix[: len(rows)] = np.array(rows, dtype=np.int64) % P
    return matrix
