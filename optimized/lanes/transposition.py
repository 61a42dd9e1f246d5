"""Matrices side by side, and their rows brought into lanes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.lanes.vectors import LANES, prefetch, transpose_square, word_at
from optimized.words import Elements, Words, words


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
