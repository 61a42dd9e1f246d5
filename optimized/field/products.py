"""Products of extension elements on lanes, and sums of them that are reduced once.

The extension is F_(p^2)[X] / (X^3 - w) with w = X^3, w^2 = -w - 1, and in F_(p^2) [Karatsuba 1962]

    (a + a' w) (b + b' w) = (a b + a' n) + (a b + d e) w    for d = a - a', n = -b', e = b' - b.

To multiply the right factor by w turns (b, n, e) into (n, e, b). So coefficient k of a product is the sum over i of
the i-th part of the left factor times part k - i of the right one, turned where k - i is negative: nine words of each
factor, 27 products of words, all added.

Sums grow in the two 64-bit halves of `wide_sums`. All elements are in Montgomery's form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from llvmlite import ir

from optimized.field.lanes import RADIX, emit_subtract
from optimized.field.wide_sums import LARGEST_SUM, LOW_HALF, LOWERED, WIDE, Factors, Halves, WideSum, halves_of
from optimized.lanes.vectors import (
    LANES,
    VECTOR,
    Builder,
    Emitted,
    binary,
    cgutils,
    constant,
    element_pointer,
    intrinsic,
    splat,
    tuple_type,
    types,
    unary,
)
from spec.field import EXTENSION_DEGREE, Extension, P

FACTOR_WORDS = 9
"""A factor that is the same in all lanes: b, n and e of its three parts."""

FACTOR_PITCH = 16
"""Factors of a table stand so many words apart."""

SUM_LANES = 2 * EXTENSION_DEGREE
"""Two halves for each coefficient."""


def factor_words(element: Extension) -> list[int]:
    """FACTOR_WORDS words for products by an element."""
    b_0, b_1, b_2, b_3, b_4, b_5 = (coefficient * RADIX % P for coefficient in element.coefficients)
    return [b_0, b_1, b_2, -b_3 % P, -b_4 % P, -b_5 % P, (b_3 - b_0) % P, (b_4 - b_1) % P, (b_5 - b_2) % P]


Part: TypeAlias = tuple[Halves, Halves, Halves]
"""a, a' and d of a left factor, or b, n and e of a right one, for one power of X."""


def _left(builder: Builder, element: Sequence[Emitted]) -> list[Part]:
    differences = [emit_subtract(builder, element[i], element[i + 3]) for i in range(3)]
    words = [halves_of(builder, value) for value in (*element, *differences)]
    return [(words[i], words[i + 3], words[i + 6]) for i in range(3)]


def _right(builder: Builder, element: Sequence[Emitted]) -> list[Part]:
    """A factor that differs from lane to lane."""
    negatives = [builder.sub(constant(P), element[i]) for i in range(3, 6)]
    differences = [emit_subtract(builder, element[i + 3], element[i]) for i in range(3)]
    words = [halves_of(builder, value) for value in (*element[:3], *negatives, *differences)]
    return [(words[i], words[i + 3], words[i + 6]) for i in range(3)]


def _same_right(builder: Builder, pointer: Emitted) -> list[Part]:
    """The same factor in all lanes, from FACTOR_WORDS words."""
    words = [_same(builder, pointer, i) for i in range(FACTOR_WORDS)]
    return [(words[i], words[i + 3], words[i + 6]) for i in range(3)]


def _same(builder: Builder, pointer: Emitted, index: int) -> Halves:
    """A word in memory in all lanes: both halves are the same."""
    word = builder.load(builder.gep(pointer, [ir.Constant(ir.IntType(64), index)]))
    half = builder.and_(builder.bitcast(splat(builder, word), WIDE), LOW_HALF)
    return half, half


def _products(
    left: Sequence[Part], right: Sequence[Part], k: int
) -> tuple[list[Factors], list[Factors], list[Factors]]:
    """What coefficients k and k + 3 have in common, then what each has alone."""
    common: list[Factors] = []
    lower: list[Factors] = []
    upper: list[Factors] = []
    for i, (a, other_a, d) in enumerate(left):
        b, n, e = right[k - i] if k >= i else (right[k - i + 3][1], right[k - i + 3][2], right[k - i + 3][0])
        common.append((a, b))
        lower.append((other_a, n))
        upper.append((d, e))
    return common, lower, upper


