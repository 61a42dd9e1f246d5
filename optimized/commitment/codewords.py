"""Codewords of a few long columns, as the polynomials of their tiles.

Position q of a codeword holds the value at 3 w^bitrev(q), so each fibre of x -> x^(2^k) is 2^k neighbours; a tile is
some thousand neighbours, which stay in the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimized.commitment.distant import distant_pass
from optimized.commitment.factors import LANES_LOG2, first_levels, tile_levels, tile_steps
from optimized.commitment.streaming import is_streamed
from optimized.commitment.tiles import GAP, hash_tiles, open_fibres
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.words import Words
from spec.field import GENERATOR, P, root_of_unity

LARGEST_TILE_LOG2 = 12
"""A column's tile, powers and factors stay in the second-level cache, mostly in the first."""

DISTANT_WORDS = 64
"""Of each distant row at least: four lines of the cache."""

DISTANT_TILE_WORDS = 1 << 15
"""Where rows are few, more of each."""

SMALLEST_TASK_WORDS = 1 << 15
SMALLEST_TASK_FIBRES = 16


def bit_reversed(numbers: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    """Numbers below 2^bits with their bits in reverse order."""
    result = np.zeros_like(numbers)
    for bit in range(bits):
        result |= (numbers >> bit & 1) << (bits - 1 - bit)
    return result


@dataclass(frozen=True, eq=False)
class LeafOrder:
    """Where each word of a leaf comes from: which column's codeword, and which point of the fibre."""

    columns: NDArray[np.int64]
    points: NDArray[np.int64]

    @staticmethod
    def by_column(count: int, folding_log2: int) -> LeafOrder:
        """Codeword after codeword, its points ascending."""
        points = 1 << folding_log2
        return LeafOrder(np.arange(count).repeat(points), np.tile(np.arange(points), count))

    @staticmethod
    def by_point(count: int, folding_log2: int) -> LeafOrder:
        """Point after point, the codewords at each."""
        points = 1 << folding_log2
        return LeafOrder(np.tile(np.arange(count), points), np.arange(points).repeat(count))


@dataclass(frozen=True, eq=False)
class Codewords:
    """The codewords of columns, of which column c has 2^prefixes_log2[c] coefficients."""

    columns: Words
    """In flat memory, those that are no longer than a tile: column c at c * pitch."""

    pitch: int
    prefixes_log2: NDArray[np.int64]
    polynomials: Words
    """Of each column longer than a tile, the polynomials of its tiles: (count, 2^domain_log2)."""

    domain_log2: int
    tile_log2: int

    @property
    def count(self) -> int:
        return len(self.prefixes_log2)

    def fibres(self, numbers: Sequence[int], folding_log2: int) -> Words:
        """The values at 3 w^(i + j n / 2^folding_log2), j ascending, for these i: (numbers, count, 2^folding_log2)."""
        fibres_log2 = self.domain_log2 - folding_log2
        root = root_of_unity(self.domain_log2)
        points = [GENERATOR * pow(root, number, P) % P for number in numbers]
        positions = bit_reversed(np.array(numbers, dtype=np.int64), fibres_log2)
        values = np.empty(len(numbers) * self.count << folding_log2, dtype=np.uint32)
        operands = (
            self.columns,
            self.pitch,
            self.prefixes_log2,
            self.polynomials.reshape(-1),
            self.polynomials.shape[1],
            self.tile_log2,
            np.array(points, dtype=np.int64),
            pow(root, 1 << fibres_log2, P),
            positions >> (self.tile_log2 - folding_log2),
            folding_log2,
            values,
        )
        in_parallel(lambda start, stop: open_fibres(*operands, start, stop), len(numbers), SMALLEST_TASK_FIBRES)
        return values.reshape(len(numbers), self.count, -1)

    def hash_leaves(self, folding_log2: int, order: LeafOrder, layer: Words) -> None:
        """Writes the digest of each leaf, in planes: position q of the layer has that of leaf bitrev(q)."""
        points = bit_reversed(order.points, folding_log2)
        inner = tile_levels(self.tile_log2)
        operands = (
            self.columns,
            self.pitch,
            self.prefixes_log2,
            self.polynomials.reshape(-1),
            self.polynomials.shape[1],
            self.tile_log2,
            tile_steps(self.domain_log2, self.tile_log2),
            inner.factors,
            inner.companions,
            folding_log2,
            order.columns * ((1 << self.tile_log2) + GAP) + points * LANES,
            layer.reshape(-1),
            layer.shape[1],
        )
        tiles = 1 << (self.domain_log2 - self.tile_log2)
        smallest = SMALLEST_TASK_WORDS // (self.count << self.tile_log2)
        in_parallel(lambda start, stop: hash_tiles(*operands, start, stop), tiles, smallest)


def can_encode(domain_log2: int, folding_log2: int) -> bool:
    """Whether a tile has a whole square of lanes, and each lane whole fibres."""
    return min(domain_log2, LARGEST_TILE_LOG2) >= LANES_LOG2 + max(LANES_LOG2, folding_log2)


def encode(columns: Words, pitch: int, prefixes_log2: NDArray[np.int64], domain_log2: int) -> Codewords:
    """The codewords of columns in flat memory. A column shorter than the lanes is followed by zeros up to them."""
    tile_log2 = min(domain_log2, LARGEST_TILE_LOG2)
    rows_log2 = int(prefixes_log2.max()) - tile_log2
    count = len(prefixes_log2)
    if rows_log2 <= 0:
        polynomials = np.zeros((count, 0), dtype=np.uint32)
        return Codewords(columns, pitch, prefixes_log2, polynomials, domain_log2, tile_log2)
    polynomials = arrays.empty(count, 1 << domain_log2)
    width = min(1 << tile_log2, max(DISTANT_WORDS, DISTANT_TILE_WORDS >> rows_log2))
    levels = first_levels(domain_log2, domain_log2 - tile_log2)
    operands = (
        columns,
        pitch,
        prefixes_log2,
        tile_log2 + rows_log2,
        polynomials.reshape(-1),
        1 << domain_log2,
        domain_log2,
        tile_log2,
        width,
        levels.factors,
        levels.companions,
        is_streamed(polynomials.reshape(-1)),
    )
    smallest = SMALLEST_TASK_WORDS // (width << (domain_log2 - tile_log2))
    tasks = count << tile_log2
    in_parallel(lambda start, stop: distant_pass(*operands, start, stop), tasks // width, smallest)
    # The others' memory may go.
    short = np.zeros((count, 1 << tile_log2), dtype=np.uint32)
    for column in np.flatnonzero(prefixes_log2 <= tile_log2):
        length, start = 1 << int(prefixes_log2[column]), int(column) * pitch
        short[column, :length] = columns[start : start + length]
    return Codewords(short.reshape(-1), short.shape[1], prefixes_log2, polynomials, domain_log2, tile_log2)
