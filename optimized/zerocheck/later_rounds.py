"""The rounds after the first two, on columns of the extension: folding them, and H's products on what they fold to.

A tile is a pair of neighbouring rows of each lane: of every column the lower row's element and the difference to the
upper row's. The tiles of a table stand one after the other, and a tile that two fold to takes the place of the first;
so tiles come to stand apart. Of H as a polynomial in the pair's coordinate the
coefficients c_0, c_2 and c_3 are summed; the claim gives c_1.
"""

from __future__ import annotations

import numpy as np

from optimized.compilation import compiled
from optimized.field.lanes import (
    accumulate_constants,
    accumulated,
    extension_add,
    extension_multiply,
    extension_subtract,
    subtract,
)
from optimized.lanes.vectors import LANES, Lanes, broadcast, load, store
from optimized.words import Words
from optimized.zerocheck.cells import load_rows
from optimized.zerocheck.constants import Integers
from optimized.zerocheck.header import Code, Factor, Header
from optimized.zerocheck.nested_values import FACTOR, PAIR, nested_on_tile
from optimized.zerocheck.sums import (
    ELEMENT,
    SIX,
    SUMS,
    accumulate_product,
    clear,
    load_element,
    load_sums,
    no_sums,
    spread_element,
    store_lanes,
    store_totals,
)
from optimized.zerocheck.tables import ZEROCHECK_BLOCK_ROWS, CellOperands, Field

COEFFICIENTS = 3
"""c_0, c_2 and c_3."""


@compiled
def _pair_sums(code: Code, pairs: int, count: int, tiles: Words, left: int, right: int) -> Lanes:
    """The sum of products of pairs of columns, whose elements stand from the words `left` and `right` on."""
    sums = no_sums()
    for pair in range(pairs, pairs + 2 * count, 2):
        a = load_element(tiles, left + code[pair] * PAIR)
        sums = accumulate_product(sums, a, load_element(tiles, right + code[pair + 1] * PAIR))
    return sums


@compiled
def _add_weighted(sums: Words, weight: Lanes, totals: Words) -> None:
    """Adds weight * (c_0, c_2, c_3) to the totals."""
    for i in range(COEFFICIENTS):
        value = accumulated(load_sums(sums, i * SUMS))
        store_lanes(totals, i * SUMS, accumulate_product(load_sums(totals, i * SUMS), value, weight))


@compiled
def _add_cubic(code: Code, start: int, tiles: Words, at: int, weight: Lanes, scratch: Words, totals: Words) -> None:
    """Adds weight * (c_0, c_2, c_3) of the groups whose factor is a column to the totals."""
    clear(scratch, len(scratch))
    position = start + code[start + Header.GROUPS]
    for _ in range(code[start + Header.GROUP_COUNT]):
        count = code[position + 2]
        if code[position] == Factor.COLUMN:
            factor = at + code[position + 1] * PAIR
            for i in range(4):
                left, right = i // 2, i % 2
                sums = _pair_sums(code, position + 3, count, tiles, at + left * ELEMENT, at + right * ELEMENT)
                inner = accumulated(sums)
                for outer in range(2):
                    degree = left + right + outer
                    if degree != 1:
                        to = max(0, degree - 1) * SUMS
                        of_factor = load_element(tiles, factor + outer * ELEMENT)
                        store_lanes(scratch, to, accumulate_product(load_sums(scratch, to), inner, of_factor))
        position += 3 + 2 * count
    _add_weighted(scratch, weight, totals)