def _sum_of_products(builder: Builder, factors: Sequence[tuple[Sequence[Part], Sequence[Part]]]) -> list[Emitted]:
    """The coefficients of a sum of products."""
    lower: list[Emitted] = []
    upper: list[Emitted] = []
    for k in range(3):
        products = [_products(left, right, k) for left, right in factors]
        common = WideSum(builder)
        for product in products:
            common.add(product[0])
        common.make_room()
        for own, target in ((1, lower), (2, upper)):
            total = common.copy()
            for product in products:
                total.add(product[own])
            target.append(total.reduced())
    return lower + upper


def _wide_sums(builder: Builder, sums: Sequence[Emitted], bound: int) -> list[WideSum]:
    wide = [builder.bitcast(half, WIDE) for half in sums]
    return [WideSum(builder, (wide[2 * k], wide[2 * k + 1]), bound) for k in range(EXTENSION_DEGREE)]


def _lanes_of(builder: Builder, sums: Sequence[WideSum]) -> list[Emitted]:
    return [builder.bitcast(half, VECTOR) for total in sums for half in total.total]


def _loader(count: int) -> Any:
    def load_lanes(_context: Any, source: Any, at: Any) -> Any:
        result_type = tuple_type(count)

        def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
            base = element_pointer(context, builder, signature.args[0], values[0], values[1])
            results = []
            for k in range(count):
                loaded = builder.load(_lanes_pointer(builder, base, k))
                loaded.align = 4
                results.append(loaded)
            return context.make_tuple(builder, result_type, results)

        return result_type(source, types.intp), code

    return intrinsic(load_lanes)


def _storer() -> Any:
    def store_lanes(_context: Any, target: Any, at: Any, lanes: Any) -> Any:
        def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
            base = element_pointer(context, builder, signature.args[0], values[0], values[1])
            for k, value in enumerate(cgutils.unpack_tuple(builder, values[2])):
                builder.store(value, _lanes_pointer(builder, base, k)).align = 4
            return context.get_dummy_value()

        return types.void(target, types.intp, lanes), code

    return intrinsic(store_lanes)


def _lanes_pointer(builder: Builder, base: Emitted, k: int) -> Emitted:
    pointer = builder.gep(base, [ir.Constant(ir.IntType(64), k * LANES)])
    return builder.bitcast(pointer, VECTOR.as_pointer())


load_element = _loader(EXTENSION_DEGREE)
"""(source, at): elements whose coefficients stand in neighbouring lanes."""

load_sums = _loader(SUM_LANES)
"""(source, at): sums that are not reduced."""

store_lanes = _storer()
"""(target, at, lanes): writes an element, or sums that are not reduced."""

extension_product = binary(
    lambda builder, left, right: _sum_of_products(builder, [(_left(builder, left), _right(builder, right))]),
    EXTENSION_DEGREE,
)
"""left * right."""


@intrinsic  # type: ignore[untyped-decorator]
def sum_of_two_products(_context: Any, left: Any, right: Any, other_left: Any, other_right: Any) -> Any:
    """left * right + other_left * other_right."""
    result_type = tuple_type(EXTENSION_DEGREE)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        given = [cgutils.unpack_tuple(builder, value) for value in values]
        factors = [(_left(builder, given[i]), _right(builder, given[i + 1])) for i in (0, 2)]
        return context.make_tuple(builder, result_type, _sum_of_products(builder, factors))

    return result_type(left, right, other_left, other_right), code


@intrinsic  # type: ignore[untyped-decorator]
def scaled(_context: Any, element: Any, factors: Any, first: Any) -> Any:
    """element * factor, the same factor in all lanes: FACTOR_WORDS words of a flat array, or of memory
    from an address on."""
    result_type = tuple_type(EXTENSION_DEGREE)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        left = _left(builder, cgutils.unpack_tuple(builder, values[0]))
        right = _same_right(builder, element_pointer(context, builder, signature.args[1], values[1], values[2]))
        return context.make_tuple(builder, result_type, _sum_of_products(builder, [(left, right)]))

    return result_type(element, factors, types.intp), code


