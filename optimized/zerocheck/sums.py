"""Sums of products of extension elements in lanes, reduced once.

Sums are the 64-bit halves of six coefficients, as `optimized.field.lanes` accumulates them: below 2.05 p^2 between two
steps, so that two more products stay below 4.06 p^2 < 2^64.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from optimized.compilation import compiled
from optimized.field.lanes import (
    WIDE,
    Factors,
    Halves,
    accumulated,
    emit_add,
    emit_add_halves,
    emit_halves,
    emit_lowered,
    emit_subtract,
    emit_sum_of_products,
    extension_multiply,
)
from optimized.lanes.vectors import (
    LANES,
    VECTOR,
    Builder,
    Emitted,
    Lanes,
    binary,
    broadcast,
    cgutils,
    constant,
    element_pointer,
    intrinsic,
    lanes_type,
    splat,
    store,
    ternary,
    tuple_type,
    types,
    unary,
)
from optimized.words import Words
from spec.field import EXTENSION_DEGREE, P

SIX = EXTENSION_DEGREE
ELEMENT = SIX * LANES
"""Words of an element in lanes."""

SUMS = 2 * ELEMENT
"""Words of sums."""

WORD_BYTES = 4
"""A word has 32 bits."""


def _emit_accumulated_product(
    builder: Builder, sums: Sequence[Emitted], left: Sequence[Emitted], right: Sequence[Emitted]
) -> list[Emitted]:
    """sums + left * right modulo X^6 + X^3 + 1, from the 27 products of `emit_extension_multiply`."""

    def halves(values: Sequence[Emitted]) -> list[Halves]:
        return [emit_halves(builder, value) for value in values]

    def negatives(values: Sequence[Emitted]) -> list[Halves]:
        return halves([builder.sub(constant(P), value) for value in values])

    totals = [
        (builder.bitcast(sums[2 * k], WIDE), builder.bitcast(sums[2 * k + 1], WIDE)) for k in range(EXTENSION_DEGREE)
    ]
    differences = [emit_subtract(builder, left[i], left[i + 3]) for i in range(3)]
    a, minus_a = halves(left[:3]), negatives(left)
    b = halves(right)
    d, minus_d = halves(differences), negatives(differences)
    e = halves([emit_subtract(builder, right[i + 3], right[i]) for i in range(3)])
    shared: list[Factors] = [
        [(a[0], b[0]), (minus_d[1], e[2]), (minus_d[2], e[1])],
        [(a[0], b[1]), (a[1], b[0]), (minus_d[2], e[2])],
        [(a[0], b[2]), (a[1], b[1]), (a[2], b[0])],
    ]
    own: list[Factors] = [
        [(minus_a[3], b[3]), (minus_a[1], b[2]), (minus_a[2], b[1])],
        [(minus_a[3], b[4]), (minus_a[4], b[3]), (minus_a[2], b[2])],
        [(minus_a[3], b[5]), (minus_a[4], b[4]), (minus_a[5], b[3])],
        [(d[0], e[0]), (minus_a[4], b[5]), (minus_a[5], b[4])],
        [(d[0], e[1]), (d[1], e[0]), (minus_a[5], b[5])],
        [(d[0], e[2]), (d[1], e[1]), (d[2], e[0])],
    ]
    results: list[Emitted] = [None] * (2 * EXTENSION_DEGREE)
    for k in range(3):
        two = emit_sum_of_products(builder, shared[k][:2])
        one = emit_sum_of_products(builder, shared[k][2:])
        for i in (k, k + 3):
            total = emit_lowered(builder, emit_add_halves(builder, totals[i], two))
            total = emit_add_halves(builder, total, one)
            total = emit_lowered(builder, emit_sum_of_products(builder, own[i][:1], total))
            total = emit_lowered(builder, emit_sum_of_products(builder, own[i][1:], total))
            results[2 * i], results[2 * i + 1] = (builder.bitcast(half, VECTOR) for half in total)
    return results


accumulate_product = ternary(_emit_accumulated_product, 2 * EXTENSION_DEGREE)
"""(sums, left, right): sums + left * right."""


def _emit_accumulated_multiple(
    builder: Builder, sums: Sequence[Emitted], element: Sequence[Emitted], number: Sequence[Emitted]
) -> list[Emitted]:
    factor = emit_halves(builder, number[0])
    results: list[Emitted] = []
    for k, coefficient in enumerate(element):
        total = (builder.bitcast(sums[2 * k], WIDE), builder.bitcast(sums[2 * k + 1], WIDE))
        products = emit_sum_of_products(builder, [(emit_halves(builder, coefficient), factor)], total)
        results += [builder.bitcast(half, VECTOR) for half in emit_lowered(builder, products)]
    return results


accumulate_multiple = ternary(_emit_accumulated_multiple, 2 * EXTENSION_DEGREE)
"""(sums, element, number): sums + element * number, a number of the base field for each lane."""

offset_by = binary(
    lambda builder, element, number: [emit_add(builder, element[0], number[0]), *element[1:]], EXTENSION_DEGREE
)
"""An element plus a number of the base field."""

word_add = binary(lambda builder, left, right: [builder.add(left[0], right[0])])
word_subtract = binary(lambda builder, left, right: [builder.sub(left[0], right[0])])
word_multiply = binary(lambda builder, left, right: [builder.mul(left[0], right[0])])
"""Modulo 2^32."""


def _emit_residue(builder: Builder, number: Sequence[Emitted]) -> list[Emitted]:
    shifted = builder.add(number[0], constant(P))
    return [builder.select(builder.icmp_unsigned("<", number[0], shifted), number[0], shifted)]


residue = unary(_emit_residue)
"""Signed numbers between -p and p modulo p: p is added to the negative ones, which are large as words."""


@intrinsic  # type: ignore[untyped-decorator]
def is_zero(_context: Any, lanes: Any) -> Any:
    """Whether all lanes are zero."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        number = ir.IntType(32 * LANES)
        return builder.icmp_unsigned("==", builder.bitcast(values[0], number), ir.Constant(number, 0))

    return types.boolean(lanes_type), code


