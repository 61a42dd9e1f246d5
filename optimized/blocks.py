"""Blocks of rows with their columns apart: what stands in rows of a matrix is brought into lanes and back.

A file of registers is a flat array; a register holds one column of a block, BLOCK_ROWS words, and stands REGISTER_PITCH
words after the one before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.field_lanes import known, multiply_by_known, to_montgomery
from optimized.lanes import LANES, load, prefetch, store, transpose_square, word_at
from optimized.roots import Elements, Words, words

BLOCK_ROWS = 256
"""A register is a kibibyte: a few hundred stay in the second-level cache."""

REGISTER_PITCH = BLOCK_ROWS + LANES
"""No power of two: else words of one row would all fall into the same few places of the cache."""

MONTGOMERY_FACTOR = to_montgomery(1)

SPARE_REGISTERS = LANES
"""Columns are loaded as many at a time as there are lanes; those too many go to the next registers."""


@dataclass(frozen=True)
class SideBySide:
    """Matrices of one height for compiled code: the addresses of their words, and their widths."""

    addresses: NDArray[np.int64]
    widths: NDArray[np.int64]
    matrices: list[Words]
    """Held, so that their memory stays theirs."""

    @staticmethod
    def of(matrices: Iterable[Elements]) -> SideBySide:
        """These matrices, as arrays of words."""
        held = [words(matrix) for matrix in matrices]
        addresses = np.array([matrix.ctypes.data for matrix in held], dtype=np.int64)
        return SideBySide(addresses, np.array([matrix.shape[1] for matrix in held], dtype=np.int64), held)


RowOrder: TypeAlias = NDArray[np.int64]
"""The rows to read, one after the other; an empty one stands for their own order."""


@compiled
def transpose_rows(
    source: Words | int, end: int, width: int, row: int, scratch: Words, target: Words, at: int, pitch: int
) -> None:
    """Brings a row for each lane, from `row` on, into lanes: column c stands at `at` + c * pitch.

    The source is an array of `end` words or the address of so many; what lies behind them counts as zeros. The places
    behind the columns', up to a whole number of lanes, may be overwritten. The scratch takes a square of lanes.
    """
    start = row * width
    # Loads of whole lanes go on into the next row, which the last row of a matrix does not have.
    if start + LANES * (width + 1) <= end:
        for column in range(0, width, LANES):
            # The rows after these are read next, by most.
            for lane in range(LANES, 2 * LANES):
                prefetch(source, start + lane * width + column)
            transpose_square(source, start + column, width, target, at + column * pitch, pitch)
    else:
        for column in range(0, width, LANES):
            for lane in range(LANES):
                first = start + lane * width + column
                for i in range(LANES):
                    scratch[lane * LANES + i] = word_at(source, first + i) if first + i < end else 0
            transpose_square(scratch, 0, LANES, target, at + column * pitch, pitch)


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
