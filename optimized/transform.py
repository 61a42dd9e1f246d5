"""The discrete Fourier transform of the columns of a row-major matrix, in tiles that stay in the cache.

A transform of n = R1 R2 rows makes two passes over memory: log R1 levels on tiles of rows R2 apart, then log
R2 levels on tiles of neighbouring rows. In the first pass all rows of a tile's block share their factors, so
a tile is any few neighbouring words of the matrix seen as R1 rows of R2 * width words.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from optimized.butterflies import join_tile, read_row, split_tile, write_row
from optimized.compilation import compiled
from optimized.field_lanes import to_montgomery
from optimized.lanes import LANES
from optimized.roots import (
    CACHED_TABLES,
    Words,
    butterfly_factors,
    inverse_butterfly_factors,
    inverse_of_size,
)
from optimized.threads import in_parallel
from reference.prover.field_arrays import bit_reversed_indices
from spec.field import P, root_of_unity
from spec.protocol.domain import COSET_SHIFT, bit_reversed

SINGLE_PASS_LOG2 = 10
"""Up to so many rows a whole transform is one tile per few columns."""

TILE_COLUMNS = 16
"""A cache line of words: tiles of 1024 rows have 64 KiB."""

SMALLEST_TASK_WORDS = 1 << 15
ONE = to_montgomery(1)


@lru_cache(CACHED_TABLES)
def _bit_reversed_rows(size_log2: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return bit_reversed_indices(size_log2).astype(np.int32)


def _first_pass_log2(size_log2: int) -> int:
    """The levels of the pass over distant rows; none if one pass does all."""
    return 0 if size_log2 <= SINGLE_PASS_LOG2 else size_log2 // 2


def _tile_columns(width: int) -> int:
    return LANES if width <= LANES else TILE_COLUMNS


@compiled
def _split_pass(
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
        for row in range(rows):
            read_row(tile, row * columns, taken, target, base + row * width)


@compiled
def _join_pass(
    source: Words,
    source_rows: np.ndarray[tuple[int], np.dtype[np.int32]],
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
            source_row = source_rows[block * rows + row] if len(source_rows) else block * rows + row
            read_row(source, source_row * width + offset, taken, tile, row * columns)
        join_tile(tile, rows_log2, columns, factors, first_level, block)
        for row in range(rows):
            write_row(tile, row * columns, taken, target, base + row * width, scale)


def coefficients(evaluations: Words) -> Words:
    """The coefficients, lowest first, of columns given on the trace domain: (n, width)."""
    height, width = evaluations.shape
    size_log2 = height.bit_length() - 1
    first = _first_pass_log2(size_log2)
    second = size_log2 - first
    factors = inverse_butterfly_factors(size_log2)
    scale = to_montgomery(inverse_of_size(size_log2))
    source, target = evaluations.reshape(-1), np.empty(height * width, dtype=np.uint32)
    order = _bit_reversed_rows(size_log2)
    columns = _tile_columns(width)

    def near_rows(start: int, stop: int) -> None:
        _join_pass(source, order, target, second, width, columns, factors, first, ONE if first else scale, start, stop)

    in_parallel(near_rows, -(-width // columns) << first, SMALLEST_TASK_WORDS // columns >> second)
    if first:
        far_width = width << second

        def distant_rows(start: int, stop: int) -> None:
            _join_pass(target, order[:0], target, first, far_width, TILE_COLUMNS, factors, 0, scale, start, stop)

        in_parallel(distant_rows, -(-far_width // TILE_COLUMNS), SMALLEST_TASK_WORDS // TILE_COLUMNS >> first)
    return target.reshape(height, width)


def evaluate_on_coset(polynomials: Words, rate_log2: int) -> Words:
    """The values at 3 w^bitrev(i) of columns of coefficients: (n, width) to (n * 2^rate_log2, width).

    Part k of the n-row parts of the result lies on a coset of the trace domain of its own.
    """
    height, width = polynomials.shape
    size_log2 = height.bit_length() - 1
    result = np.empty((height << rate_log2, width), dtype=np.uint32)
    root = root_of_unity(size_log2 + rate_log2)
    for part in range(1 << rate_log2):
        shift = COSET_SHIFT * pow(root, bit_reversed(part, rate_log2), P) % P
        _evaluate(polynomials, shift, result[part * height : (part + 1) * height])
    return result


def _evaluate(polynomials: Words, shift: int, result: Words) -> None:
    height, width = polynomials.shape
    size_log2 = height.bit_length() - 1
    first = _first_pass_log2(size_log2)
    second = size_log2 - first
    factors = butterfly_factors(size_log2, shift)
    source, target = polynomials.reshape(-1), result.reshape(-1)
    if first:
        far_width = width << second
        far_source = source

        def distant_rows(start: int, stop: int) -> None:
            _split_pass(far_source, target, first, far_width, TILE_COLUMNS, factors, 0, start, stop)

        in_parallel(distant_rows, -(-far_width // TILE_COLUMNS), SMALLEST_TASK_WORDS // TILE_COLUMNS >> first)
        source = target
    columns = _tile_columns(width)

    def near_rows(start: int, stop: int) -> None:
        _split_pass(source, target, second, width, columns, factors, first, start, stop)

    in_parallel(near_rows, -(-width // columns) << first, SMALLEST_TASK_WORDS // columns >> second)
