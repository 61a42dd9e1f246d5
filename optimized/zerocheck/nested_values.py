"""Constraints of wide chips, evaluated as `optimized.zerocheck.nested_layout` writes them: their factors once each."""

from __future__ import annotations

from optimized.compilation import compiled
from optimized.field.lanes import (
    RADIX,
    accumulate_constants,
    accumulated,
    add,
    extension_add,
    extension_multiply,
    extension_scale,
    extension_subtract,
    multiply,
)
from optimized.lanes.vectors import LANES, Lanes, broadcast, load, store
from optimized.words import Words
from optimized.zerocheck.constants import Integers
from optimized.zerocheck.header import Code, Header
from optimized.zerocheck.sums import (
    ELEMENT,
    SIX,
    SUMS,
    accumulate_multiple,
    accumulate_product,
    load_element,
    load_sums,
    no_sums,
    offset_by,
    residue,
    spread_element,
    store_lanes,
    word_add,
    word_multiply,
)
from optimized.zerocheck.tables import Field
from spec.field import P

PAIR = 2 * ELEMENT
"""Words of a column in a tile: its lower row's element, and the difference to the upper row's."""

SQUARE_OF_RADIX = RADIX**2 % P
"""A product by it gives a number Montgomery's form."""

FACTOR = 3 * ELEMENT
"""Words of a factor on a tile: c_0, c_1 and c_2."""


@compiled
def _added(left: Lanes, right: Lanes, is_small: bool) -> Lanes:
    return word_add(left, right) if is_small else add(left, right)


@compiled
def _multiplied(left: Lanes, right: Lanes, is_small: bool) -> Lanes:
    return word_multiply(left, right) if is_small else multiply(left, right)


@compiled
def nested_at_point(
    table: Integers,
    code: Code,
    numbers: Words,
    constants: Words,
    points: Words,
    at: int,
    is_finite: bool,
    is_small: bool,
    slots: Words,
) -> Lanes:
    """The sum of all values times their weights at a point, whose registers stand from word `at` on.

    Only what has degree 3 is left at infinity. Where registers are small, they and `numbers` are signed words.
    """
    start, first_number = table[Field.CODE], table[Field.NUMBERS]
    weight = (table[Field.CONSTANTS] + code[start + Header.NESTED_WEIGHTS]) * SIX
    position = start + code[start + Header.NESTED]
    sums = no_sums()
    for _ in range(code[start + Header.NESTED_COUNT]):
        products, quadratics = code[position], code[position + 1]
        added, cubics = code[position + 2], code[position + 3]
        position += 4
        for _ in range(products):
            a = load(points, at + code[position + 1] * LANES)
            b = load(points, at + code[position + 2] * LANES)
            if is_finite:
                number = first_number + code[position + 3]
                a = _added(a, broadcast(numbers[number]), is_small)
                b = _added(b, broadcast(numbers[number + 1]), is_small)
            store(slots, code[position] * LANES, _multiplied(a, b, is_small))
            position += 4
        for _ in range(quadratics):
            slot, registers, inside = code[position], code[position + 1], code[position + 2]
            number = first_number + code[position + 3] + 1
            position += 4
            total = broadcast(0)
            if is_finite:
                total = broadcast(numbers[number - 1])
                for i in range(registers):
                    a = load(points, at + code[position + i] * LANES)
                    total = _added(total, _multiplied(a, broadcast(numbers[number + i]), is_small), is_small)
            number, position = number + registers, position + registers
            for i in range(inside):
                a = load(slots, code[position + i] * LANES)
                total = _added(total, _multiplied(a, broadcast(numbers[number + i]), is_small), is_small)
            position += inside
            store(slots, slot * LANES, total)
        total = broadcast(0)
        if is_finite:
            for i in range(position, position + 2 * added, 2):
                a, scale = load(slots, code[i] * LANES), broadcast(numbers[first_number + code[i + 1]])
                total = _added(total, _multiplied(a, scale, is_small), is_small)
        position += 2 * added
        for _ in range(cubics):
            number = first_number + code[position + 2]
            a, scale = load(points, at + code[position] * LANES), broadcast(numbers[number + 1])
            a = _multiplied(a, scale, is_small)
            if is_finite:
                a = _added(a, broadcast(numbers[number]), is_small)
            factor = load(slots, code[position + 1] * LANES)
            total = _added(total, _multiplied(a, factor, is_small), is_small)
            position += 3
        if is_small:
            total = residue(total)
        sums = accumulate_constants(sums, (total,), constants, weight)
        weight += SIX
    value = accumulated(sums)
    return extension_scale(value, broadcast(SQUARE_OF_RADIX)) if is_small else value


@compiled
def _make_product(code: Code, position: int, numbers: Words, number: int, tiles: Words, at: int, slots: Words) -> None:
    """The coefficients of a product of two columns, each plus a number; columns stand from word `at` on."""
    left, right = at + code[position + 1] * PAIR, at + code[position + 2] * PAIR
    a = offset_by(load_element(tiles, left), broadcast(numbers[number]))
    b = offset_by(load_element(tiles, right), broadcast(numbers[number + 1]))
    of_a, of_b = load_element(tiles, left + ELEMENT), load_element(tiles, right + ELEMENT)
    c0, c2 = extension_multiply(a, b), extension_multiply(of_a, of_b)
    at_one = extension_multiply(extension_add(a, of_a), extension_add(b, of_b))
    to = code[position] * FACTOR
    store_lanes(slots, to, c0)
    store_lanes(slots, to + ELEMENT, extension_subtract(extension_subtract(at_one, c0), c2))
    store_lanes(slots, to + 2 * ELEMENT, c2)


