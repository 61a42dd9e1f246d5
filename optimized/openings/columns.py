"""Sums over the cells of stacked columns, which lie in the base field: one product with an extension element a cell.

A cell's coordinates are cut in two: the last ones, LOW_LOG2 many, number the cells of a *row*. A weight that is a
product of a weight of rows and one of the cells in a row needs no product of its own for each cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimized.commitment.factors import LANES_LOG2
from optimized.commitment.stacking import StackedColumns
from optimized.compilation import compiled
from optimized.field.extension import SIX, broadcast_element, load_six, no_sums, store_elements
from optimized.field.lanes import accumulate_constants, accumulated, extension_add, extension_multiply
from optimized.lanes.vectors import LANES, Lanes, gather, load, prefetch, store, transpose_square
from optimized.openings.planes import Planes, load_planes, montgomery_rows, power_vector, store_planes
from optimized.openings.rounds import inner_product
from optimized.threads import in_parallel
from optimized.words import LINE_WORDS, Words
from reference.arrays import extension_arrays
from reference.prover import stacked_columns as plain
from spec.field import ONE, Extension, P, X
from spec.protocol.cube import horner
from spec.protocol.hash import WORD_BYTES

LOW_LOG2 = 7
"""So many rounds work on one row of sums; afterwards 2^7 cells have become one element."""

LOW = 1 << LOW_LOG2

OPENING_BLOCK_ROWS = 32
"""Rows that stay in the first-level cache while their cells are added up."""

RUN_WORDS = 1 << 12
"""16 KiB: they stay in a core's nearest cache, with room for what is read beside them."""

PIECE_ROWS = 1 << 9
"""A thread takes so many at once."""

SMALLEST_TASK_GROUPS = 32
"""Less is done sooner than another thread is woken."""


