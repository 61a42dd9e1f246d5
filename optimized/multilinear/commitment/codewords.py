"""Codewords of a few long columns in the order of their transform.

Position q of a codeword holds the value at 3 w^bitrev(q), so each fibre of x -> x^(2^k) is 2^k neighbours. Words are
stored by tiles of neighbouring positions, and in a tile each lane has a part of it: entry e of the part of lane l is
word e * lanes + l of the tile. So as many fibres as lanes can be hashed side by side without moving anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.multilinear.commitment.factors import LANES_LOG2, first_levels, tile_levels, tile_steps
from optimized.multilinear.commitment.passes import distant_pass, tile_pass
from optimized.threads import in_parallel
from optimized.words import Words

LARGEST_TILE_LOG2 = 12
"""A column's tile, powers and factors stay in the second-level cache, mostly in the first."""

DISTANT_WORDS = 64
"""Of each distant row at least: four lines of the cache."""

DISTANT_TILE_WORDS = 1 << 15
"""Where rows are few, more of each."""

SMALLEST_TASK_WORDS = 1 << 15


def bit_reversed(numbers: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    """Numbers below 2^bits with their bits in reverse order."""
    result = np.zeros_like(numbers)
    for bit in range(bits):
        result |= (numbers >> bit & 1) << (bits - 1 - bit)
    return result


@dataclass(frozen=True, eq=False)
class Codewords:
    """(count, 2^domain_log2) words in the order described above."""

    words: Words
    domain_log2: int
    tile_log2: int

    def positions(self, points: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where in a codeword the values at 3 w^point are stored."""
        positions = bit_reversed(points, self.domain_log2)
        part_log2 = self.tile_log2 - LANES_LOG2
        tile, inside = positions >> self.tile_log2, positions & ((1 << self.tile_log2) - 1)
        lane, entry = inside >> part_log2, inside & ((1 << part_log2) - 1)
        place: NDArray[np.int64] = (tile << self.tile_log2) + entry * LANES + lane
        return place


def can_encode(domain_log2: int, folding_log2: int) -> bool:
    """Whether a tile has a whole square of lanes, and each lane whole fibres."""
    return min(domain_log2, LARGEST_TILE_LOG2) >= LANES_LOG2 + max(LANES_LOG2, folding_log2)


def encode(columns: Words, pitch: int, prefixes_log2: NDArray[np.int64], domain_log2: int) -> Codewords:
    """The codewords of columns in flat memory: column c has 2^prefixes_log2[c] coefficients at c * pitch.

    A column shorter than the lanes is followed by zeros up to them.
    """
    count = len(prefixes_log2)
    tile_log2 = min(domain_log2, LARGEST_TILE_LOG2)
    codes = arrays.empty(count << domain_log2)
    levels = first_levels(domain_log2, domain_log2 - tile_log2)
    if prefixes_log2.max() > tile_log2:
        rows_log2 = int(prefixes_log2.max()) - tile_log2
        width = min(1 << tile_log2, max(DISTANT_WORDS, DISTANT_TILE_WORDS >> rows_log2))

        def split_distant(start: int, stop: int) -> None:
            distant_pass(
                columns,
                pitch,
                prefixes_log2,
                codes,
                domain_log2,
                tile_log2,
                width,
                levels.factors,
                levels.companions,
                start,
                stop,
            )

        tasks = count << tile_log2
        in_parallel(split_distant, tasks // width, max(1, SMALLEST_TASK_WORDS >> (domain_log2 - tile_log2)) // width)
    steps, inner = tile_steps(domain_log2, tile_log2), tile_levels(tile_log2)

    def split_tiles(start: int, stop: int) -> None:
        tile_pass(
            columns,
            pitch,
            prefixes_log2,
            codes,
            domain_log2,
            tile_log2,
            steps,
            inner.factors,
            inner.companions,
            start,
            stop,
        )

    in_parallel(split_tiles, 1 << (domain_log2 - tile_log2), max(1, SMALLEST_TASK_WORDS // (count << tile_log2)))
    return Codewords(codes.reshape(count, -1), domain_log2, tile_log2)
