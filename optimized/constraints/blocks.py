"""Blocks of rows with their columns apart: what stands in rows of a matrix is brought into lanes and back.

A file of registers is a flat array; a register holds one column of a block, BLOCK_ROWS words, and stands REGISTER_PITCH
words after the one before.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.field.lanes import known, multiply_by_known, to_montgomery
from optimized.lanes.transposition import transpose_rows
from optimized.lanes.vectors import LANES, load, store, transpose_square
from optimized.words import Words

BLOCK_ROWS = 256
"""A register is a kibibyte: a few hundred stay in the second-level cache."""

REGISTER_PITCH = BLOCK_ROWS + LANES
"""No power of two: else words of one row would all fall into the same few places of the cache."""

MONTGOMERY_FACTOR = to_montgomery(1)

SPARE_REGISTERS = LANES
"""Columns are loaded as many at a time as there are lanes; those too many go to the next registers."""


RowOrder: TypeAlias = NDArray[np.int64]
"""The rows to read, one after the other; an empty one stands for their own order."""


@compiled
def load_block(matrix: Words, width: int, order: RowOrder, row: int, rows: int, file: Words, first: int) -> None:
    """Brings the columns of `rows` rows of a matrix, whole lanes, into the registers from `first` on.

    Registers hold Montgomery's form. The registers behind the columns' may be overwritten.
    """
    scratch = np.empty(LANES * LANES, dtype=np.uint32)
    chosen = np.empty(LANES * (width + 1), dtype=np.uint32)
    factor = known(MONTGOMERY_FACTOR)
    for i in range(0, rows, LANES):
        at = first * REGISTER_PITCH + i
        if len(order) == 0:
            transpose_rows(matrix, len(matrix), width, row + i, scratch, file, at, REGISTER_PITCH)
        else:
            for j in range(LANES):
                for column in range(width):
                    chosen[j * width + column] = matrix[order[row + i + j] * width + column]
            transpose_rows(chosen, len(chosen), width, 0, scratch, file, at, REGISTER_PITCH)
        for column in range(width):
            position = at + column * REGISTER_PITCH
            store(file, position, multiply_by_known(load(file, position), factor))


@compiled
def store_block(file: Words, first: int, matrix: Words, width: int, row: int, rows: int) -> None:
    """Writes the registers from `first` on, canonical words, as the columns of `rows` rows of a matrix."""
    scratch = np.empty(LANES * LANES, dtype=np.uint32)
    for i in range(0, rows, LANES):
        start = (row + i) * width
        if width >= LANES:
            for column in range(0, width, LANES):
                # The last columns are written together with some before them.
                chosen = min(column, width - LANES)
                transpose_square(
                    file, (first + chosen) * REGISTER_PITCH + i, REGISTER_PITCH, matrix, start + chosen, width
                )
        else:
            transpose_square(file, first * REGISTER_PITCH + i, REGISTER_PITCH, scratch, 0, LANES)
            for j in range(LANES):
                for column in range(width):
                    matrix[start + j * width + column] = scratch[j * LANES + column]
