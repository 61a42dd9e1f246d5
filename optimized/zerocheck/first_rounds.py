"""The first two rounds, from base cells: sums of H over groups of four rows at nine points of their two coordinates.

Linear parts have no coefficient at infinity. Products of three forms are summed apart, at more points.
"""

from __future__ import annotations

import numpy as np

from optimized.compilation import compiled
from optimized.field.lanes import (
    accumulate_constants,
    accumulated,
    add,
    extension_add,
    extension_multiply,
    multiply,
    subtract,
)
from optimized.lanes.vectors import LANES, Lanes, broadcast, load, store
from optimized.words import Words
from optimized.zerocheck.cells import load_rows
from optimized.zerocheck.constants import Integers
from optimized.zerocheck.first_cubics import add_cubics, add_nested
from optimized.zerocheck.header import NONE, Code, Header, Step
from optimized.zerocheck.points import (
    CUBIC_POINTS,
    GROUP_ROWS,
    INFINITY,
    POINTS,
    SIDE,
    either,
    spread_column,
    spread_cores,
)
from optimized.zerocheck.sums import (
    ELEMENT,
    SIX,
    SUMS,
    accumulate_product,
    clear,
    is_zero,
    load_element,
    load_sums,
    no_sums,
    spread_element,
    store_lanes,
    store_totals,
)
from optimized.zerocheck.tables import CellOperands, Field

_NONE = NONE


@compiled
def _column_at_row(code: Code, column: int, file: Words, at: int, constants: Words, first: int, sums: Lanes) -> Lanes:
    """sums + a column without its number, on a row that stands at word `at` of the file."""
    constant = (first + code[column] + 1) * SIX
    for part in range(0, code[column + 1], 2):
        a = load(file, at + code[column + 2 + part] * LANES)
        b = load(file, at + code[column + 3 + part] * LANES)
        sums = accumulate_constants(sums, (a, b), constants, constant + part * SIX)
    return sums


@compiled
def _base_values(
    code: Code,
    position: int,
    count: int,
    numbers: Words,
    first_number: int,
    points: Words,
    at: int,
    is_row: bool,
    values: Words,
) -> None:
    """Writes base values at a point, whose cores stand from word `at` on: whole ones on rows, else products alone."""
    for value in range(count):
        products, core = code[position], code[position + 1]
        number = first_number + code[position + 2]
        position += 3
        total = broadcast(0)
        if is_row:
            total = broadcast(numbers[number + 1])
            if core != _NONE:
                total = add(total, multiply(load(points, at + core * LANES), broadcast(numbers[number])))
        for _ in range(products):
            step = code[position]
            a = load(points, at + code[position + 1] * LANES)
            b = load(points, at + code[position + 2] * LANES)
            number = first_number + code[position + 3]
            if is_row:
                a = add(a, broadcast(numbers[number]))
                b = add(b, broadcast(numbers[number + 1]))
            product = multiply(a, b)
            if step == Step.ADD:
                total = add(total, product)
            elif step == Step.SUBTRACT:
                total = subtract(total, product)
            else:
                total = add(total, multiply(product, broadcast(numbers[number + 2])))
            position += 4
        store(values, value * LANES, total)


@compiled
def _weighted(values: Words, first: int, stop: int, constants: Words, weights: int, sums: Lanes) -> Lanes:
    """sums + values times their weights, evenly many."""
    for value in range(first, stop, 2):
        pair = (load(values, value * LANES), load(values, (value + 1) * LANES))
        sums = accumulate_constants(sums, pair, constants, (weights + value) * SIX)
    return sums


@compiled
def _are_zero(values: Words, first: int, stop: int) -> bool:
    total = broadcast(0)
    for value in range(first, stop):
        total = either(total, load(values, value * LANES))
    return is_zero(total)  # type: ignore[no-any-return]


