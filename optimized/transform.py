"""The discrete Fourier transform of the columns of a row-major matrix, in tiles that stay in the cache.

A transform of n = R1 R2 rows makes two passes over memory: log R1 levels on tiles of rows R2 apart, then log
R2 levels on tiles of neighbouring rows. In the first pass all rows of a tile's block share their factors, so
a tile is any few neighbouring words of the matrix seen as R1 rows of R2 * width words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimized.butterflies import join_tile, read_row, split_tile, write_tile
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

TILE_WORDS = 1 << 16
"""A tile of 256 KiB stays in the second-level cache, and its rows are a few cache lines at least."""

SMALLEST_TASK_WORDS = 1 << 15

Rows: TypeAlias = NDArray[np.int32]

NO_ROWS: Rows = np.zeros(0, dtype=np.int32)
"""Stands for rows in their own order."""


@lru_cache(CACHED_TABLES)
def _bit_reversed_rows(size_log2: int) -> Rows:
    return bit_reversed_indices(size_log2).astype(np.int32)


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
        write_tile(tile, rows, columns, taken, target, base, width, 0)


@compiled
def _join_pass(
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
            source_row = source_rows[block * rows + row] if len(source_rows) else block * rows + row
            read_row(source, source_row * width + offset, taken, tile, row * columns)
        join_tile(tile, rows_log2, columns, factors, first_level, block)
        write_tile(tile, rows, columns, taken, target, base, width, scale)


@dataclass(frozen=True)
class _Passes:
    """How a transform of a matrix is cut: levels of the first and the second pass, columns of their tiles."""

    first: int
    second: int
    first_width: int
    first_columns: int
    second_columns: int

    @staticmethod
    def of(size_log2: int, width: int) -> _Passes:
        first = 0 if size_log2 <= SINGLE_PASS_LOG2 else size_log2 // 2
        second = size_log2 - first
        whole_rows = -(-width // LANES) * LANES
        first_width = width << second
        return _Passes(
            first,
            second,
            first_width,
            min(TILE_WORDS >> first, -(-first_width // LANES) * LANES),
            min(whole_rows, max(LANES, TILE_WORDS >> second)),
        )

    def run_first(self, work: Callable[[int, int], object]) -> None:
        """Calls the work for ranges of tiles of the first pass."""
        tiles = -(-self.first_width // self.first_columns)
        in_parallel(work, tiles, SMALLEST_TASK_WORDS // self.first_columns >> self.first)

    def run_second(self, work: Callable[[int, int], object], width: int) -> None:
        """Calls the work for ranges of tiles of the second pass."""
        tiles = -(-width // self.second_columns) << self.first
        in_parallel(work, tiles, SMALLEST_TASK_WORDS // self.second_columns >> self.second)


def coefficients(evaluations: Words) -> Words:
    """The coefficients, lowest first, of columns given on the trace domain: (n, width)."""
    size_log2 = len(evaluations).bit_length() - 1
    return _interpolated(evaluations, _bit_reversed_rows(size_log2), 1)


def interpolate(codeword: Words, shift: int) -> Words:
    """The coefficients of columns given at shift * w^bitrev(i): (n, width)."""
    return _interpolated(codeword, NO_ROWS, shift)


def _interpolated(evaluations: Words, order: Rows, shift: int) -> Words:
    height, width = evaluations.shape
    size_log2 = height.bit_length() - 1
    passes = _Passes.of(size_log2, width)
    factors = inverse_butterfly_factors(size_log2, shift)
    scale = to_montgomery(inverse_of_size(size_log2))
    source, target = evaluations.reshape(-1), np.empty(height * width, dtype=np.uint32)

    def near_rows(start: int, stop: int) -> None:
        _join_pass(
            source,
            order,
            target,
            passes.second,
            width,
            passes.second_columns,
            factors,
            passes.first,
            0 if passes.first else scale,
            start,
            stop,
        )

    def distant_rows(start: int, stop: int) -> None:
        _join_pass(
            target,
            NO_ROWS,
            target,
            passes.first,
            passes.first_width,
            passes.first_columns,
            factors,
            0,
            scale,
            start,
            stop,
        )

    passes.run_second(near_rows, width)
    if passes.first:
        passes.run_first(distant_rows)
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
    """The values at shift * w^bitrev(i), into `result`."""
    height, width = polynomials.shape
    size_log2 = height.bit_length() - 1
    passes = _Passes.of(size_log2, width)
    factors = butterfly_factors(size_log2, shift)
    source, target = polynomials.reshape(-1), result.reshape(-1)

    def distant_rows(start: int, stop: int) -> None:
        _split_pass(source, target, passes.first, passes.first_width, passes.first_columns, factors, 0, start, stop)

    def near_rows(start: int, stop: int) -> None:
        _split_pass(
            target if passes.first else source,
            target,
            passes.second,
            width,
            passes.second_columns,
            factors,
            passes.first,
            start,
            stop,
        )

    if passes.first:
        passes.run_first(distant_rows)
    passes.run_second(near_rows, width)
