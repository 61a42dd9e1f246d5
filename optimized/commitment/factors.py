"""The factors of a transform's butterflies, each with the companion that makes a product by it cheap.

Positions are bit-reversed: position q of a codeword holds the value at 3 w^bitrev(q), w of order n = 2^domain_log2.
Level l knows the polynomial modulo x^(n / 2^l) - t^2 for each of 2^l blocks and splits it into its remainders modulo
x^(n / 2^(l+1)) - t and + t. Block b has t = root_b * 3^(n / 2^(l+1)), root_b a root of unity that does not depend on l.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimized.lanes.vectors import LANES
from optimized.words import Words
from spec.field import GENERATOR, P, root_of_unity

CACHED_TABLES = 64
"""Bounds the memory that tables take: what was not used for long goes."""

LANES_LOG2 = LANES.bit_length() - 1


@dataclass(frozen=True, eq=False)
class Factors:
    """Factors and their companions floor(2^32 factor / p), in one order."""

    factors: Words
    companions: Words

    @staticmethod
    def of(numbers: NDArray[np.uint64]) -> Factors:
        """Canonical numbers with their companions."""
        companions = (numbers << np.uint64(32)) // np.uint64(P)
        return Factors(numbers.astype(np.uint32), companions.astype(np.uint32))


@lru_cache(CACHED_TABLES)
def roots(count_log2: int) -> NDArray[np.uint64]:
    """root_b for b < 2^count_log2: the root of unity of order 2^(l+1) to the power bitrev_l(b), for every l with
    b < 2^l."""
    if count_log2 == 0:
        return np.ones(1, dtype=np.uint64)
    shorter = roots(count_log2 - 1)
    return np.concatenate([shorter, shorter * np.uint64(root_of_unity(count_log2 + 1)) % np.uint64(P)])


@lru_cache(CACHED_TABLES)
def first_levels(domain_log2: int, levels: int) -> Factors:
    """The factors of the first levels: level l has 2^l factors from position 2^l - 1 on."""
    of_levels = [
        roots(level) * np.uint64(pow(GENERATOR, 1 << (domain_log2 - level - 1), P)) % np.uint64(P)
        for level in range(levels)
    ]
    return Factors.of(np.concatenate([*of_levels, np.zeros(0, dtype=np.uint64)]))


@lru_cache(CACHED_TABLES)
def tile_levels(tile_log2: int) -> Factors:
    """The factors of a tile of 2^tile_log2 entries on the subgroup itself, without levels of one block for each lane.

    Each later level has its blocks in lanes, side by side: vector c has the factors of block c within each lane's part.
    """
    of_levels = []
    for level in range(LANES_LOG2, tile_log2):
        by_lane = roots(level).reshape(LANES, -1)
        of_levels.append(by_lane.T.reshape(-1))
    return Factors.of(np.concatenate([*of_levels, np.zeros(0, dtype=np.uint64)]))


@lru_cache(CACHED_TABLES)
def tile_steps(domain_log2: int, tile_log2: int) -> NDArray[np.int64]:
    """What the bits of a tile's number, lowest first, multiply its first point 3 with, of 2^(domain - tile) tiles."""
    bits = domain_log2 - tile_log2
    root = root_of_unity(domain_log2)
    return np.array([pow(root, 1 << (bits - 1 - bit), P) for bit in range(bits)], dtype=np.int64)
