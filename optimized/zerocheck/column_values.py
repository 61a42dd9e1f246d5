"""The multilinear extensions of columns of base cells at a point: one pass over the cells, columns in lanes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optimized.compilation import compiled
from optimized.field.lanes import accumulate_constants, accumulated, extension_add, extension_multiply
from optimized.lanes.vectors import LANES, load
from optimized.threads import in_parallel
from optimized.words import Words, words
from optimized.zerocheck.equality import equality_levels
from optimized.zerocheck.sums import SIX, load_element, no_sums, spread_element, store_lanes
from reference.arrays.field_arrays import Matrix
from spec.field import Extension, P

LOW_VARIABLES = 7
"""Rows whose weights are looked up; a group of so many has a factor in common."""


@compiled
def _add_groups(
    address: int,
    width: int,
    low: int,
    high: int,
    first: int,
    stop: int,
    low_levels: Words,
    high_levels: Words,
    results: Words,
    at: int,
) -> None:
    """Adds groups of rows to the results: from word `at` on an element in lanes for as many columns as lanes.

    Reads up to LANES words behind the last row.
    """
    rows = 1 << low
    for group in range(first, stop):
        factor = spread_element(high_levels, ((1 << high) - 1 + group) * SIX)
        for column in range(0, width, LANES):
            sums = no_sums()
            position = group * rows * width + column
            for row in range(0, rows, 2):
                pair = (load(address, position), load(address, position + width))
                sums = accumulate_constants(sums, pair, low_levels, (rows - 1 + row) * SIX)
                position += 2 * width
            to = at + column * SIX
            total = extension_multiply(accumulated(sums), factor)
            store_lanes(results, to, extension_add(load_element(results, to), total))


def column_values(matrices: Sequence[Matrix], point: Sequence[Extension]) -> list[tuple[Extension, ...]]:
    """By matrix of 2^n rows, n >= 1, its columns' extensions at the last n coordinates of the point."""
    low_levels = equality_levels(point[len(point) - LOW_VARIABLES :] if len(point) > LOW_VARIABLES else point)
    high_levels = equality_levels(point[: max(0, len(point) - LOW_VARIABLES)])
    held = [words(matrix) for matrix in matrices]
    tasks: list[tuple[int, int, int, int]] = []
    ends: list[Words] = []
    for number, matrix in enumerate(held):
        low, high = _split(matrix)
        # The last group is read from a copy with words behind it.
        end = np.zeros((matrix.shape[1] << low) + LANES, dtype=np.uint32)
        end[:-LANES] = matrix[len(matrix) - (1 << low) :].reshape(-1)
        ends.append(end)
        step = max(1, 1 << max(0, high - 3))
        tasks += [(number, start, min(start + step, (1 << high) - 1), 0) for start in range(0, (1 << high) - 1, step)]
        tasks.append((number, (1 << high) - 1, 1 << high, 1))
    widths = [_even_lanes(matrix.shape[1]) for matrix in held]
    results = np.zeros((len(tasks), max(widths, default=0) * SIX), dtype=np.uint32)
    add_groups: Any = _add_groups

    def run(start: int, stop: int) -> None:
        for task in range(start, stop):
            number, first, last, is_end = tasks[task]
            matrix = held[number]
            low, high = _split(matrix)
            address = matrix.ctypes.data
            if is_end:
                address = ends[number].ctypes.data - first * (matrix.shape[1] << low) * matrix.itemsize
            add_groups(address, matrix.shape[1], low, high, first, last, low_levels, high_levels, results[task], 0)

    in_parallel(run, len(tasks))
    return _collected(held, tasks, results)


def _split(matrix: Words) -> tuple[int, int]:
    variables = len(matrix).bit_length() - 1
    return min(variables, LOW_VARIABLES), max(0, variables - LOW_VARIABLES)


def _even_lanes(width: int) -> int:
    return -(-width // LANES) * LANES


def _collected(
    held: Sequence[Words], tasks: Sequence[tuple[int, int, int, int]], results: Words
) -> list[tuple[Extension, ...]]:
    numbers = np.array([task[0] for task in tasks], dtype=np.int64)
    values = []
    for number, matrix in enumerate(held):
        of_matrix = results[numbers == number].sum(axis=0, dtype=np.uint64) % np.uint64(P)
        elements = of_matrix.reshape(-1, SIX, LANES).transpose(0, 2, 1).reshape(-1, SIX)
        values.append(tuple(Extension.from_coefficients(row) for row in elements[: matrix.shape[1]].tolist()))
    return values
