"""The discrete Fourier transform of the columns of a row-major matrix, in tiles that stay in the cache.

A transform of n = R1 R2 rows makes two passes over memory: log R1 levels on tiles of rows R2 apart, then log
R2 levels on tiles of neighbouring rows. In the first pass all rows of a tile's block share their factors, so
a tile is any few neighbouring words of the matrix seen as R1 rows of R2 * width words.

Codewords from values on the trace domain are an inverse transform and one transform for each part of the evaluation
domain. The inverse ends with tiles of distant rows, where the others begin: so three passes do for all of them, and
the coefficients never leave the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.transforms.passes import NO_ROWS, Rows, extend_pass, join_pass, split_pass
from optimized.transforms.roots import CACHED_TABLES, butterfly_factors, inverse_butterfly_factors, inverse_of_size
from optimized.words import Words
from reference.arrays.field_arrays import bit_reversed_indices
from spec.field import P, root_of_unity
from spec.protocol.domain import COSET_SHIFT, bit_reversed

SINGLE_PASS_LOG2 = 10
"""Up to so many rows a whole transform is one tile per few columns."""

TILE_WORDS = 1 << 16
"""A tile of 256 KiB stays in the second-level cache, and its rows are a few cache lines at least."""

SMALLEST_TASK_WORDS = 1 << 15


@lru_cache(CACHED_TABLES)
def _bit_reversed_rows(size_log2: int) -> Rows:
    return bit_reversed_indices(size_log2).astype(np.int32)


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

    def first_tile(self, width: int) -> tuple[int, int]:
        """The width of the rows that tiles of the first pass are cut from, and the tiles' columns.

        Where one pass does for all levels, that is the pass of neighbouring rows.
        """
        return (self.first_width, self.first_columns) if self.first else (width, self.second_columns)

    @staticmethod
    def run_tiles(work: Callable[[int, int], object], tiles: int, tile_words: int) -> None:
        """Calls the work for ranges of tiles."""
        in_parallel(work, tiles, SMALLEST_TASK_WORDS // tile_words)

    def run_first(self, work: Callable[[int, int], object]) -> None:
        """Calls the work for ranges of tiles of the first pass."""
        self.run_tiles(work, -(-self.first_width // self.first_columns), self.first_columns << self.first)

    def _run_second(self, work: Callable[[int, int], object], width: int) -> None:
        tiles = -(-width // self.second_columns) << self.first
        self.run_tiles(work, tiles, self.second_columns << self.second)

    def join_near_rows(self, source: Words, order: Rows, target: Words, width: int, factors: Words, scale: int) -> None:
        """The levels of the inverse transform on tiles of neighbouring rows."""

        def work(start: int, stop: int) -> None:
            join_pass(
                source,
                order,
                target,
                self.second,
                width,
                self.second_columns,
                factors,
                self.first,
                scale,
                start,
                stop,
            )

        self._run_second(work, width)

    def split_near_rows(self, source: Words, target: Words, width: int, factors: Words) -> None:
        """The levels of the transform on tiles of neighbouring rows."""

        def work(start: int, stop: int) -> None:
            split_pass(source, target, self.second, width, self.second_columns, factors, self.first, start, stop)

        self._run_second(work, width)


def interpolate(codeword: Words, shift: int) -> Words:
    """The coefficients of columns given at shift * w^bitrev(i): (n, width)."""
    height, width = codeword.shape
    size_log2 = height.bit_length() - 1
    passes = _Passes.of(size_log2, width)
    factors = inverse_butterfly_factors(size_log2, shift)
    scale = inverse_of_size(size_log2)
    target = arrays.empty(height * width)
    passes.join_near_rows(codeword.reshape(-1), NO_ROWS, target, width, factors, 0 if passes.first else scale)

    def distant_rows(start: int, stop: int) -> None:
        join_pass(
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

    if passes.first:
        passes.run_first(distant_rows)
    return target.reshape(height, width)


def codewords(evaluations: Words, rate_log2: int) -> Words:
    """The values at 3 w^bitrev(i) of columns given on the trace domain: (n, width) to (n * 2^rate_log2, width)."""
    height, width = evaluations.shape
    size_log2 = height.bit_length() - 1
    passes = _Passes.of(size_log2, width)
    result = arrays.empty(height << rate_log2, width)
    inverse_factors = inverse_butterfly_factors(size_log2, 1)
    factors = _factors_of_parts(size_log2, rate_log2)
    scale = inverse_of_size(size_log2)
    source, target = evaluations.reshape(-1), result.reshape(-1)
    order = _bit_reversed_rows(size_log2)
    if passes.first:
        # The last part of the result holds what the inverse transform has after its first pass.
        last_part = target[len(target) - height * width :]
        passes.join_near_rows(source, order, last_part, width, inverse_factors, 0)
        source, order = last_part, NO_ROWS
    levels = passes.first or passes.second
    tile_width, tile_columns = passes.first_tile(width)

    def extend(start: int, stop: int) -> None:
        extend_pass(
            source,
            order,
            target,
            levels,
            tile_width,
            tile_columns,
            inverse_factors,
            scale,
            factors,
            1 << rate_log2,
            start,
            stop,
        )

    passes.run_tiles(extend, -(-tile_width // tile_columns), tile_columns << levels)
    if passes.first:
        for part in range(1 << rate_log2):
            of_part = target[part * height * width : (part + 1) * height * width]
            of_shift = factors[part * (height - 1) : (part + 1) * (height - 1)]
            passes.split_near_rows(of_part, of_part, width, of_shift)
    return result


@lru_cache(CACHED_TABLES)
def _factors_of_parts(size_log2: int, rate_log2: int) -> Words:
    return np.concatenate([butterfly_factors(size_log2, shift) for shift in _coset_shifts(size_log2, rate_log2)])


def _coset_shifts(size_log2: int, rate_log2: int) -> list[int]:
    """Each part of 2^size_log2 neighbours of an evaluation domain is a coset of the trace domain: their shifts."""
    root = root_of_unity(size_log2 + rate_log2)
    return [COSET_SHIFT * pow(root, bit_reversed(part, rate_log2), P) % P for part in range(1 << rate_log2)]


def evaluate_on_coset(polynomials: Words, rate_log2: int) -> Words:
    """The values at 3 w^bitrev(i) of columns of coefficients: (n, width) to (n * 2^rate_log2, width)."""
    height, width = polynomials.shape
    size_log2 = height.bit_length() - 1
    passes = _Passes.of(size_log2, width)
    result = arrays.empty(height << rate_log2, width)
    source = polynomials.reshape(-1)
    for part, shift in enumerate(_coset_shifts(size_log2, rate_log2)):
        target = result[part * height : (part + 1) * height].reshape(-1)
        factors = butterfly_factors(size_log2, shift)

        def distant_rows(start: int, stop: int, target: Words = target, factors: Words = factors) -> None:
            split_pass(source, target, passes.first, passes.first_width, passes.first_columns, factors, 0, start, stop)

        if passes.first:
            passes.run_first(distant_rows)
        passes.split_near_rows(target if passes.first else source, target, width, factors)
    return result
