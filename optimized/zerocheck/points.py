"""The points at which the first two rounds sum H, and values on a group of rows taken to them.

A group's rows have X and Y as their last coordinates. A product of two forms, each of degree 1 in X and in Y, is known
by its values at 0 and 1 and its leading coefficient ("at infinity") in either; one of three also needs the value at -1.
"""

from __future__ import annotations

from optimized.compilation import compiled
from optimized.field.lanes import extension_subtract, multiply, subtract
from optimized.lanes.vectors import LANES, binary, broadcast, constant, load, store, unary
from optimized.words import Words
from optimized.zerocheck.header import Code
from optimized.zerocheck.small_values import CELL_BITS
from optimized.zerocheck.sums import ELEMENT, is_zero, load_element, store_lanes, word_subtract
from optimized.zerocheck.tables import BASE_ROUNDS

GROUP_ROWS = 1 << BASE_ROUNDS
SIDE = 3
"""Points of a coordinate: 0, 1 and infinity."""

POINTS = SIDE * SIDE
"""Point SIDE * i + j has X at its i-th point and Y at its j-th."""

CUBIC_SIDE = 4
"""Points of a coordinate for products of three: 0, 1, infinity and -1."""

CUBIC_POINTS = CUBIC_SIDE * CUBIC_SIDE
INFINITY = 2
"""Where infinity stands among the points of a coordinate."""

either = binary(lambda builder, left, right: [builder.or_(left[0], right[0])])
"""The bits that stand in one of two."""

high_bits = unary(lambda builder, value: [builder.lshr(value[0], constant(CELL_BITS))])
"""What a small number does not have."""


@compiled
def spread_cores(code: Code, cores: int, count: int, file: Words, row: int, pitch: int, points: Words) -> None:
    """The registers of four rows at all points: those of a point stand together."""
    step = count * LANES
    for core in range(count):
        at = row * pitch + code[cores + core] * LANES
        r0, r1 = load(file, at), load(file, at + pitch)
        r2, r3 = load(file, at + 2 * pitch), load(file, at + 3 * pitch)
        to = core * LANES
        low, high = subtract(r1, r0), subtract(r3, r2)
        store(points, to, r0)
        store(points, to + step, r1)
        store(points, to + 2 * step, low)
        store(points, to + 3 * step, r2)
        store(points, to + 4 * step, r3)
        store(points, to + 5 * step, high)
        store(points, to + 6 * step, subtract(r2, r0))
        store(points, to + 7 * step, subtract(r3, r1))
        store(points, to + 8 * step, subtract(high, low))


@compiled
def spread_cubic_cores(code: Code, cores: int, count: int, file: Words, row: int, pitch: int, points: Words) -> None:
    """The same at 0, 1, infinity and -1 of either coordinate."""
    step = count * LANES
    for core in range(count):
        at = row * pitch + code[cores + core] * LANES
        to = core * LANES
        for i in range(2):
            r0, r1 = load(file, at + 2 * i * pitch), load(file, at + (2 * i + 1) * pitch)
            slope = subtract(r1, r0)
            first = to + CUBIC_SIDE * i * step
            store(points, first, r0)
            store(points, first + step, r1)
            store(points, first + 2 * step, slope)
            store(points, first + 3 * step, subtract(r0, slope))
        for j in range(CUBIC_SIDE):
            r0, r1 = load(points, to + j * step), load(points, to + (CUBIC_SIDE + j) * step)
            slope = subtract(r1, r0)
            store(points, to + (2 * CUBIC_SIDE + j) * step, slope)
            store(points, to + (3 * CUBIC_SIDE + j) * step, subtract(r0, slope))


@compiled
def spread_small_cores(code: Code, cores: int, count: int, file: Words, row: int, pitch: int, points: Words) -> bool:
    """The same as signed words, if all of these registers are small on the four rows. Says whether they are."""
    step = count * LANES
    one, seen = broadcast(1), broadcast(0)
    for core in range(count):
        at = row * pitch + code[cores + core] * LANES
        to = core * LANES
        for i in range(2):
            # A product by 1 takes the factor of Montgomery's form away.
            r0, r1 = multiply(load(file, at + 2 * i * pitch), one), multiply(load(file, at + (2 * i + 1) * pitch), one)
            seen = either(seen, either(r0, r1))
            slope = word_subtract(r1, r0)
            first = to + CUBIC_SIDE * i * step
            store(points, first, r0)
            store(points, first + step, r1)
            store(points, first + 2 * step, slope)
            store(points, first + 3 * step, word_subtract(r0, slope))
        for j in range(CUBIC_SIDE):
            r0, r1 = load(points, to + j * step), load(points, to + (CUBIC_SIDE + j) * step)
            slope = word_subtract(r1, r0)
            store(points, to + (2 * CUBIC_SIDE + j) * step, slope)
            store(points, to + (3 * CUBIC_SIDE + j) * step, word_subtract(r0, slope))
    return is_zero(high_bits(seen))  # type: ignore[no-any-return]


@compiled
def spread_column(values: Words, at: int) -> None:
    """A column's values on four rows, at points 0, 1, 3 and 4, taken to the other points."""
    r0, r1 = load_element(values, at), load_element(values, at + ELEMENT)
    r2, r3 = load_element(values, at + 3 * ELEMENT), load_element(values, at + 4 * ELEMENT)
    low, high = extension_subtract(r1, r0), extension_subtract(r3, r2)
    store_lanes(values, at + 2 * ELEMENT, low)
    store_lanes(values, at + 5 * ELEMENT, high)
    store_lanes(values, at + 6 * ELEMENT, extension_subtract(r2, r0))
    store_lanes(values, at + 7 * ELEMENT, extension_subtract(r3, r1))
    store_lanes(values, at + 8 * ELEMENT, extension_subtract(high, low))
