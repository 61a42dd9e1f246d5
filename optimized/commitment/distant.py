"""The first pass of a transform of long columns: from a column to the polynomial of each tile.

A tile's positions share 2^(domain_log2 - tile_log2) levels, which split a column of 2^m coefficients, seen as rows of a
tile's length, into its remainders of that length. Their butterflies join distant rows: as many words of each at a
time as stay in the cache. The first levels of all only double what is there, as the upper coefficients are zero: there
are 2^(domain_log2 - m) parts. So a section of the domain, some whole parts of the longest column, is made apart from
the others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.commitment.streaming import store_streaming
from optimized.compilation import compiled
from optimized.field.lanes import add, multiply_by_known, subtract
from optimized.lanes.vectors import LANES, Lanes, broadcast, load, prefetch, store
from optimized.words import LINE_WORDS, Words

ROWS_AHEAD = 8
"""Rows are fetched so early that memory has answered when they are needed."""


@compiled
def _factor(factors: Words, companions: Words, index: int) -> Lanes:
    return broadcast(factors[index]), broadcast(companions[index])


@compiled
def _split_rows(
    source: Words,
    tile: Words,
    rows_log2: int,
    width: int,
    factors: Words,
    companions: Words,
    level: int,
    block: int,
    wanted_before: NDArray[np.int64],
    first_row: int,
) -> None:
    """The levels that take a tile of 2^rows_log2 rows of `width` words, block `block` of level `level` of the whole
    transform, to single rows, numbered from `first_row` on. The source may be the tile.

    Blocks of rows none of which is wanted stay unfinished; `wanted_before` has how many are before each row.
    """
    current = source
    done = 0
    if rows_log2 % 2:
        half = width << (rows_log2 - 1)
        factor = _factor(factors, companions, (1 << level) - 1 + block)
        for i in range(0, half, LANES):
            low, high = load(current, i), multiply_by_known(load(current, i + half), factor)
            store(tile, i, add(low, high))
            store(tile, i + half, subtract(low, high))
        current = tile
        done = 1
    while done < rows_log2:
        quarter = width << (rows_log2 - done - 2)
        outer = (1 << (level + done)) - 1 + (block << done)
        inner = (2 << (level + done)) - 1 + (block << (done + 1))
        for inside in range(1 << done):
            row = first_row + (inside << (rows_log2 - done))
            if wanted_before[row] == wanted_before[row + (1 << (rows_log2 - done))]:
                continue
            factor = _factor(factors, companions, outer + inside)
            first = _factor(factors, companions, inner + 2 * inside)
            second = _factor(factors, companions, inner + 2 * inside + 1)
            start = 4 * inside * quarter
            for i in range(start, start + quarter, LANES):
                a, b = load(current, i), load(current, i + quarter)
                c = multiply_by_known(load(current, i + 2 * quarter), factor)
                d = multiply_by_known(load(current, i + 3 * quarter), factor)
                low, high = add(a, c), multiply_by_known(add(b, d), first)
                store(tile, i, add(low, high))
                store(tile, i + quarter, subtract(low, high))
                low, high = subtract(a, c), multiply_by_known(subtract(b, d), second)
                store(tile, i + 2 * quarter, add(low, high))
                store(tile, i + 3 * quarter, subtract(low, high))
        current = tile
        done += 2


@compiled
def distant_pass(
    columns: Words,
    pitch: int,
    prefixes_log2: NDArray[np.int64],
    longest_log2: int,
    polynomials: Words,
    polynomials_pitch: int,
    domain_log2: int,
    tile_log2: int,
    section: int,
    places: NDArray[np.int64],
    wanted_before: NDArray[np.int64],
    width: int,
    factors: Words,
    companions: Words,
    streams: bool,
    start: int,
    stop: int,
) -> None:
    """Tasks start to stop: of each column longer than a tile, some `width` words of each row of a tile's length.

    Column c has 2^prefixes_log2[c] coefficients at c * pitch; the polynomials of its tiles in one of the sections of
    2^longest_log2 words start at c * polynomials_pitch. `places` has each tile's number among those that are wanted, or
    a negative one, `wanted_before` how many of them are before each tile, and before the end.
    """
    chunks = (1 << tile_log2) // width
    largest = width << (longest_log2 - tile_log2)
    coefficients, tile = np.empty(largest, dtype=np.uint32), np.empty(largest, dtype=np.uint32)
    for task in range(start, stop):
        column, offset = task // chunks, task % chunks * width
        rows_log2 = prefixes_log2[column] - tile_log2
        if rows_log2 > 0:
            rows = 1 << rows_log2
            for row in range(rows):
                at = column * pitch + (row << tile_log2) + offset
                # Rows are far from one another, so later ones are asked for.
                for i in range(0, width, LINE_WORDS):
                    prefetch(columns, at + (ROWS_AHEAD << tile_log2) + i)
                for i in range(0, width, LANES):
                    store(coefficients, row * width + i, load(columns, at + i))
            level = domain_log2 - prefixes_log2[column]
            parts = 1 << (longest_log2 - prefixes_log2[column])
            for part in range(parts):
                # The last part needs the coefficients no longer.
                split = tile if part < parts - 1 else coefficients
                block = section * parts + part
                first = part << rows_log2
                _split_rows(
                    coefficients, split, rows_log2, width, factors, companions, level, block, wanted_before, first
                )
                for row in range(rows):
                    place = places[first + row]
                    if place < 0:
                        continue
                    at = column * polynomials_pitch + (place << tile_log2) + offset
                    if streams:
                        for i in range(0, width, LANES):
                            store_streaming(polynomials, at + i, load(split, row * width + i))
                    else:
                        for i in range(0, width, LANES):
                            store(polynomials, at + i, load(split, row * width + i))
