"""Stacking: the columns of row-major tables laid end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimized.commitment.streaming import is_streamed, store_streaming
from optimized.compilation import compiled
from optimized.lanes.vectors import LANES, load, prefetch, store, transpose_square, word_at
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.words import Words, words
from reference.tables import Table
from spec.protocol.stacking import Commitment, Stacking

STACKING_BLOCK_ROWS = 64
"""Rows that are turned into columns together: four lines of the cache of each column."""

TASK_ROWS = 1 << 10
"""Less is copied sooner than another thread is woken."""

SMALLEST_PREFIX_LOG2 = 8
"""A last stacked column with little in it is this long at least."""

MARGIN = LANES << 7
"""Whole rows of cells may be read, one for each lane."""


@dataclass(frozen=True, eq=False)
class StackedColumns:
    """Stacked columns of 2^height_log2 cells in flat memory, one after the other.

    All but the last have their whole length; of the last, only the first 2^last_log2 cells are kept, where all that
    are not zero lie. Behind them come MARGIN zeros.
    """

    cells: Words
    count: int
    height_log2: int
    used: int
    """The cells of table columns."""

    @property
    def last_log2(self) -> int:
        in_last = self.used - ((self.count - 1) << self.height_log2)
        return min(self.height_log2, max(SMALLEST_PREFIX_LOG2, (in_last - 1).bit_length()))

    @property
    def kept(self) -> int:
        """The cells without the margin."""
        return ((self.count - 1) << self.height_log2) + (1 << self.last_log2)

    @property
    def prefixes_log2(self) -> NDArray[np.int64]:
        """How long each column is."""
        return np.array([self.height_log2] * (self.count - 1) + [self.last_log2], dtype=np.int64)

    def dense(self) -> Words:
        """All columns at their whole length: (count, 2^height_log2)."""
        result = np.zeros(self.count << self.height_log2, dtype=np.uint32)
        result[: self.kept] = self.cells[: self.kept]
        return result.reshape(self.count, -1)


@compiled
def _copy_columns(
    address: int,
    height: int,
    width: int,
    targets: NDArray[np.int64],
    cells: Words,
    streams: bool,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop, a multiple of the block's, of a table in memory: column c goes to targets[c]."""
    columns = np.empty((width + LANES) * STACKING_BLOCK_ROWS, dtype=np.uint32)
    square = np.empty(LANES * LANES, dtype=np.uint32)
    end = height * width
    for row in range(start, stop, STACKING_BLOCK_ROWS):
        # Loads of whole lanes go on into the next row, which the last row of a table does not have.
        is_inside = (row + STACKING_BLOCK_ROWS) * width + LANES <= end
        for column in range(0, width, LANES):
            for first in range(0, STACKING_BLOCK_ROWS, LANES):
                at = (row + first) * width + column
                if is_inside:
                    # The rows of the next block are asked for meanwhile.
                    for lane in range(LANES):
                        prefetch(address, min(at + (STACKING_BLOCK_ROWS + lane) * width, end - 1))
                    transpose_square(
                        address, at, width, columns, column * STACKING_BLOCK_ROWS + first, STACKING_BLOCK_ROWS
                    )
                else:
                    for lane in range(LANES):
                        for i in range(LANES):
                            place = at + lane * width + i
                            square[lane * LANES + i] = word_at(address, place) if place < end else 0
                    transpose_square(
                        square, 0, LANES, columns, column * STACKING_BLOCK_ROWS + first, STACKING_BLOCK_ROWS
                    )
        for column in range(width):
            at = targets[column] + row
            if streams:
                for i in range(0, STACKING_BLOCK_ROWS, LANES):
                    store_streaming(cells, at + i, load(columns, column * STACKING_BLOCK_ROWS + i))
            else:
                for i in range(0, STACKING_BLOCK_ROWS, LANES):
                    store(cells, at + i, load(columns, column * STACKING_BLOCK_ROWS + i))


def stacked_columns(tables: Sequence[Table], commitment: Commitment, layout: Stacking) -> StackedColumns:
    """The stacked columns of a commitment that has some."""
    columns = StackedColumns(np.zeros(0, dtype=np.uint32), layout.count, layout.height_log2, layout.cells)
    cells = arrays.empty(columns.kept + MARGIN)
    cells[layout.cells :] = 0
    targets: dict[int, list[int]] = {}
    for placed in layout.columns:
        start = (placed.stacked << layout.height_log2) + (placed.prefix << placed.height_log2)
        targets.setdefault(placed.table, []).append(start)
    for position, starts in targets.items():
        table = tables[position]
        _copy_table(words(table.fixed if commitment is Commitment.PROGRAM else table.main), starts, cells)
    return replace(columns, cells=cells)


def _copy_table(matrix: Words, starts: Sequence[int], cells: Words) -> None:
    """Copies each column of a matrix to its start."""
    height, width = matrix.shape
    if height < STACKING_BLOCK_ROWS:
        for column, start in enumerate(starts):
            cells[start : start + height] = matrix[:, column]
        return
    operands = (matrix.ctypes.data, height, width, np.array(starts, dtype=np.int64), cells, is_streamed(cells))

    def copy(start: int, stop: int) -> None:
        _copy_columns(*operands, start * STACKING_BLOCK_ROWS, stop * STACKING_BLOCK_ROWS)

    in_parallel(copy, height // STACKING_BLOCK_ROWS, TASK_ROWS // STACKING_BLOCK_ROWS)