@intrinsic  # type: ignore[untyped-decorator]
def add_scaled(_context: Any, sums: Any, element: Any, factors: Any, first: Any) -> Any:
    """sums + element * factor, not reduced. Sums are SUM_LANES lanes values, zero at the start, lowered before and
    after."""
    result_type = tuple_type(SUM_LANES)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        totals = _wide_sums(builder, cgutils.unpack_tuple(builder, values[0]), LOWERED)
        left = _left(builder, cgutils.unpack_tuple(builder, values[1]))
        right = _same_right(builder, element_pointer(context, builder, signature.args[2], values[2], values[3]))
        for k in range(3):
            common, lower, upper = _products(left, right, k)
            shared = WideSum(builder)
            shared.add(common)
            for number, own in ((k, lower), (k + 3, upper)):
                fresh = shared.copy()
                fresh.add(own)
                fresh.lower()
                halves, total = fresh.total, totals[number].total
                added = builder.add(halves[0], total[0]), builder.add(halves[1], total[1])
                totals[number] = WideSum(builder, added, 2 * LOWERED)
                totals[number].lower()
        return context.make_tuple(builder, result_type, _lanes_of(builder, totals))

    return result_type(sums, element, factors, types.intp), code


@intrinsic  # type: ignore[untyped-decorator]
def add_cell(_context: Any, sums: Any, cell: Any, weights: Any, first: Any) -> Any:
    """sums + cell * weight, neither reduced nor lowered: six words of a flat array from an index on, the same in all
    lanes."""
    result_type = tuple_type(SUM_LANES)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        totals = _wide_sums(builder, cgutils.unpack_tuple(builder, values[0]), 0)
        pointer = element_pointer(context, builder, signature.args[2], values[2], values[3])
        halves = halves_of(builder, values[1])
        for k, total in enumerate(totals):
            total.add([(halves, _same(builder, pointer, k))])
        return context.make_tuple(builder, result_type, _lanes_of(builder, totals))

    return result_type(sums, cell, weights, types.intp), code


def _emit_lowered(builder: Builder, sums: Sequence[Emitted]) -> list[Emitted]:
    totals = _wide_sums(builder, sums, LARGEST_SUM)
    for total in totals:
        total.lower()
    return _lanes_of(builder, totals)


lowered_sums = unary(_emit_lowered, SUM_LANES)
"""The same sums, lowered: two more products of words may be added to each."""

reduced_sums = unary(
    lambda builder, sums: [total.reduced() for total in _wide_sums(builder, sums, LARGEST_SUM)], EXTENSION_DEGREE
)
"""What the sums stand for: an extension element."""


@intrinsic  # type: ignore[untyped-decorator]
def starting_sums(_context: Any, words: Any, first: Any) -> Any:
    """Sums that start with six words of a flat array, the same in all lanes: they count as elements over 2^32."""
    result_type = tuple_type(SUM_LANES)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        pointer = element_pointer(context, builder, signature.args[0], values[0], values[1])
        results = []
        for k in range(EXTENSION_DEGREE):
            results += [builder.bitcast(half, VECTOR) for half in _same(builder, pointer, k)]
        return context.make_tuple(builder, result_type, results)

    return result_type(words, types.intp), code


@intrinsic  # type: ignore[untyped-decorator]
def sum_of_two_multiples(_context: Any, element: Any, cell: Any, other_element: Any, other_cell: Any) -> Any:
    """element * cell + other_element * other_cell, cells in the base field."""
    result_type = tuple_type(EXTENSION_DEGREE)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        elements = [[halves_of(builder, c) for c in cgutils.unpack_tuple(builder, values[i])] for i in (0, 2)]
        cells = [halves_of(builder, values[i]) for i in (1, 3)]
        results = []
        for k in range(EXTENSION_DEGREE):
            total = WideSum(builder)
            total.add([(elements[0][k], cells[0]), (elements[1][k], cells[1])])
            results.append(total.reduced())
        return context.make_tuple(builder, result_type, results)

    return result_type(element, cell, other_element, other_cell), code


@intrinsic  # type: ignore[untyped-decorator]
def masked(_context: Any, element: Any, bit: Any) -> Any:
    """element * bit, for lanes that are 0 or 1."""
    result_type = tuple_type(EXTENSION_DEGREE)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        mask = builder.sub(constant(0), values[1])
        results = [builder.and_(c, mask) for c in cgutils.unpack_tuple(builder, values[0])]
        return context.make_tuple(builder, result_type, results)

    return result_type(element, bit), code
