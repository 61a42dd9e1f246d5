"""What has degree 3 in the first two rounds: products of three forms, and values with common factors."""

from __future__ import annotations

from optimized.compilation import compiled
from optimized.field.lanes import accumulate_constants, add, multiply
from optimized.lanes.vectors import LANES, Lanes, broadcast, load
from optimized.words import Words
from optimized.zerocheck.constants import Integers
from optimized.zerocheck.header import Code, Header
from optimized.zerocheck.nested_values import nested_at_point
from optimized.zerocheck.points import CUBIC_POINTS, CUBIC_SIDE, INFINITY, spread_cubic_cores, spread_small_cores
from optimized.zerocheck.sums import SUMS, accumulate_product, load_sums, store_lanes
from optimized.zerocheck.tables import Field


@compiled
def add_cubics(
    table: Integers,
    code: Code,
    numbers: Words,
    file: Words,
    row: int,
    points: Words,
    levels: Words,
    weight: int,
    totals: Words,
) -> None:
    """Adds weight * value of every sum of products of three of one group of rows to its totals at all points."""
    start = table[Field.CODE]
    pitch = code[start + Header.REGISTERS] * LANES
    cores = code[start + Header.CUBIC_CORE_COUNT]
    spread_cubic_cores(code, start + code[start + Header.CUBIC_CORES], cores, file, row, pitch, points)
    for point in range(CUBIC_POINTS):
        is_finite = point // CUBIC_SIDE != INFINITY and point % CUBIC_SIDE != INFINITY
        at = point * cores * LANES
        position = start + code[start + Header.CUBICS]
        for value in range(code[start + Header.CUBIC_COUNT]):
            total = broadcast(0)
            products = code[position]
            position += 1
            for _ in range(products):
                a = load(points, at + code[position] * LANES)
                b = load(points, at + code[position + 1] * LANES)
                c = load(points, at + code[position + 2] * LANES)
                number = table[Field.NUMBERS] + code[position + 3]
                if is_finite:
                    a = add(a, broadcast(numbers[number]))
                    b = add(b, broadcast(numbers[number + 1]))
                    c = add(c, broadcast(numbers[number + 2]))
                product = multiply(multiply(a, b), multiply(c, broadcast(numbers[number + 3])))
                total = add(total, product)
                position += 4
            to = (value * CUBIC_POINTS + point) * SUMS
            store_lanes(totals, to, accumulate_constants(load_sums(totals, to), (total,), levels, weight))


@compiled
def add_nested(
    table: Integers,
    code: Code,
    both_numbers: tuple[Words, Words],
    constants: Words,
    file: Words,
    row: int,
    points: Words,
    slots: Words,
    weight: Lanes,
    totals: Words,
) -> None:
    """Adds weight * value of the constraints with common factors of one group of rows to the totals of all points."""
    start = table[Field.CODE]
    pitch = code[start + Header.REGISTERS] * LANES
    cores = code[start + Header.CUBIC_CORE_COUNT]
    position = start + code[start + Header.CUBIC_CORES]
    is_small = code[start + Header.FITS_WORDS] == 1 and spread_small_cores(
        code, position, cores, file, row, pitch, points
    )
    numbers, signed_numbers = both_numbers
    chosen = signed_numbers if is_small else numbers
    if not is_small:
        spread_cubic_cores(code, position, cores, file, row, pitch, points)
    for point in range(CUBIC_POINTS):
        is_finite = point // CUBIC_SIDE != INFINITY and point % CUBIC_SIDE != INFINITY
        at = point * cores * LANES
        value = nested_at_point(table, code, chosen, constants, points, at, is_finite, is_small, slots)
        to = point * SUMS
        store_lanes(totals, to, accumulate_product(load_sums(totals, to), value, weight))
