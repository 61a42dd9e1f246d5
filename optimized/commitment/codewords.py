"""Codewords of a few long columns, as the polynomials of their tiles.

Position q of a codeword holds the value at 3 w^bitrev(q), so each fibre of x -> x^(2^k) is 2^k neighbours; a tile is
some thousand neighbours, which stay in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

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
from spec.protocol.hash import BLOCK_WORDS

LARGEST_TILE_LOG2 = 12
"""A column's tile, powers and factors stay in the second-level cache, mostly in the first."""

DISTANT_WORDS = 64
"""The least words of each distant row: four lines of the cache."""

DISTANT_TILE_WORDS = 1 << 15
"""Where rows are few, more of each."""

SMALL_SECTION_WORDS = 1 << 17
"""The words of all columns together. Each thread makes such sections by itself: they stay in its second-level cache."""

PART_BLOCKS_LOG2 = 1
"""Leaves of long columns are hashed in parts of so many blocks: the fewer columns are transformed at a time, the less
memory their sections take; and the fewer parts there are, the less often states are put aside."""

SMALLEST_TASK_WORDS = 1 << 15
SMALLEST_TASK_FIBRES = 16
"""Less than either is done sooner than another thread is woken."""

Run = Callable[[Any, tuple[Any, ...], int, int], None]
"""Runs a kernel with operands on so many tasks, the smallest of them for one thread: `shared` or `alone`."""


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

    def parts(self) -> list[slice]:
        """The words of a leaf, cut between columns and into whole blocks of its hash: where points come first, not."""
        cuts = np.arange(BLOCK_WORDS << PART_BLOCKS_LOG2, len(self.columns), BLOCK_WORDS << PART_BLOCKS_LOG2)
        before = np.maximum.accumulate(self.columns)
        possible = [int(cut) for cut in cuts if before[cut - 1] < self.columns[cut:].min()]
        return [slice(*of) for of in zip([0, *possible], [*possible, len(self.columns)], strict=True)]

    def leaves(self, fibres: Words) -> Words:
        """Leaves, a row each, from the fibres of all codewords."""
        return fibres[:, self.columns, self.points]


