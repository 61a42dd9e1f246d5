"""The two passes of a transform of long columns: levels on distant rows, then levels inside a tile.

A column of 2^m coefficients, seen as rows of a tile's length, is split into the polynomials of the tiles by levels
whose butterflies join distant rows: as many of its words at a time as stay in the cache. Then each tile's polynomial,
brought from its coset to the subgroup by powers of the tile's first point, is transformed in the cache.

The first levels of all only double what is there, as the upper coefficients are zero: 2^(domain_log2 - m) parts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.field.lanes import RADIX, add, multiply_by_known, subtract
from optimized.lanes.vectors import LANES, Lanes, broadcast, load, store
from optimized.multilinear.commitment.factors import LANES_LOG2
from optimized.multilinear.commitment.squares import split_square
from optimized.words import Words
from spec.field import GENERATOR, P

ONE = RADIX % P
"""In Montgomery's form."""


@compiled
def _factor(factors: Words, companions: Words, index: int) -> Lanes:
    return broadcast(factors[index]), broadcast(companions[index])


@compiled
def _factor_lanes(factors: Words, companions: Words, index: int) -> Lanes:
    return load(factors, index), load(companions, index)


@compiled
def _split_rows(
    source: Words, tile: Words, rows_log2: int, width: int, factors: Words, companions: Words, level: int, block: int
) -> None:
    """The levels that take a tile of 2^rows_log2 rows of `width` words, block `block` of level `level` of the whole
    transform, to single rows. The source stays as it is."""
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
    codes: Words,
    domain_log2: int,
    tile_log2: int,
    width: int,
    factors: Words,
    companions: Words,
    start: int,
    stop: int,
) -> None:
    """Tasks start to stop: of each column longer than a tile, some `width` words of each row of a tile's length.

    Column c has 2^prefixes_log2[c] coefficients at c * pitch; its codeword is at c << domain_log2.
    """
    chunks = (1 << tile_log2) // width
    largest = width << (prefixes_log2.max() - tile_log2)
    coefficients, tile = np.empty(largest, dtype=np.uint32), np.empty(largest, dtype=np.uint32)
    for task in range(start, stop):
        column, offset = task // chunks, task % chunks * width
        rows_log2 = prefixes_log2[column] - tile_log2
        if rows_log2 > 0:
            rows = 1 << rows_log2
            for row in range(rows):
                at = column * pitch + (row << tile_log2) + offset
                for i in range(0, width, LANES):
                    store(coefficients, row * width + i, load(columns, at + i))
            level = domain_log2 - prefixes_log2[column]
            for part in range(1 << level):
                _split_rows(coefficients, tile, rows_log2, width, factors, companions, level, part)
                for row in range(rows):
                    at = (column << domain_log2) + (((part << rows_log2) + row) << tile_log2) + offset
                    for i in range(0, width, LANES):
                        store(codes, at + i, load(tile, row * width + i))


@compiled
def _powers(point: int, count: int, powers: Words) -> None:
    """1, point, point^2, ... in Montgomery's form; the count is a power of two, at least the lanes."""
    power, step = ONE, point
    for i in range(LANES):
        powers[i] = power
        power = power * point % P
    for _ in range(LANES_LOG2):
        step = step * step % P
    known = LANES
    while known < count:
        factor = broadcast(step), broadcast((step << 32) // P)
        for i in range(0, known, LANES):
            store(powers, known + i, multiply_by_known(load(powers, i), factor))
        step = step * step % P
        known *= 2


@compiled
def _split_tile(
    source: Words,
    at: int,
    powers: Words,
    tile_log2: int,
    factors: Words,
    companions: Words,
    work: Words,
    target: Words,
    target_at: int,
) -> None:
    """The values of a tile's polynomial, given by its coefficients. Behind the work lies nothing."""
    part = 1 << (tile_log2 - LANES_LOG2)
    for i in range(0, part, LANES):
        split_square(source, at + i, part, powers, i, work, i * LANES)
    level, levels = 0, tile_log2 - LANES_LOG2
    if levels % 2:
        half = part // 2 * LANES
        factor = _factor_lanes(factors, companions, 0)
        for i in range(0, half, LANES):
            low, high = load(work, i), multiply_by_known(load(work, i + half), factor)
            store(work, i, add(low, high))
            store(work, i + half, subtract(low, high))
        level = 1
    while level < levels:
        quarter = (part >> (level + 2)) * LANES
        # The last two levels write their results where they are wanted.
        written, shift = (target, target_at) if level == levels - 2 else (work, 0)
        outer, inner = ((1 << level) - 1) * LANES, ((2 << level) - 1) * LANES
        for block in range(1 << level):
            factor = _factor_lanes(factors, companions, outer + block * LANES)
            first = _factor_lanes(factors, companions, inner + 2 * block * LANES)
            second = _factor_lanes(factors, companions, inner + (2 * block + 1) * LANES)
            start = 4 * block * quarter
            for i in range(start, start + quarter, LANES):
                a, b = load(work, i), load(work, i + quarter)
                c = multiply_by_known(load(work, i + 2 * quarter), factor)
                d = multiply_by_known(load(work, i + 3 * quarter), factor)
                low, high = add(a, c), multiply_by_known(add(b, d), first)
                store(written, shift + i, add(low, high))
                store(written, shift + i + quarter, subtract(low, high))
                low, high = subtract(a, c), multiply_by_known(subtract(b, d), second)
                store(written, shift + i + 2 * quarter, add(low, high))
                store(written, shift + i + 3 * quarter, subtract(low, high))
        level += 2


@compiled
def tile_pass(
    columns: Words,
    pitch: int,
    prefixes_log2: NDArray[np.int64],
    codes: Words,
    domain_log2: int,
    tile_log2: int,
    steps: NDArray[np.int64],
    factors: Words,
    companions: Words,
    start: int,
    stop: int,
) -> None:
    """Tiles start to stop of every column's codeword. Of a column that is no longer than a tile, every tile has the
    same polynomial, the column itself."""
    size = 1 << tile_log2
    powers, work, padded = (
        np.empty(size, dtype=np.uint32),
        np.empty(size, dtype=np.uint32),
        np.empty(size, dtype=np.uint32),
    )
    for tile in range(start, stop):
        point = GENERATOR
        for bit in range(len(steps)):
            if tile >> bit & 1:
                point = point * int(steps[bit]) % P
        _powers(point, size, powers)
        for column in range(len(prefixes_log2)):
            at = (column << domain_log2) + (tile << tile_log2)
            if prefixes_log2[column] > tile_log2:
                _split_tile(codes, at, powers, tile_log2, factors, companions, work, codes, at)
            else:
                count = 1 << prefixes_log2[column]
                for i in range(0, size, LANES):
                    # Behind a short column's coefficients the lanes are zero.
                    store(padded, i, load(columns, column * pitch + i) if i < count else broadcast(0))
                _split_tile(padded, 0, powers, tile_log2, factors, companions, work, codes, at)
