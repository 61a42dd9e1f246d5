"""KoalaBear and its extension on lanes: eight elements at a time.

A product is Montgomery's [Montgomery 1985]: left * right / 2^32 modulo p. So data stay canonical numbers and
constants carry a factor 2^32, which the product takes away; `to_montgomery` gives a constant its factor. Every
operation takes and gives numbers in [0, p).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from optimized.lanes import LANES, VECTOR, Builder, Emitted, binary, constant, ternary, unary
from spec.field import EXTENSION_DEGREE, P

WIDE = ir.VectorType(ir.IntType(64), LANES // 2)
RADIX = 2**32
INVERSE_OF_P = pow(P, -1, RADIX)
LOW_HALF = ir.Constant(WIDE, [RADIX - 1] * (LANES // 2))
ODD_HALVES = ir.Constant(VECTOR, [word for i in range(1, LANES, 2) for word in (i, LANES + i)])


Halves: TypeAlias = tuple[Emitted, Emitted]
"""Eight 64-bit numbers: those of the even lanes and those of the odd lanes."""


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


def _add_halves(builder: Builder, left: Halves, right: Halves) -> Halves:
    return builder.add(left[0], right[0]), builder.add(left[1], right[1])


def _high_words(builder: Builder, halves: Halves) -> Emitted:
    even, odd = (builder.bitcast(half, VECTOR) for half in halves)
    return builder.shuffle_vector(even, odd, ODD_HALVES)


def _cancelling_multiple(builder: Builder, halves: Halves) -> Emitted:
    """The high words of the multiple of p that has the same low words, q p with q below 2^32: below p."""
    multiples = []
    for half in halves:
        quotient = builder.mul(builder.and_(half, LOW_HALF), _wide_constant(INVERSE_OF_P))
        multiples.append(builder.mul(builder.and_(quotient, LOW_HALF), _wide_constant(P)))
    return _high_words(builder, (multiples[0], multiples[1]))


def _wide_constant(number: int) -> Emitted:
    return ir.Constant(WIDE, [number] * (LANES // 2))


def emit_multiply(builder: Builder, left: Emitted, right: Emitted) -> Emitted:
    """left * right / 2^32; one factor may be any 32-bit number, as the product is below 2^32 p."""
    product = _multiply_halves(builder, emit_halves(builder, left), emit_halves(builder, right))
    return emit_subtract(builder, _high_words(builder, product), _cancelling_multiple(builder, product))


# Sums of products are reduced once. With p^2 < 2^62 / 1.015 four products fit in 64 bits, 4 p^2 < 2^64. Where the
# top bit is set, 2^32 p is subtracted: 2^32 p < 2^63 < 2.04 p^2 and 4.06 p^2 - 2^32 p < 2.05 p^2. So a sum of up to
# four products comes below 2.05 p^2, and two more products may follow, which stay below 4.06 p^2 < 2^64.
FIRST_PRODUCTS = 4
FURTHER_PRODUCTS = 2


def _lowered(builder: Builder, sums: Halves) -> Halves:
    """Sums below 4.06 p^2 brought below 2.05 p^2."""
    zero, multiple = _wide_constant(0), _wide_constant(RADIX * P)
    even, odd = (
        builder.sub(half, builder.select(builder.icmp_signed("<", half, zero), multiple, zero)) for half in sums
    )
    return even, odd


def _reduced_sums(builder: Builder, sums: Halves) -> Emitted:
    """Sums below 2^64, over 2^32 modulo p: their high words are below 2.02 p."""
    high = _high_words(builder, sums)
    high = _minimum(builder, high, builder.sub(high, constant(2 * P)))
    high = _minimum(builder, high, builder.sub(high, constant(P)))
    return emit_subtract(builder, high, _cancelling_multiple(builder, sums))


def emit_dot_product(builder: Builder, left: Sequence[Halves], right: Sequence[Halves]) -> Emitted:
    """The sum of products of canonical elements over 2^32."""
    total, room = _multiply_halves(builder, left[0], right[0]), FIRST_PRODUCTS - 1
    for a, b in zip(left[1:], right[1:], strict=True):
        if room == 0:
            total, room = _lowered(builder, total), FURTHER_PRODUCTS
        total, room = _add_halves(builder, total, _multiply_halves(builder, a, b)), room - 1
    return _reduced_sums(builder, total)


def emit_extension_multiply(builder: Builder, left: Sequence[Emitted], right: Sequence[Emitted]) -> list[Emitted]:
    """The product modulo X^6 + X^3 + 1, over 2^32: the sum of left_i times X^i right."""
    shifted = list(right)
    shifts = []
    for _ in left:
        shifts.append([emit_halves(builder, value) for value in shifted])
        # X^6 = -X^3 - 1.
        last = shifted[5]
        carried = emit_subtract(builder, shifted[2], last)
        shifted = [emit_subtract(builder, constant(0), last), shifted[0], shifted[1], carried, shifted[3], shifted[4]]
    factors = [emit_halves(builder, value) for value in left]
    return [emit_dot_product(builder, factors, [of[k] for of in shifts]) for k in range(EXTENSION_DEGREE)]


def _emit_accumulation(
    builder: Builder, sums: Sequence[Emitted], values: Sequence[Emitted], factors: Sequence[Emitted]
) -> list[Emitted]:
    wide_values = [emit_halves(builder, value) for value in values]
    wide_factors = [emit_halves(builder, factor) for factor in factors]
    results: list[Emitted] = []
    for k in range(EXTENSION_DEGREE):
        total = (builder.bitcast(sums[2 * k], WIDE), builder.bitcast(sums[2 * k + 1], WIDE))
        for i, value in enumerate(wide_values):
            product = _multiply_halves(builder, value, wide_factors[i * EXTENSION_DEGREE + k])
            total = _add_halves(builder, total, product)
        results += [builder.bitcast(half, VECTOR) for half in _lowered(builder, total)]
    return results


def _emit_accumulated(builder: Builder, sums: Sequence[Emitted]) -> list[Emitted]:
    wide = [builder.bitcast(half, WIDE) for half in sums]
    return [_reduced_sums(builder, (wide[2 * k], wide[2 * k + 1])) for k in range(EXTENSION_DEGREE)]


add = binary(lambda builder, left, right: [emit_add(builder, left[0], right[0])])
subtract = binary(lambda builder, left, right: [emit_subtract(builder, left[0], right[0])])
multiply = binary(lambda builder, left, right: [emit_multiply(builder, left[0], right[0])])

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

accumulate = ternary(_emit_accumulation, 2 * EXTENSION_DEGREE)
"""(sums, values, factors): sums + value * extension element, for one value and six factors or two and twelve.

The sums are the 64-bit halves of six coefficients, zero at the start.
"""

accumulated = unary(_emit_accumulated, EXTENSION_DEGREE)
"""What the sums stand for, over 2^32: an extension element."""