@compiled
def _add_group(
    table: Integers,
    code: Code,
    numbers: Words,
    constants: Words,
    file: Words,
    row: int,
    points: Words,
    columns: Words,
    values: Words,
    weight: Lanes,
    totals: Words,
) -> None:
    """Adds weight * H, but for products of three, of one group of rows to the totals of all points."""
    start, first = table[Field.CODE], table[Field.CONSTANTS]
    pitch = code[start + Header.REGISTERS] * LANES
    cores = code[start + Header.CORE_COUNT]
    spread_cores(code, start + code[start + Header.CORES], cores, file, row, pitch, points)
    pairs = code[start + Header.PAIR_COUNT]
    positions = start + code[start + Header.COLUMNS]
    for number in range(2 * pairs):
        column = start + code[positions + number]
        at = number * POINTS * ELEMENT
        offset = spread_element(constants, (first + code[column]) * SIX)
        for i in range(GROUP_ROWS):
            sums = _column_at_row(code, column, file, (row + i) * pitch, constants, first, no_sums())
            # Row 2 x + y is point SIDE * x + y.
            to = at + (i + i // 2) * ELEMENT
            store_lanes(columns, to, extension_add(accumulated(sums), offset))
        spread_column(columns, at)
    others, constraints = code[start + Header.OTHER_COUNT], code[start + Header.CONSTRAINT_COUNT]
    remainder = start + code[positions + code[start + Header.COLUMN_COUNT]]
    for point in range(POINTS):
        is_row = point < SIDE * INFINITY and point % SIDE < INFINITY
        if not is_row and pairs + others + constraints == 0:
            # H is linear.
            continue
        _base_values(
            code,
            start + code[start + Header.VALUES],
            others + constraints,
            numbers,
            table[Field.NUMBERS],
            points,
            point * cores * LANES,
            is_row,
            values,
        )
        stop = others + constraints
        if is_row and _are_zero(values, others, stop):
            # Constraints hold on the rows of an honest trace.
            stop = others
        sums = _weighted(values, 0, stop, constants, first + code[start + Header.VALUE_WEIGHTS], no_sums())
        if is_row:
            at = (row + point - point // SIDE) * pitch
            sums = _column_at_row(code, remainder, file, at, constants, first, sums)
        for pair in range(pairs):
            at = (2 * pair * POINTS + point) * ELEMENT
            sums = accumulate_product(sums, load_element(columns, at), load_element(columns, at + POINTS * ELEMENT))
        at = point * SUMS
        store_lanes(totals, at, accumulate_product(load_sums(totals, at), accumulated(sums), weight))


@compiled
def first_rounds(
    tasks: Integers,
    operands: CellOperands,
    results: Words,
    cubic_results: Words,
) -> None:
    """Sums over the groups of rows of tasks, each (its number, table, low variables, high variables, high corner).

    A task's results are POINTS and CUBIC_POINTS elements in lanes.
    """
    tables, code, numbers, signed_numbers, constants, low_levels, high_levels, lane_weights, sizes = operands
    scratch = np.empty(LANES * LANES, dtype=np.uint32)
    file = np.empty(sizes[0], dtype=np.uint32)
    points = np.empty(sizes[1], dtype=np.uint32)
    columns = np.empty(sizes[2], dtype=np.uint32)
    values = np.empty(sizes[3], dtype=np.uint32)
    totals = np.empty(POINTS * SUMS, dtype=np.uint32)
    cubic_totals = np.empty(sizes[4], dtype=np.uint32)
    slots = np.empty(sizes[5] * LANES, dtype=np.uint32)
    for t in range(len(tasks)):
        task, number, low, high, corner = tasks[t, 0], tasks[t, 1], tasks[t, 2], tasks[t, 3], tasks[t, 4]
        table = tables[number]
        start, first = table[Field.CODE], table[Field.CONSTANTS]
        cubics = code[start + Header.CUBIC_COUNT]
        clear(totals, len(totals))
        # Constraints with common factors are weighted at once: one total for all.
        nested = code[start + Header.NESTED_COUNT]
        clear(cubic_totals, max(cubics, 1) * CUBIC_POINTS * SUMS)
        groups = 1 << low
        for group in range(groups):
            row = group % 2 * GROUP_ROWS
            if row == 0:
                load_rows(table, (corner * groups + group) * GROUP_ROWS, code, numbers, scratch, file)
            level = (groups - 1 + group) * SIX
            weight = spread_element(low_levels, level)
            _add_group(table, code, numbers, constants, file, row, points, columns, values, weight, totals)
            if cubics:
                add_cubics(table, code, numbers, file, row, points, low_levels, level, cubic_totals)
            if nested:
                both = numbers, signed_numbers
                add_nested(table, code, both, constants, file, row, points, slots, weight, cubic_totals)
        of_corner = spread_element(high_levels, ((1 << high) - 1 + corner) * SIX)
        factor = extension_multiply(of_corner, load_element(lane_weights, number * ELEMENT))
        at = task * POINTS * ELEMENT
        store_totals(totals, factor, results, at, at + POINTS * ELEMENT)
        for point in range(CUBIC_POINTS if cubics else 0):
            sums = no_sums()
            for value in range(cubics):
                total = accumulated(load_sums(cubic_totals, (value * CUBIC_POINTS + point) * SUMS))
                constant = (first + code[start + Header.CUBIC_WEIGHTS] + value) * SIX
                sums = accumulate_product(sums, total, spread_element(constants, constant))
            # The first value's totals are not needed any more.
            store_lanes(cubic_totals, point * SUMS, sums)
        at = task * CUBIC_POINTS * ELEMENT
        store_totals(cubic_totals, factor, cubic_results, at, at + CUBIC_POINTS * ELEMENT)