def row_pieces(
    addresses: NDArray[np.int64],
    counts: NDArray[np.int64],
    weights: NDArray[np.int64],
    scales: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Rows of some columns, cut to a size that can be shared among threads.

    Of each column: where its first row lies in memory, how many follow one another, an even number, the place of the
    first one's weight and the number of the weights' scale. Gives the same of each piece: (pieces, 4).
    """
    cuts = -(-counts // PIECE_ROWS)
    column = np.arange(len(cuts)).repeat(cuts)
    first = (np.arange(len(column)) - (np.cumsum(cuts) - cuts)[column]) * PIECE_ROWS
    return np.stack(
        [
            addresses[column] + first * (LOW * WORD_BYTES),
            np.minimum(PIECE_ROWS, counts[column] - first),
            weights[column] + first,
            scales[column],
        ],
        axis=1,
    )


@compiled
def _add_rows(
    pieces: NDArray[np.int64], weights: Words, pitch: int, scales: Words, sums: Words, start: int, stop: int
) -> None:
    """Adds the pieces' weighted rows to sums: for as many cells as lanes after the others, six words of each."""
    constants = np.empty((OPENING_BLOCK_ROWS + LANES) * SIX, dtype=np.uint32)
    for piece in range(start, stop):
        address, count = pieces[piece, 0], pieces[piece, 1]
        weight, number = pieces[piece, 2], pieces[piece, 3]
        scale = broadcast_element(scales, number * SIX)
        for block in range(0, count, OPENING_BLOCK_ROWS):
            rows = min(OPENING_BLOCK_ROWS, count - block)
            for row in range(0, rows, LANES):
                of_rows = load_planes(weights, pitch, weight + block + row)
                store_elements(constants, row, extension_multiply(scale, of_rows))
            for first in range(0, LOW, LANES):
                added = no_sums()
                for row in range(0, rows, 2):
                    at = (block + row) * LOW + first
                    pair = load(address, at), load(address, at + LOW)
                    added = accumulate_constants(added, pair, constants, row * SIX)
                # Meanwhile the next block is asked for, which follows this one.
                after = (block + rows) * LOW + first * OPENING_BLOCK_ROWS
                for line in range(0, LANES * OPENING_BLOCK_ROWS, LINE_WORDS):
                    prefetch(address, after + line)
                at = first * SIX
                value = extension_add(load_six(sums, at), accumulated(added))
                for j in range(SIX):
                    store(sums, at + j * LANES, value[j])


def weighted_rows(pieces: NDArray[np.int64], weights: Planes, scales: Words) -> Words:
    """The sum of scale * weight * row over pieces of columns: (6, LOW) canonical."""
    parts = [np.zeros(LOW * SIX, dtype=np.uint32)]

    def add(start: int, stop: int) -> None:
        sums = np.zeros(LOW * SIX, dtype=np.uint32)
        _add_rows(pieces, weights.flat, weights.pitch, scales, sums, start, stop)
        parts.append(sums)

    in_parallel(add, len(pieces))
    total = (np.sum(parts, axis=0, dtype=np.uint64) % np.uint64(P)).astype(np.uint32)
    return total.reshape(LOW // LANES, SIX, LANES).swapaxes(0, 1).reshape(SIX, LOW)


def stacked_rows(columns: StackedColumns, first_scale: int) -> NDArray[np.int64]:
    """The pieces of whole stacked columns, of one weight each row: `first_scale` is the number of the first one's."""
    numbers = np.arange(columns.count)
    cells = np.minimum(columns.used - (numbers << columns.height_log2), 1 << columns.height_log2)
    return row_pieces(
        columns.cells.ctypes.data + (numbers << columns.height_log2) * WORD_BYTES,
        -(-cells // (2 * LOW)) * 2,
        np.zeros(columns.count, dtype=np.int64),
        first_scale + numbers,
    )


def power_products(pieces: NDArray[np.int64], count: int, length_log2: int, point: Extension) -> list[Extension]:
    """<q, (1, point, point^2, ...)> for each column q of 2^length_log2 cells. The number of a piece's scale is that of
    its column."""
    weights = power_vector(point**LOW, length_log2 - LOW_LOG2)
    scales, in_row = montgomery_rows([ONE]), extension_arrays.powers(point, LOW)
    products = []
    for number in range(count):
        of_column = pieces[pieces[:, 3] == number]
        of_column[:, 3] = 0
        sums = weighted_rows(of_column, weights, scales).T.astype(np.uint64)
        products.append(Extension.from_coefficients(extension_arrays.multiply(sums, in_row).sum(axis=0).tolist()))
    return products


def stacked_power_products(columns: StackedColumns, point: Extension) -> tuple[Extension, ...]:
    """The same for stacked columns."""
    if columns.height_log2 < LOW_LOG2 + LANES_LOG2:
        return plain.power_products(columns.dense().astype(np.uint64), point)
    return tuple(power_products(stacked_rows(columns, 0), columns.count, columns.height_log2, point))


def vector_power_product(vector: Planes, point: Extension) -> Extension:
    """The same for a vector in planes: as many columns as an extension element has coefficients."""
    length_log2 = vector.length.bit_length() - 1
    if length_log2 < LOW_LOG2 + LANES_LOG2:
        return inner_product(vector, power_vector(point, length_log2))
    planes = np.arange(SIX)
    pieces = row_pieces(
        vector.words.ctypes.data + planes * (vector.pitch * WORD_BYTES),
        np.full(SIX, vector.length >> LOW_LOG2),
        np.zeros(SIX, dtype=np.int64),
        planes,
    )
    of_planes = power_products(pieces, SIX, length_log2, point)
    return horner(of_planes, X)


@compiled
def load_sums(array: Words, at: int) -> Lanes:
    """Sums to accumulate on."""
    return (
        load(array, at),
        load(array, at + LANES),
        load(array, at + 2 * LANES),
        load(array, at + 3 * LANES),
        load(array, at + 4 * LANES),
        load(array, at + 5 * LANES),
        load(array, at + 6 * LANES),
        load(array, at + 7 * LANES),
        load(array, at + 8 * LANES),
        load(array, at + 9 * LANES),
        load(array, at + 10 * LANES),
        load(array, at + 11 * LANES),
    )


@compiled
def store_sums(array: Words, at: int, sums: Lanes) -> None:
    """Writes them."""
    for i in range(2 * SIX):
        store(array, at + i * LANES, sums[i])


@compiled
def _fold_columns(
    addresses: NDArray[np.int64],
    lengths: NDArray[np.int64],
    low_log2: int,
    constants: Words,
    target: Words,
    pitch: int,
    start: int,
    stop: int,
) -> None:
    """In each lane one row of 2^low_log2 cells: the sum over columns and cells of cell * constant.

    Columns whose distance is a power of two share the places of a cache, so a run of each is taken, then of the next.
    """
    low = 1 << low_log2
    groups = max(1, RUN_WORDS // (LANES * low))
    square = np.empty(LANES * LANES, dtype=np.uint32)
    sums = np.empty(2 * SIX * LANES * groups, dtype=np.uint32)
    for run in range(start, stop, groups):
        count = min(groups, stop - run)
        sums[:] = 0
        for column in range(len(addresses)):
            first_constant = column << low_log2
            for group in range(count):
                at = (run + group) * LANES << low_log2
                if at < lengths[column]:
                    added = load_sums(sums, group * 2 * SIX * LANES)
                    if low >= LANES:
                        for first in range(0, low, LANES):
                            # Meanwhile the next rows are asked for, which follow these.
                            after = at + LANES * (low + first)
                            for line in range(0, LANES * LANES, LINE_WORDS):
                                prefetch(addresses[column], after + line)
                            transpose_square(addresses[column], at + first, low, square, 0, LANES)
                            for i in range(0, LANES, 2):
                                pair = load(square, i * LANES), load(square, (i + 1) * LANES)
                                number = first_constant + first + i
                                added = accumulate_constants(added, pair, constants, number * SIX)
                    else:
                        for i in range(low):
                            cells = gather(addresses[column], at + i, low)
                            added = accumulate_constants(added, (cells,), constants, (first_constant + i) * SIX)
                    store_sums(sums, group * 2 * SIX * LANES, added)
        for group in range(count):
            added = load_sums(sums, group * 2 * SIX * LANES)
            store_planes(target, pitch, (run + group) * LANES, accumulated(added))


def fold_columns(
    addresses: Sequence[int], lengths: Sequence[int], rows: int, low_log2: int, constants: Words
) -> Planes:
    """Element y is the sum over columns and i of cell y * 2^low_log2 + i times the column's i-th constant.

    Constants are rows of six words in Montgomery's form, column after column. Behind a column's length it is zero; as
    many cells as lanes have rows may be read from it.
    """
    target = Planes.room(rows)
    of_columns = np.array(addresses, dtype=np.int64), np.array(lengths, dtype=np.int64)
    operands = (*of_columns, low_log2, constants, target.flat, target.pitch)
    in_parallel(lambda start, stop: _fold_columns(*operands, start, stop), -(-rows // LANES), SMALLEST_TASK_GROUPS)
    target.words[:, rows:] = 0
    return target
