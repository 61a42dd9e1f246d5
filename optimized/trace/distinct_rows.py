"""Which rows of a matrix are equal, with a hash table in place of the sort of `reference.bus_traffic.distinct_rows`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.words import HASH_FACTOR

EMPTY = -1
"""In place of the number of a group."""

U64 = np.uint64


@compiled
def _groups(matrix: NDArray[np.uint64], groups: NDArray[np.int64], first: NDArray[np.int64]) -> Any:
    """Numbers the distinct rows by their first occurrence; returns how many there are."""
    size: Any = 16
    while size < 2 * len(matrix):
        size *= 2
    table = np.full(size, EMPTY, dtype=np.int32)
    count = 0
    width = matrix.shape[1]
    for row in range(len(matrix)):
        mixed: Any = U64(0)
        for column in range(width):
            mixed = (mixed ^ matrix[row, column]) * U64(HASH_FACTOR)
            mixed ^= mixed >> U64(29)
        place: Any = np.int64(mixed & U64(size - 1))
        while True:
            group = table[place]
            if group == EMPTY:
                table[place] = count
                groups[row] = count
                first[count] = row
                count += 1
                break
            known = first[group]
            same = True
            for column in range(width):
                if matrix[known, column] != matrix[row, column]:
                    same = False
                    break
            if same:
                groups[row] = group
                break
            place = (place + 1) & (size - 1)
    return count


def distinct_rows(matrix: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(first row of each group, group of each row); groups in the order of their first rows."""
    groups, first = np.empty(len(matrix), dtype=np.int64), np.empty(len(matrix), dtype=np.int64)
    count = _groups(np.ascontiguousarray(matrix), groups, first)
    return first[:count], groups
