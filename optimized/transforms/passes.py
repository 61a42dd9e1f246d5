"""Passes of a transform over memory: a tile is read, transformed where it stays in the cache, and written."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.field.lanes import known, multiply_by_known
from optimized.lanes.vectors import LANES, load, prefetch, store
from optimized.transforms.butterflies import join_tile, read_row, split_tile, write_tile
from optimized.words import Words

Rows: TypeAlias = NDArray[np.int32]

LINE_WORDS = 16
"""Of a cache's line."""

ROWS_AHEAD = 8
"""Rows in any order are asked for before they are read."""

NO_ROWS: Rows = np.zeros(0, dtype=np.int32)
"""Stands for rows in their own order."""


@compiled
def split_pass(
    source: Words,
    target: Words,
    rows_log2: int,
    width: int,
    columns: int,
    factors: Words,
    first_level: int,
    start: int,
    stop: int,
) -> None:
    """Tiles start to stop of the matrix as blocks of 2^rows_log2 rows of `width` words."""
    rows = 1 << rows_log2
    per_block = (width + columns - 1) // columns
    tile = np.empty(rows * columns, dtype=np.uint32)
    for index in range(start, stop):
        block, offset = index // per_block, index % per_block * columns
        taken = min(columns, width - offset)
        base = block * rows * width + offset
        for row in range(rows):
            read_row(source, base + row * width, taken, tile, row * columns)
        split_tile(tile, rows_log2, columns, factors, first_level, block)
        write_tile(tile, rows, columns, taken, target, base, width, 0)


@compiled
def join_pass(
    source: Words,
    source_rows: Rows,
    target: Words,
    rows_log2: int,
    width: int,
    columns: int,
    factors: Words,
    first_level: int,
    scale: int,
    start: int,
    stop: int,
) -> None:
    """The same for the inverse; block b's row r is read from source row source_rows[b * rows + r], if given."""
    rows = 1 << rows_log2
    per_block = (width + columns - 1) // columns
    tile = np.empty(rows * columns, dtype=np.uint32)
    for index in range(start, stop):
        block, offset = index // per_block, index % per_block * columns
        taken = min(columns, width - offset)
        base = block * rows * width + offset
        for row in range(rows):
            source_row = block * rows + row
            if len(source_rows):
                # They lie far from one another.
                later = source_rows[min(source_row + ROWS_AHEAD, len(source_rows) - 1)]
                source_row = source_rows[source_row]
                for i in range(0, taken, LINE_WORDS):
                    prefetch(source, later * width + offset + i)
            read_row(source, source_row * width + offset, taken, tile, row * columns)
        join_tile(tile, rows_log2, columns, factors, first_level, block)
        write_tile(tile, rows, columns, taken, target, base, width, scale)


@compiled
def extend_pass(
    source: Words,
    source_rows: Rows,
    target: Words,
    rows_log2: int,
    width: int,
    columns: int,
    inverse_factors: Words,
    scale: int,
    factors: Words,
    parts: int,
    start: int,
    stop: int,
) -> None:
    """Tiles start to stop of a block of 2^rows_log2 rows: the last levels back and the first levels of every part.

    `factors` holds those of each part, one after the other. The last part of the target may be the source.
    """
    rows = 1 << rows_log2
    factors_of_part = len(factors) // parts
    coefficients = np.empty(rows * columns, dtype=np.uint32)
    tile = np.empty(rows * columns, dtype=np.uint32)
    factor = known(scale)
    for index in range(start, stop):
        offset = index * columns
        taken = min(columns, width - offset)
        for row in range(rows):
            source_row = source_rows[row] if len(source_rows) else row
            read_row(source, source_row * width + offset, taken, coefficients, row * columns)
        join_tile(coefficients, rows_log2, columns, inverse_factors, 0, 0)
        for i in range(0, rows * columns, LANES):
            store(coefficients, i, multiply_by_known(load(coefficients, i), factor))
        for part in range(parts):
            for i in range(0, rows * columns, LANES):
                store(tile, i, load(coefficients, i))
            of_part = factors[part * factors_of_part : (part + 1) * factors_of_part]
            split_tile(tile, rows_log2, columns, of_part, 0, 0)
            write_tile(tile, rows, columns, taken, target, part * rows * width + offset, width, 0)