@compiled
def _add_tile(
    table: Integers,
    code: Code,
    numbers: Words,
    constants: Words,
    tiles: Words,
    at: int,
    weight: Lanes,
    slots: Words,
    scratch: Words,
    totals: Words,
) -> None:
    """Adds weight * (c_0, c_2, c_3) of H on a tile to the totals."""
    start, first = table[Field.CODE], table[Field.CONSTANTS]
    for i in range(2):
        position = start + code[start + Header.GROUPS]
        sums = no_sums()
        for _ in range(code[start + Header.GROUP_COUNT]):
            kind, count = code[position], code[position + 2]
            if kind != Factor.COLUMN:
                # The group with the factor 1 is the first one.
                place = at + i * ELEMENT
                inner = _pair_sums(code, position + 3, count, tiles, place, place)
                if kind == Factor.NUMBER:
                    factor = spread_element(constants, (first + code[position + 1]) * SIX)
                    sums = accumulate_product(sums, accumulated(inner), factor)
                else:
                    sums = inner
            position += 3 + 2 * count
        value = accumulated(sums)
        if i == 0:
            value = extension_add(value, load_element(tiles, at + code[start + Header.LINEAR] * PAIR))
        store_lanes(totals, i * SUMS, accumulate_product(load_sums(totals, i * SUMS), value, weight))
    if code[start + Header.CUBIC_COUNT]:
        _add_cubic(code, start, tiles, at, weight, scratch, totals)
    if code[start + Header.SINGLE_COUNT] + code[start + Header.LATER_COUNT]:
        nested_on_tile(table, code, numbers, constants, tiles, at, slots, scratch)
        _add_weighted(scratch, weight, totals)


@compiled
def _column_on_group(
    code: Code, column: int, file: Words, at: int, pitch: int, rows: int, constants: Words, folded: Words, first: int
) -> Lanes:
    """A column on a group of rows, the first of which stands at word `at` of the file, bound in all coordinates."""
    sums = no_sums()
    for part in range(code[column + 1]):
        constant = (first + code[column] + 1 + part) * rows * SIX
        position = at + code[column + 2 + part] * LANES
        for i in range(0, rows, 2):
            a, b = load(file, position + i * pitch), load(file, position + (i + 1) * pitch)
            sums = accumulate_constants(sums, (a, b), folded, constant + i * SIX)
    return extension_add(accumulated(sums), spread_element(constants, (first + code[column]) * SIX))


@compiled
def first_tiles(
    tasks: Integers,
    operands: CellOperands,
    bound: int,
    folded: Words,
    is_kept: bool,
    offsets: Integers,
    tiles: Words,
    results: Words,
) -> None:
    """Makes the tiles of tasks, each (its number, table, low variables, high variables, high corner), from the cells.

    So many coordinates are bound, BASE_ROUNDS or one more: a block of rows folds to a tile, or to one row of it.
    `folded` has each constant times the weights of a group's rows. `offsets` are the words where tables' tiles start,
    where they are kept. A task's results are COEFFICIENTS elements in lanes: the sums over its tiles.
    """
    tables, code, numbers, _, constants, low_levels, high_levels, lane_weights, sizes = operands
    square = np.empty(LANES * LANES, dtype=np.uint32)
    file = np.empty(sizes[0], dtype=np.uint32)
    slots = np.empty(sizes[5] * FACTOR, dtype=np.uint32)
    scratch = np.empty(COEFFICIENTS * SUMS, dtype=np.uint32)
    totals = np.empty(COEFFICIENTS * SUMS, dtype=np.uint32)
    made = tiles if is_kept else np.empty(tables[:, Field.COLUMNS].max() * PAIR, dtype=np.uint32)
    rows = 1 << bound
    for t in range(len(tasks)):
        task, number, low, high, corner = tasks[t, 0], tasks[t, 1], tasks[t, 2], tasks[t, 3], tasks[t, 4]
        table = tables[number]
        start, first = table[Field.CODE], table[Field.CONSTANTS]
        pitch = code[start + Header.REGISTERS] * LANES
        columns = table[Field.COLUMNS]
        clear(totals, len(totals))
        for i in range(1 << low):
            tile = (corner << low) + i
            at = offsets[number] + tile * columns * PAIR if is_kept else 0
            for half in range(2):
                row = (2 * tile + half) * rows
                in_block = row % ZEROCHECK_BLOCK_ROWS
                if in_block == 0:
                    load_rows(table, row, code, numbers, square, file)
                for j in range(columns):
                    column = start + code[start + code[start + Header.COLUMNS] + j]
                    to = at + j * PAIR
                    of_group = in_block * pitch
                    value = _column_on_group(code, column, file, of_group, pitch, rows, constants, folded, first)
                    if half == 0:
                        store_lanes(made, to, value)
                    else:
                        store_lanes(made, to + ELEMENT, extension_subtract(value, load_element(made, to)))
            weight = spread_element(low_levels, ((1 << low) - 1 + i) * SIX)
            _add_tile(table, code, numbers, constants, made, at, weight, slots, scratch, totals)
        of_corner = spread_element(high_levels, ((1 << high) - 1 + corner) * SIX)
        factor = extension_multiply(of_corner, load_element(lane_weights, number * ELEMENT))
        at = task * COEFFICIENTS * ELEMENT
        store_totals(totals, factor, results, at, at + COEFFICIENTS * ELEMENT)