@compiled
def _make_sum(code: Code, position: int, numbers: Words, number: int, tiles: Words, at: int, slots: Words) -> None:
    """The coefficients of a sum of a number, columns and products."""
    to, registers, inside = code[position] * FACTOR, code[position + 1], code[position + 2]
    position += 4
    for k in range(3):
        sums = no_sums()
        if k < 2:
            for i in range(registers):
                a = load_element(tiles, at + code[position + i] * PAIR + k * ELEMENT)
                sums = accumulate_multiple(sums, a, broadcast(numbers[number + 1 + i]))
        for i in range(inside):
            a = load_element(slots, code[position + registers + i] * FACTOR + k * ELEMENT)
            sums = accumulate_multiple(sums, a, broadcast(numbers[number + 1 + registers + i]))
        total = accumulated(sums)
        if k == 0:
            total = offset_by(total, broadcast(numbers[number]))
        store_lanes(slots, to + k * ELEMENT, total)


@compiled
def _add_singles(
    code: Code,
    start: int,
    numbers: Words,
    first_number: int,
    constants: Words,
    weight: int,
    tiles: Words,
    at: int,
    totals: Words,
) -> None:
    """Adds c_0 and c_2 of the products that stand alone, times their weights, to the totals."""
    position = start + code[start + Header.SINGLES]
    c0, c2 = no_sums(), no_sums()
    for _ in range(code[start + Header.SINGLE_COUNT]):
        left, right = at + code[position] * PAIR, at + code[position + 1] * PAIR
        number = first_number + code[position + 2]
        factor = spread_element(constants, weight)
        a = offset_by(load_element(tiles, left), broadcast(numbers[number]))
        b = offset_by(load_element(tiles, right), broadcast(numbers[number + 1]))
        c0 = accumulate_product(c0, extension_multiply(a, b), factor)
        a, b = load_element(tiles, left + ELEMENT), load_element(tiles, right + ELEMENT)
        c2 = accumulate_product(c2, extension_multiply(a, b), factor)
        position += 3
        weight += SIX
    store_lanes(totals, 0, c0)
    store_lanes(totals, SUMS, c2)


@compiled
def _add_values(
    code: Code,
    start: int,
    numbers: Words,
    first_number: int,
    constants: Words,
    weight: int,
    tiles: Words,
    at: int,
    slots: Words,
    totals: Words,
) -> None:
    """Adds c_0, c_2 and c_3 of the values with common factors, times their weights, to the totals."""
    at += 2 * code[start + Header.PAIR_COUNT] * PAIR
    position = start + code[start + Header.LATER]
    for _ in range(code[start + Header.LATER_COUNT]):
        products, quadratics = code[position], code[position + 1]
        added, cubics = code[position + 2], code[position + 3]
        position += 4
        for _ in range(products):
            _make_product(code, position, numbers, first_number + code[position + 3], tiles, at, slots)
            position += 4
        for _ in range(quadratics):
            _make_sum(code, position, numbers, first_number + code[position + 3], tiles, at, slots)
            position += 4 + code[position + 1] + code[position + 2]
        c0, c2, c3 = no_sums(), no_sums(), no_sums()
        for _ in range(added):
            scale = broadcast(numbers[first_number + code[position + 1]])
            factor = code[position] * FACTOR
            c0 = accumulate_multiple(c0, load_element(slots, factor), scale)
            c2 = accumulate_multiple(c2, load_element(slots, factor + 2 * ELEMENT), scale)
            position += 2
        for _ in range(cubics):
            column, factor = at + code[position] * PAIR, code[position + 1] * FACTOR
            number = first_number + code[position + 2]
            scale = broadcast(numbers[number + 1])
            a = offset_by(extension_scale(load_element(tiles, column), scale), broadcast(numbers[number]))
            slope = extension_scale(load_element(tiles, column + ELEMENT), scale)
            last = load_element(slots, factor + 2 * ELEMENT)
            c0 = accumulate_product(c0, a, load_element(slots, factor))
            c2 = accumulate_product(c2, a, last)
            c2 = accumulate_product(c2, slope, load_element(slots, factor + ELEMENT))
            c3 = accumulate_product(c3, slope, last)
            position += 3
        of_value = spread_element(constants, weight)
        weight += SIX
        store_lanes(totals, 0, accumulate_product(load_sums(totals, 0), accumulated(c0), of_value))
        store_lanes(totals, SUMS, accumulate_product(load_sums(totals, SUMS), accumulated(c2), of_value))
        store_lanes(totals, 2 * SUMS, accumulate_product(load_sums(totals, 2 * SUMS), accumulated(c3), of_value))


@compiled
def nested_on_tile(
    table: Integers, code: Code, numbers: Words, constants: Words, tiles: Words, at: int, slots: Words, totals: Words
) -> None:
    """Makes the totals c_0, c_2 and c_3 on a tile of all that a wide chip has beside groups and linear parts."""
    start, first, first_number = table[Field.CODE], table[Field.CONSTANTS], table[Field.NUMBERS]
    weight = (first + code[start + Header.SINGLE_WEIGHTS]) * SIX
    store_lanes(totals, 2 * SUMS, no_sums())
    _add_singles(code, start, numbers, first_number, constants, weight, tiles, at, totals)
    weight = (first + code[start + Header.LATER_WEIGHTS]) * SIX
    _add_values(code, start, numbers, first_number, constants, weight, tiles, at, slots, totals)
