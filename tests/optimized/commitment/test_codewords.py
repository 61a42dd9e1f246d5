"""Fibres and leaf digests of long columns against plain codewords."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from optimized.commitment import codewords as compiled_codewords
from optimized.commitment import streaming
from optimized.commitment.codewords import (
    LARGEST_TILE_LOG2,
    Codewords,
    LeafOrder,
    alone,
    bit_reversed,
    can_encode,
    shared,
)
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.words import Words
from reference.prover.codewords import codewords, column_fibres
from reference.prover.sha256_arrays import leaf_digests
from spec.field import P
from spec.protocol.hash import STATE_WORDS


def random_columns(length_log2: int, prefixes_log2: list[int]) -> Words:
    """Columns that are zero behind a prefix."""
    columns = np.random.default_rng(len(prefixes_log2)).integers(0, P, (len(prefixes_log2), 1 << length_log2))
    for column, prefix in zip(columns, prefixes_log2, strict=True):
        column[1 << prefix :] = 0
    return columns.astype(np.uint32)


def encoded(columns: Words, prefixes_log2: list[int], domain_log2: int) -> Codewords:
    # A column shorter than the lanes is followed by zeros.
    cells = np.concatenate([columns.reshape(-1), np.zeros(LANES, dtype=np.uint32)])
    return Codewords(cells, columns.shape[1], np.array(prefixes_log2), domain_log2)


def layer_of(codes: Codewords, order: LeafOrder, folding_log2: int) -> NDArray[np.uint32]:
    """The leaf digests in the order of the leaves."""
    leaves_log2 = codes.domain_log2 - folding_log2
    layer = arrays.empty(STATE_WORDS, (1 << leaves_log2) + LANES)
    codes.hash_leaves(folding_log2, order, layer)
    return layer[:, bit_reversed(np.arange(1 << leaves_log2), leaves_log2)].T


SHAPES = [
    # One tile is the whole codeword.
    (5, [5], 8, 1),
    (7, [7, 4, 1], 8, 3),
    (11, [11] * 14, 12, 4),
    # Tiles share a column that is no longer than they are.
    (12, [12, 12, 2], 14, 2),
    (3, [3], 15, 4),
    # Distant rows, an odd and an even number of levels; columns of different lengths.
    (13, [13], 14, 1),
    (14, [14, 13, 12, 0], 15, 3),
    (15, [15, 15, 14], 17, 4),
]


@pytest.mark.parametrize(("length_log2", "prefixes_log2", "domain_log2", "folding_log2"), SHAPES)
def test_fibres_and_leaf_digests_are_the_plain_ones(
    length_log2: int, prefixes_log2: list[int], domain_log2: int, folding_log2: int
) -> None:
    columns = random_columns(length_log2, prefixes_log2)
    codes = encoded(columns, prefixes_log2, domain_log2)
    expected = column_fibres(codewords(columns.astype(np.uint64), domain_log2), folding_log2)
    numbers = [0, 1, len(expected) // 3, len(expected) - 1]
    fibres = codes.fibres(numbers, folding_log2)
    assert np.array_equal(fibres.reshape(len(numbers), -1), expected[numbers])
    order = LeafOrder.by_column(len(columns), folding_log2)
    assert np.array_equal(layer_of(codes, order, folding_log2), leaf_digests(expected))


def test_columns_of_the_largest_cells_do_not_overflow() -> None:
    columns = np.full((2, 1 << 13), P - 1, dtype=np.uint32)
    codes = encoded(columns, [13, 13], 15)
    expected = column_fibres(codewords(columns.astype(np.uint64), 15), 3)
    assert np.array_equal(codes.fibres(range(1 << 12), 3).reshape(1 << 12, -1), expected)
    assert np.array_equal(layer_of(codes, LeafOrder.by_column(2, 3), 3), leaf_digests(expected))


def test_leaves_by_point_have_all_columns_at_each_point() -> None:
    columns = random_columns(9, [9] * 6)
    codes = encoded(columns, [9] * 6, 10)
    by_column = column_fibres(codewords(columns.astype(np.uint64), 10), 2).reshape(-1, 6, 4)
    by_point = by_column.swapaxes(1, 2).reshape(-1, 24)
    assert np.array_equal(layer_of(codes, LeafOrder.by_point(6, 2), 2), leaf_digests(by_point))


def test_threads_that_share_sections_make_the_same_leaves_as_threads_with_sections_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes = encoded(random_columns(14, [14, 13]), [14, 13], 17)
    order = LeafOrder.by_column(2, 2)
    own = layer_of(codes, order, 2)
    monkeypatch.setattr(compiled_codewords, "SMALL_SECTION_WORDS", 0)
    assert np.array_equal(layer_of(codes, order, 2), own)
    expected = column_fibres(codewords(codes.columns[: 2 << 14].reshape(2, -1).astype(np.uint64), 17), 2)
    assert np.array_equal(own, leaf_digests(expected.reshape(-1, 8)))


@pytest.mark.parametrize(
    ("count", "folding_log2", "parts"),
    # Eight columns of four words are two blocks, as are four of eight; in the last part some words are missing.
    [(7, 2, 1), (8, 2, 1), (14, 2, 2), (9, 3, 3)],
)
def test_leaves_that_are_hashed_in_parts_are_the_plain_ones(
    monkeypatch: pytest.MonkeyPatch, count: int, folding_log2: int, parts: int
) -> None:
    monkeypatch.setattr(compiled_codewords, "SMALL_SECTION_WORDS", 0)
    prefixes_log2 = [13] * (count - 2) + [12, 3]
    columns = random_columns(13, prefixes_log2)
    order = LeafOrder.by_column(count, folding_log2)
    assert len(order.parts()) == parts
    expected = column_fibres(codewords(columns.astype(np.uint64), 14), folding_log2)
    assert np.array_equal(layer_of(encoded(columns, prefixes_log2, 14), order, folding_log2), leaf_digests(expected))


def test_leaves_by_point_are_hashed_whole() -> None:
    assert LeafOrder.by_point(6, 4).parts() == [slice(0, 96)]


def test_what_is_written_past_the_caches_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    # Large enough for memory of whole pages, which is aligned.
    columns = random_columns(18, [18])
    codes = encoded(columns, [18], 19)
    assert codes.sections == range(2)
    tiles = codes.section_tiles
    expected, found = codes.room(1, len(tiles)), codes.room(1, len(tiles))
    codes.write_polynomials(0, 1, tiles, expected, alone)
    monkeypatch.setattr(streaming, "SMALLEST_STREAMED_WORDS", 0)
    assert streaming.is_streamed(found.reshape(-1))
    codes.write_polynomials(0, 1, tiles, found, shared)
    assert np.array_equal(found, expected)


@pytest.mark.parametrize(
    ("prefixes_log2", "domain_log2", "sections", "room"),
    [([14, 13], 15, 2, 1 << 14), ([14, 14], 18, 16, 1 << 14), ([12, 3], 18, 1, 0), ([5], 8, 1, 0)],
)
def test_a_section_is_as_long_as_the_longest_column_and_nothing_if_that_is_a_tile(
    prefixes_log2: list[int], domain_log2: int, sections: int, room: int
) -> None:
    codes = encoded(random_columns(14, prefixes_log2), prefixes_log2, domain_log2)
    assert codes.sections == range(sections)
    assert codes.room(len(prefixes_log2), len(codes.section_tiles)).shape == (len(prefixes_log2), room)


@pytest.mark.parametrize("prefixes_log2", [[17], [16, 17, 14]])
def test_polynomials_of_some_tiles_are_those_among_all(prefixes_log2: list[int]) -> None:
    columns = random_columns(17, prefixes_log2)
    codes = encoded(columns, prefixes_log2, 18)
    count, tiles = len(prefixes_log2), codes.section_tiles
    every = codes.room(count, len(tiles))
    codes.write_polynomials(0, 1, tiles, every, alone)
    chosen = [0, 5, 6, len(tiles) - 2]
    some = codes.room(count, len(chosen))
    codes.write_polynomials(0, 1, chosen, some, alone)
    assert np.array_equal(some.reshape(count, len(chosen), -1), every.reshape(count, len(tiles), -1)[:, chosen])


def test_what_has_no_square_of_lanes_or_no_whole_fibres_cannot_be_encoded() -> None:
    lanes_log2 = LANES.bit_length() - 1
    assert can_encode(2 * lanes_log2, lanes_log2)
    assert not can_encode(2 * lanes_log2 - 1, 1)
    assert not can_encode(2 * lanes_log2, lanes_log2 + 1)
    assert can_encode(24, LARGEST_TILE_LOG2 - lanes_log2)
    assert not can_encode(24, LARGEST_TILE_LOG2 - lanes_log2 + 1)