def _reader(count: int) -> Any:
    """A function of compiled code: so many lanes values that stand one after the other, from a word of an array on."""

    @intrinsic  # type: ignore[untyped-decorator]
    def read(_context: Any, array: Any, at: Any) -> Any:
        result_type = tuple_type(count)

        def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
            first = builder.bitcast(element_pointer(context, builder, signature.args[0], *values), VECTOR.as_pointer())
            loaded = []
            for k in range(count):
                loaded.append(builder.load(builder.gep(first, [ir.Constant(ir.IntType(64), k)])))
                loaded[-1].align = WORD_BYTES
            return context.make_tuple(builder, result_type, loaded)

        return result_type(array, types.intp), code

    return read


@intrinsic  # type: ignore[untyped-decorator]
def store_lanes(_context: Any, array: Any, at: Any, values: Any) -> Any:
    """Writes several lanes values one after the other, from a word of an array on."""

    def code(context: Any, builder: Builder, signature: Any, arguments: Any) -> Emitted:
        pointer = element_pointer(context, builder, signature.args[0], arguments[0], arguments[1])
        first = builder.bitcast(pointer, VECTOR.as_pointer())
        for k, value in enumerate(cgutils.unpack_tuple(builder, arguments[2])):
            builder.store(value, builder.gep(first, [ir.Constant(ir.IntType(64), k)])).align = WORD_BYTES
        return context.get_dummy_value()

    return types.void(array, types.intp, values), code


load_element = _reader(SIX)
"""(array, word): an element for each lane."""

load_sums = _reader(2 * SIX)
"""(array, word): sums that were stored."""


@intrinsic  # type: ignore[untyped-decorator]
def spread_element(_context: Any, array: Any, word: Any) -> Any:
    """(array, word): one element, six neighbouring words, in all lanes."""
    result_type = tuple_type(SIX)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        first = element_pointer(context, builder, signature.args[0], *values)
        found = [splat(builder, builder.load(builder.gep(first, [ir.Constant(ir.IntType(64), k)]))) for k in range(SIX)]
        return context.make_tuple(builder, result_type, found)

    return result_type(array, types.intp), code


@intrinsic  # type: ignore[untyped-decorator]
def no_sums(_context: Any) -> Any:
    """Sums of nothing."""
    result_type = tuple_type(2 * SIX)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        return context.make_tuple(builder, result_type, [constant(0)] * (2 * SIX))

    return result_type(), code


@compiled
def clear(totals: Words, stop: int) -> None:
    """Makes the words before `stop` zero: sums of nothing."""
    for i in range(0, stop, LANES):
        store(totals, i, broadcast(0))


@compiled
def store_totals(totals: Words, factor: Lanes, results: Words, first: int, stop: int) -> None:
    """Writes factor * total for the first sums, as elements from word `first` of the results to before `stop`."""
    total = 0
    for at in range(first, stop, ELEMENT):
        value = accumulated(load_sums(totals, total))
        store_lanes(results, at, extension_multiply(value, factor))
        total += SUMS