@compiled
def _fold_tiles(tiles: Words, at: int, other: int, columns: int, challenge: Lanes) -> None:
    """One tile from two, which stand at the words `at` and `other`, in the place of the first."""
    for column in range(0, columns * PAIR, PAIR):
        lower, slope = load_element(tiles, at + column), load_element(tiles, at + column + ELEMENT)
        lower = extension_add(lower, extension_multiply(slope, challenge))
        upper, slope = load_element(tiles, other + column), load_element(tiles, other + column + ELEMENT)
        upper = extension_add(upper, extension_multiply(slope, challenge))
        store_lanes(tiles, at + column, lower)
        store_lanes(tiles, at + column + ELEMENT, extension_subtract(upper, lower))


@compiled
def _spread_lanes(columns: int, tiles: Words, at: int, row: Words) -> None:
    """Spreads a tile's lower row: the rows of its lanes as tiles from there on, the same elements in all lanes."""
    for column in range(columns):
        for i in range(ELEMENT):
            row[i] = tiles[at + column * PAIR + i]
        for k in range(LANES // 2):
            # The first of the new tiles takes the place of the one that is read.
            to = at + (k * columns + column) * PAIR
            for i in range(SIX):
                lower, upper = broadcast(row[i * LANES + 2 * k]), broadcast(row[i * LANES + 2 * k + 1])
                store(tiles, to + i * LANES, lower)
                store(tiles, to + i * LANES + ELEMENT, subtract(upper, lower))


@compiled
def later_round(
    tasks: Integers,
    tables: Integers,
    code: Code,
    numbers: Words,
    constants: Words,
    sizes: Integers,
    challenge_words: Words,
    low_levels: Words,
    high_levels: Words,
    lane_weights: Words,
    old_counts: Integers,
    lanes_bound: Integers,
    offsets: Integers,
    steps: Integers,
    tiles: Words,
    results: Words,
) -> None:
    """Folds the tiles of tasks, each (its number, table, low variables, high variables, high corner), from old ones.

    `steps` say for each table of how many tiles' words its new tiles stand apart.

    A table of a single old tile has its lanes bound next, or is bound to a single row where they have been.
    Results as in `first_tiles`.
    """
    challenge = spread_element(challenge_words, 0)
    row = np.empty(ELEMENT, dtype=np.uint32)
    slots = np.empty(sizes[5] * FACTOR, dtype=np.uint32)
    scratch = np.empty(COEFFICIENTS * SUMS, dtype=np.uint32)
    totals = np.empty(COEFFICIENTS * SUMS, dtype=np.uint32)
    for t in range(len(tasks)):
        task, number, low, high, corner = tasks[t, 0], tasks[t, 1], tasks[t, 2], tasks[t, 3], tasks[t, 4]
        table = tables[number]
        columns = table[Field.COLUMNS]
        is_single = old_counts[number] == 1
        step = steps[number] * columns * PAIR
        clear(totals, len(totals))
        for i in range(1 << low):
            tile = (corner << low) + i
            at = offsets[number] + tile * step
            if not is_single or i == 0:
                # The single row that a tile folds to stands beside itself: their difference is zero.
                other = at if is_single else at + step // 2
                _fold_tiles(tiles, at, other, columns, challenge)
                if is_single and not lanes_bound[number]:
                    _spread_lanes(columns, tiles, at, row)
            weight = spread_element(low_levels, ((1 << low) - 1 + i) * SIX)
            _add_tile(table, code, numbers, constants, tiles, at, weight, slots, scratch, totals)
        of_corner = spread_element(high_levels, ((1 << high) - 1 + corner) * SIX)
        factor = extension_multiply(of_corner, load_element(lane_weights, number * ELEMENT))
        at = task * COEFFICIENTS * ELEMENT
        store_totals(totals, factor, results, at, at + COEFFICIENTS * ELEMENT)