@dataclass(frozen=True, eq=False)
class Codewords:
    """The codewords of columns, of which column c has 2^prefixes_log2[c] coefficients.

    Nothing of them is kept: a section at a time is made from the columns whenever it is needed. It has as many tiles as
    the longest column has, 2^longest_log2 words.
    """

    columns: Words
    """In flat memory, column c at c * pitch. A column shorter than the lanes is followed by zeros up to them."""

    pitch: int
    prefixes_log2: NDArray[np.int64]
    domain_log2: int

    @property
    def count(self) -> int:
        return len(self.prefixes_log2)

    @property
    def tile_log2(self) -> int:
        """The length of a tile."""
        return min(self.domain_log2, LARGEST_TILE_LOG2)

    @property
    def longest_log2(self) -> int:
        """The length of a section; the whole domain's if no column is longer than a tile, as nothing is made then."""
        longest = int(self.prefixes_log2.max())
        return longest if longest > self.tile_log2 else self.domain_log2

    @property
    def sections(self) -> range:
        """The numbers of the sections."""
        return range(1 << (self.domain_log2 - self.longest_log2))

    @property
    def section_tiles(self) -> range:
        """The numbers of a section's tiles."""
        return range(1 << (self.longest_log2 - self.tile_log2))

    def room(self, count: int, tiles: int) -> Words:
        """Memory for the polynomials of so many tiles of so many columns: (count, tiles * 2^tile_log2)."""
        is_needed = self.prefixes_log2.max() > self.tile_log2
        return arrays.empty(count, tiles << self.tile_log2 if is_needed else 0)

    def write_polynomials(self, first: int, section: int, tiles: Sequence[int], polynomials: Words, run: Run) -> None:
        """Writes the polynomials of a section's tiles of these ascending numbers, of as many columns from the first on
        as there is room for."""
        count, room = polynomials.shape
        if not room:
            return
        rows_log2 = self.longest_log2 - self.tile_log2
        width = min(1 << self.tile_log2, max(DISTANT_WORDS, DISTANT_TILE_WORDS >> rows_log2))
        levels = first_levels(self.domain_log2, self.domain_log2 - self.tile_log2)
        places = np.full(len(self.section_tiles), -1, dtype=np.int64)
        places[tiles] = np.arange(len(tiles))
        operands = (
            self.columns[first * self.pitch :],
            self.pitch,
            self.prefixes_log2[first : first + count],
            self.longest_log2,
            polynomials.reshape(-1),
            room,
            self.domain_log2,
            self.tile_log2,
            section,
            places,
            np.concatenate([[0], np.cumsum(places >= 0)]),
            width,
            levels.factors,
            levels.companions,
            is_streamed(polynomials.reshape(-1)),
        )
        smallest = SMALLEST_TASK_WORDS // (width << rows_log2)
        tasks = (count << self.tile_log2) // width
        run(distant_pass, operands, tasks, smallest)

    def fibres(self, numbers: Sequence[int], folding_log2: int) -> Words:
        """The values at 3 w^(i + j n / 2^folding_log2), j ascending, for these i: (numbers, count, 2^folding_log2)."""
        fibres_log2 = self.domain_log2 - folding_log2
        root = root_of_unity(self.domain_log2)
        points = np.array([GENERATOR * pow(root, number, P) % P for number in numbers], dtype=np.int64)
        positions = bit_reversed(np.array(numbers, dtype=np.int64), fibres_log2)
        tiles = positions >> (self.tile_log2 - folding_log2)
        tiles_log2 = self.longest_log2 - self.tile_log2
        values = np.empty((len(numbers), self.count, 1 << folding_log2), dtype=np.uint32)
        for section in self.sections:
            chosen = np.flatnonzero(tiles >> tiles_log2 == section)
            if not len(chosen):
                continue
            wanted, places = np.unique(tiles[chosen] & ((1 << tiles_log2) - 1), return_inverse=True)
            polynomials = self.room(1, len(wanted))
            for column in range(self.count):
                self.write_polynomials(column, section, wanted.tolist(), polynomials, shared)
                found = np.empty(len(chosen) << folding_log2, dtype=np.uint32)
                operands = (
                    self.columns[column * self.pitch :],
                    self.pitch,
                    self.prefixes_log2[column : column + 1],
                    polynomials.reshape(-1),
                    polynomials.shape[1],
                    self.tile_log2,
                    points[chosen],
                    pow(root, 1 << fibres_log2, P),
                    places.astype(np.int64),
                    folding_log2,
                    found,
                )
                shared(open_fibres, operands, len(chosen), SMALLEST_TASK_FIBRES)
                values[chosen, column] = found.reshape(len(chosen), -1)
        return values

    def hash_leaves(self, folding_log2: int, order: LeafOrder, layer: Words) -> None:
        """Writes the digest of each leaf, in planes: position q of the layer has that of leaf bitrev(q)."""
        if self.count << self.longest_log2 <= SMALL_SECTION_WORDS:
            # Threads wait for each other twice a section if they share it.
            whole = slice(0, len(order.columns))
            in_parallel(
                lambda start, stop: self._hash_sections(
                    self.sections[start:stop], folding_log2, order, whole, layer, alone
                ),
                len(self.sections),
            )
        else:
            for part in order.parts():
                self._hash_sections(self.sections, folding_log2, order, part, layer, shared)

    def _hash_sections(
        self, sections: range, folding_log2: int, order: LeafOrder, part: slice, layer: Words, run: Run
    ) -> None:
        """Hashes a part of the words of the leaves, which holds all words of its columns."""
        points, columns = bit_reversed(order.points[part], folding_log2), order.columns[part]
        first, count = int(columns.min()), int(columns.max() - columns.min()) + 1
        inner = tile_levels(self.tile_log2)
        tiles = self.section_tiles
        smallest = SMALLEST_TASK_WORDS // (count << self.tile_log2)
        polynomials = self.room(count, len(tiles))
        for section in sections:
            self.write_polynomials(first, section, tiles, polynomials, run)
            operands = (
                self.columns[first * self.pitch :],
                self.pitch,
                self.prefixes_log2[first : first + count],
                polynomials.reshape(-1),
                polynomials.shape[1],
                section * len(tiles),
                self.tile_log2,
                tile_steps(self.domain_log2, self.tile_log2),
                inner.factors,
                inner.companions,
                folding_log2,
                (columns - first) * ((1 << self.tile_log2) + GAP) + points * LANES,
                part.start == 0,
                part.stop == len(order.columns),
                layer.reshape(-1),
                layer.shape[1],
            )
            run(hash_tiles, operands, len(tiles), smallest)


def shared(compiled: Any, operands: tuple[Any, ...], count: int, smallest: int) -> None:
    """All threads share the tasks."""
    in_parallel(lambda start, stop: compiled(*operands, start, stop), count, smallest)


def alone(compiled: Any, operands: tuple[Any, ...], count: int, smallest: int) -> None:
    """The caller's thread does all tasks."""
    del smallest
    compiled(*operands, 0, count)


def can_encode(domain_log2: int, folding_log2: int) -> bool:
    """Whether a tile has a whole square of lanes, and each lane whole fibres."""
    return min(domain_log2, LARGEST_TILE_LOG2) >= LANES_LOG2 + max(LANES_LOG2, folding_log2)
