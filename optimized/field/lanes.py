"""KoalaBear and its extension on lanes: as many elements at a time.

A product is Montgomery's [Montgomery 1985]: left * right / 2^32 modulo p. So data stay canonical numbers and
constants carry a factor 2^32, which the product takes away; `to_montgomery` gives a constant its factor. A product by
a `known` number needs none of that. Every operation takes and gives numbers in [0, p).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from optimized.lanes.vectors import (
    LANES,
    VECTOR,
    WORD,
    Builder,
    Emitted,
    binary,
    cgutils,
    constant,
    intrinsic,
    splat,
    ternary,
    tuple_type,
    types,
    unary,
)
from spec.field import EXTENSION_DEGREE, P

WIDE = ir.VectorType(ir.IntType(64), LANES // 2)
RADIX = 2**32
"""That of Montgomery's form: what a lane holds."""

INVERSE_OF_P = pow(P, -1, RADIX)
LOW_HALF = ir.Constant(WIDE, [RADIX - 1] * (LANES // 2))
LOW_WORDS = ir.Constant(VECTOR, [word for i in range(0, LANES, 2) for word in (i, LANES + i)])
HIGH_WORDS = ir.Constant(VECTOR, [word for i in range(1, LANES, 2) for word in (i, LANES + i)])


Halves: TypeAlias = tuple[Emitted, Emitted]
"""As many 64-bit numbers as lanes: those of the even lanes and those of the odd lanes."""


def to_montgomery(element: int) -> int:
    """The element with the factor that a product with it takes away."""
    return element * RADIX % P


def to_montgomery_array(elements: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The same for canonical elements of an array."""
    return (elements * np.uint64(RADIX % P) % np.uint64(P)).astype(np.uint32)


def _minimum(builder: Builder, left: Emitted, right: Emitted) -> Emitted:
    return builder.select(builder.icmp_unsigned("<", left, right), left, right)


def emit_add(builder: Builder, left: Emitted, right: Emitted) -> Emitted:
    """left + right: of the sum and the sum - p, which wraps round if negative, the smaller is canonical."""
    total = builder.add(left, right)
    return _minimum(builder, total, builder.sub(total, constant(P)))


def emit_subtract(builder: Builder, left: Emitted, right: Emitted) -> Emitted:
    """left - right: of the difference and the difference + p the smaller is canonical."""
    difference = builder.sub(left, right)
    return _minimum(builder, difference, builder.add(difference, constant(P)))


def emit_halves(builder: Builder, value: Emitted) -> Halves:
    """The even and the odd lanes as 64-bit numbers."""
    wide = builder.bitcast(value, WIDE)
    return builder.and_(wide, LOW_HALF), builder.lshr(wide, ir.Constant(WIDE, [32] * (LANES // 2)))


def _multiply_halves(builder: Builder, left: Halves, right: Halves) -> Halves:
    return builder.mul(left[0], right[0]), builder.mul(left[1], right[1])


def emit_add_halves(builder: Builder, left: Halves, right: Halves) -> Halves:
    return builder.add(left[0], right[0]), builder.add(left[1], right[1])


def _words(builder: Builder, halves: Halves, chosen: Emitted) -> Emitted:
    even, odd = (builder.bitcast(half, VECTOR) for half in halves)
    return builder.shuffle_vector(even, odd, chosen)


def _multiple_of_p(builder: Builder, quotient: Emitted) -> Halves:
    return _multiply_halves(builder, emit_halves(builder, quotient), (_wide_constant(P), _wide_constant(P)))


def _cancelling_multiple(builder: Builder, halves: Halves) -> Halves:
    """The multiple of p that has the same low words, q p with q below 2^32.

    The quotient is a product of words: as one of wide numbers it could turn into a full 64-bit multiplication.
    """
    quotient = builder.mul(_words(builder, halves, LOW_WORDS), constant(INVERSE_OF_P))
    return _multiple_of_p(builder, quotient)


def _wide_constant(number: int) -> Emitted:
    return ir.Constant(WIDE, [number] * (LANES // 2))


def _reduced_product(builder: Builder, product: Halves, multiple: Halves) -> Emitted:
    """The high words of a product below 2^32 p less a multiple of p with the same low words, modulo p."""
    return emit_subtract(builder, _words(builder, product, HIGH_WORDS), _words(builder, multiple, HIGH_WORDS))


def emit_multiply(builder: Builder, left: Emitted, right: Emitted) -> Emitted:
    """left * right / 2^32; one factor may be any 32-bit number, as the product is below 2^32 p."""
    product = _multiply_halves(builder, emit_halves(builder, left), emit_halves(builder, right))
    return _reduced_product(builder, product, _cancelling_multiple(builder, product))


def emit_multiply_by_known(builder: Builder, left: Emitted, right: Emitted, companion: Emitted) -> Emitted:
    """left * right modulo p for any 32-bit left, where the companion floor(2^32 right / p) is known [Harvey 2014, 2].

    The quotient of the product by p is floor(left * companion / 2^32) or one more, so 32 bits of the rest suffice.
    """
    quotients = _multiply_halves(builder, emit_halves(builder, left), emit_halves(builder, companion))
    multiple = builder.mul(_words(builder, quotients, HIGH_WORDS), constant(P))
    rest = builder.sub(builder.mul(left, right), multiple)
    return _minimum(builder, rest, builder.sub(rest, constant(P)))


# Sums of products are reduced once. With p^2 < 2^62 / 1.015 four products fit in 64 bits, 4 p^2 < 2^64. Where the
# high word is p or more, p is taken from it: 2^32 p < 2.02 p^2 and 4.06 p^2 - 2^32 p < 2.05 p^2. So a sum of up to
# four products comes below 2.05 p^2, and two more products may follow, which stay below 4.06 p^2 < 2^64.


def emit_lowered(builder: Builder, sums: Halves) -> Halves:
    """Sums below 4.06 p^2 brought below 2.05 p^2. Low words are taken as they are: the smaller of two equals."""
    multiple = ir.Constant(VECTOR, [0, P] * (LANES // 2))
    lowered = []
    for half in sums:
        words = builder.bitcast(half, VECTOR)
        lowered.append(builder.bitcast(_minimum(builder, words, builder.sub(words, multiple)), WIDE))
    return lowered[0], lowered[1]


def _reduced_sums(builder: Builder, sums: Halves) -> Emitted:
    """Sums below 2^64, over 2^32 modulo p: their high words are below 2.02 p."""
    high = _words(builder, sums, HIGH_WORDS)
    high = _minimum(builder, high, builder.sub(high, constant(2 * P)))
    high = _minimum(builder, high, builder.sub(high, constant(P)))
    multiple = _words(builder, _cancelling_multiple(builder, sums), HIGH_WORDS)
    return emit_subtract(builder, high, multiple)


Factors: TypeAlias = Sequence[tuple[Halves, Halves]]
"""The two factors of each of several products, at most p each."""


def emit_sum_of_products(builder: Builder, factors: Factors, start: Halves | None = None) -> Halves:
    total = start
    for left, right in factors:
        product = _multiply_halves(builder, left, right)
        total = product if total is None else emit_add_halves(builder, total, product)
    assert total is not None
    return total


def _coefficient(builder: Builder, three_products: Halves, factors: Factors) -> Emitted:
    """Three products and three more, over 2^32."""
    four = emit_sum_of_products(builder, factors[:1], three_products)
    return _reduced_sums(builder, emit_sum_of_products(builder, factors[1:], emit_lowered(builder, four)))


def emit_extension_multiply(builder: Builder, left: Sequence[Emitted], right: Sequence[Emitted]) -> list[Emitted]:
    """The product modulo X^6 + X^3 + 1, over 2^32, from 27 products [Karatsuba 1962].

    With Y = X^3, left = a + a' Y, right = b + b' Y and Y^2 = -Y - 1 the product is

        (a b - a' b') + (a b + d e) Y    for d = a - a', e = b' - b,

    each of a b, a' b', d e of degree 4 in X, so that degrees 3 and 4 carry another Y. Collected, every product occurs
    with one sign only, which a factor p - x for x brings, and each two coefficients have three products in common.
    """

    def halves(values: Sequence[Emitted]) -> list[Halves]:
        return [emit_halves(builder, value) for value in values]

    def negatives(values: Sequence[Emitted]) -> list[Halves]:
        return halves([builder.sub(constant(P), value) for value in values])

    differences = [emit_subtract(builder, left[i], left[i + 3]) for i in range(3)]
    a, minus_a = halves(left[:3]), negatives(left)
    b = halves(right)
    d, minus_d = halves(differences), negatives(differences)
    e = halves([emit_subtract(builder, right[i + 3], right[i]) for i in range(3)])
    common = emit_sum_of_products(builder, [(a[0], b[0]), (minus_d[1], e[2]), (minus_d[2], e[1])])
    c0 = _coefficient(builder, common, [(minus_a[3], b[3]), (minus_a[1], b[2]), (minus_a[2], b[1])])
    c3 = _coefficient(builder, common, [(d[0], e[0]), (minus_a[4], b[5]), (minus_a[5], b[4])])
    common = emit_sum_of_products(builder, [(a[0], b[1]), (a[1], b[0]), (minus_d[2], e[2])])
    c1 = _coefficient(builder, common, [(minus_a[3], b[4]), (minus_a[4], b[3]), (minus_a[2], b[2])])
    c4 = _coefficient(builder, common, [(d[0], e[1]), (d[1], e[0]), (minus_a[5], b[5])])
    common = emit_sum_of_products(builder, [(a[0], b[2]), (a[1], b[1]), (a[2], b[0])])
    c2 = _coefficient(builder, common, [(minus_a[3], b[5]), (minus_a[4], b[4]), (minus_a[5], b[3])])
    c5 = _coefficient(builder, common, [(d[0], e[2]), (d[1], e[1]), (d[2], e[0])])
    return [c0, c1, c2, c3, c4, c5]


def _emit_accumulation(
    builder: Builder, sums: Sequence[Emitted], values: Sequence[Emitted], factors: Sequence[Halves]
) -> list[Emitted]:
    wide_values = [emit_halves(builder, value) for value in values]
    results: list[Emitted] = []
    for k in range(EXTENSION_DEGREE):
        total = (builder.bitcast(sums[2 * k], WIDE), builder.bitcast(sums[2 * k + 1], WIDE))
        products = [(value, factors[i * EXTENSION_DEGREE + k]) for i, value in enumerate(wide_values)]
        lowered = emit_lowered(builder, emit_sum_of_products(builder, products, total))
        results += [builder.bitcast(half, VECTOR) for half in lowered]
    return results


def _emit_accumulation_of_lanes(
    builder: Builder, sums: Sequence[Emitted], values: Sequence[Emitted], factors: Sequence[Emitted]
) -> list[Emitted]:
    return _emit_accumulation(builder, sums, values, [emit_halves(builder, factor) for factor in factors])


def _emit_accumulated(builder: Builder, sums: Sequence[Emitted]) -> list[Emitted]:
    wide = [builder.bitcast(half, WIDE) for half in sums]
    return [_reduced_sums(builder, (wide[2 * k], wide[2 * k + 1])) for k in range(EXTENSION_DEGREE)]


add = binary(lambda builder, left, right: [emit_add(builder, left[0], right[0])])
subtract = binary(lambda builder, left, right: [emit_subtract(builder, left[0], right[0])])
multiply = binary(lambda builder, left, right: [emit_multiply(builder, left[0], right[0])])


@intrinsic  # type: ignore[untyped-decorator]
def known(_context: Any, factor: Any) -> Any:
    """A canonical element in all lanes, and its companion floor(2^32 factor / p)."""
    result_type = tuple_type(2)

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        wide = context.cast(builder, values[0], signature.args[0], types.uint64)
        shifted = builder.shl(wide, ir.Constant(ir.IntType(64), 32))
        companion = builder.udiv(shifted, ir.Constant(ir.IntType(64), P))
        both = [splat(builder, builder.trunc(number, WORD)) for number in (wide, companion)]
        return context.make_tuple(builder, result_type, both)

    return result_type(factor), code


multiply_by_known = binary(lambda builder, left, right: [emit_multiply_by_known(builder, left[0], right[0], right[1])])
"""left * right, right known with its companion: less to do where many numbers are multiplied by one."""

extension_add = binary(
    lambda builder, left, right: [emit_add(builder, a, b) for a, b in zip(left, right, strict=True)],
    EXTENSION_DEGREE,
)
extension_subtract = binary(
    lambda builder, left, right: [emit_subtract(builder, a, b) for a, b in zip(left, right, strict=True)],
    EXTENSION_DEGREE,
)
extension_multiply = binary(emit_extension_multiply, EXTENSION_DEGREE)
extension_scale = binary(
    lambda builder, left, right: [emit_multiply(builder, a, right[0]) for a in left], EXTENSION_DEGREE
)
"""An extension element times a base element, over 2^32."""

negate = unary(lambda builder, value: [emit_subtract(builder, constant(0), value[0])])

accumulate = ternary(_emit_accumulation_of_lanes, 2 * EXTENSION_DEGREE)
"""(sums, values, factors): sums + value * extension element, for one value and six factors or two and twelve.

The sums are the 64-bit halves of six coefficients, zero at the start.
"""


@intrinsic  # type: ignore[untyped-decorator]
def accumulate_constants(_context: Any, sums: Any, values: Any, constants: Any, first: Any) -> Any:
    """The same with the same factors in all lanes: words of a flat array, from an index on."""
    result_type = tuple_type(2 * EXTENSION_DEGREE)

    def code(context: Any, builder: Builder, signature: Any, arguments: Any) -> Emitted:
        given_sums, given_values = (cgutils.unpack_tuple(builder, argument) for argument in arguments[:2])
        structure = context.make_array(signature.args[2])(context, builder, arguments[2])
        base = builder.gep(structure.data, [arguments[3]])
        factors = []
        for k in range(EXTENSION_DEGREE * len(given_values)):
            word = builder.load(builder.gep(base, [ir.Constant(ir.IntType(64), k)]))
            in_all = emit_halves(builder, splat(builder, word))[0]
            factors.append((in_all, in_all))
        results = _emit_accumulation(builder, given_sums, given_values, factors)
        return context.make_tuple(builder, result_type, results)

    return result_type(sums, values, constants, types.intp), code


accumulated = unary(
    lambda builder, sums: [_reduced_sums(builder, (builder.bitcast(sums[0], WIDE), builder.bitcast(sums[1], WIDE)))]
)
"""What two such halves stand for, over 2^32."""

accumulated = unary(_emit_accumulated, EXTENSION_DEGREE)
"""What the sums stand for, over 2^32: an extension element."""
