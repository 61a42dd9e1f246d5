"""Transforms of a tile: a few columns of a matrix in a buffer that stays in the cache.

A tile has 2^rows_log2 rows of `columns` words, a multiple of the lanes. The factor of a block is the same for all its
elements, so runs of rows are contiguous and it does not matter where a row ends. Two levels at a time halve
the loads and stores.
"""

from __future__ import annotations

from optimized.compilation import compiled
from optimized.field.lanes import add, known, multiply_by_known, subtract
from optimized.lanes.vectors import LANES, load, store
from optimized.words import Words


@compiled
def split_tile(tile: Words, rows_log2: int, columns: int, factors: Words, first_level: int, first_block: int) -> None:
    """From remainders modulo one polynomial per tile to remainders modulo each x - point, in place.

    The tile is block `first_block` of level `first_level` of the whole transform.
    """
    level = 0
    if rows_log2 % 2:
        half = columns << (rows_log2 - 1)
        factor = known(factors[(1 << first_level) - 1 + first_block])
        for i in range(0, half, LANES):
            low, high = load(tile, i), multiply_by_known(load(tile, i + half), factor)
            store(tile, i, add(low, high))
            store(tile, i + half, subtract(low, high))
        level = 1
    while level < rows_log2:
        quarter = columns << (rows_log2 - level - 2)
        outer = (1 << (first_level + level)) - 1 + (first_block << level)
        inner = (2 << (first_level + level)) - 1 + (first_block << (level + 1))
        for block in range(1 << level):
            factor = known(factors[outer + block])
            first = known(factors[inner + 2 * block])
            second = known(factors[inner + 2 * block + 1])
            start = 4 * block * quarter
            for i in range(start, start + quarter, LANES):
                a, b = load(tile, i), load(tile, i + quarter)
                c = multiply_by_known(load(tile, i + 2 * quarter), factor)
                d = multiply_by_known(load(tile, i + 3 * quarter), factor)
                low, high = add(a, c), multiply_by_known(add(b, d), first)
                store(tile, i, add(low, high))
                store(tile, i + quarter, subtract(low, high))
                low, high = subtract(a, c), multiply_by_known(subtract(b, d), second)
                store(tile, i + 2 * quarter, add(low, high))
                store(tile, i + 3 * quarter, subtract(low, high))
        level += 2


@compiled
def join_tile(tile: Words, rows_log2: int, columns: int, factors: Words, first_level: int, first_block: int) -> None:
    """The inverse of `split_tile`, times 2^rows_log2; `factors` are inverse."""
    level = rows_log2 - 2
    while level >= 0:
        quarter = columns << (rows_log2 - level - 2)
        outer = (1 << (first_level + level)) - 1 + (first_block << level)
        inner = (2 << (first_level + level)) - 1 + (first_block << (level + 1))
        for block in range(1 << level):
            factor = known(factors[outer + block])
            first = known(factors[inner + 2 * block])
            second = known(factors[inner + 2 * block + 1])
            start = 4 * block * quarter
            for i in range(start, start + quarter, LANES):
                a, b = load(tile, i), load(tile, i + quarter)
                c, d = load(tile, i + 2 * quarter), load(tile, i + 3 * quarter)
                left, right = add(a, b), add(c, d)
                store(tile, i, add(left, right))
                store(tile, i + 2 * quarter, multiply_by_known(subtract(left, right), factor))
                left, right = (
                    multiply_by_known(subtract(a, b), first),
                    multiply_by_known(subtract(c, d), second),
                )
                store(tile, i + quarter, add(left, right))
                store(tile, i + 3 * quarter, multiply_by_known(subtract(left, right), factor))
        level -= 2
    if rows_log2 % 2:
        half = columns << (rows_log2 - 1)
        factor = known(factors[(1 << first_level) - 1 + first_block])
        for i in range(0, half, LANES):
            low, high = load(tile, i), load(tile, i + half)
            store(tile, i, add(low, high))
            store(tile, i + half, multiply_by_known(subtract(low, high), factor))


@compiled
def read_row(source: Words, start: int, width: int, tile: Words, position: int) -> None:
    """Copies `width` words into a row of the tile, whose last lanes may get words from behind them."""
    lanes_width = (width + LANES - 1) // LANES * LANES
    if start + lanes_width <= len(source):
        for i in range(0, lanes_width, LANES):
            store(tile, position + i, load(source, start + i))
    else:
        for i in range(width):
            tile[position + i] = source[start + i]


@compiled
def write_tile(
    tile: Words, rows: int, columns: int, width: int, target: Words, start: int, pitch: int, scale: int
) -> None:
    """Writes `width` words of each row of the tile to rows `pitch` words apart, times a factor.

    A factor of 0 stands for 1. Where rows touch, whole lanes are written: what is too much is written again.
    """
    factor = known(scale)
    lanes_width = (width + LANES - 1) // LANES * LANES
    for row in range(rows):
        position, to = row * columns, start + row * pitch
        if scale:
            for i in range(position, position + lanes_width, LANES):
                store(tile, i, multiply_by_known(load(tile, i), factor))
        whole = lanes_width if width == pitch and row < rows - 1 and to + lanes_width <= start + rows * pitch else width
        lanes_end = whole - whole % LANES
        for i in range(0, lanes_end, LANES):
            store(target, to + i, load(tile, position + i))
        for i in range(lanes_end, whole):
            target[to + i] = tile[position + i]
