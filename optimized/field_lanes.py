"""KoalaBear and its extension on lanes: eight elements at a time.

A product is Montgomery's [Montgomery 1985]: left * right / 2^32 modulo p. So data stay canonical numbers and
constants carry a factor 2^32, which the product takes away; `to_montgomery` gives a constant its factor. Every
operation takes and gives numbers in [0, p).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from optimized.lanes import LANES, VECTOR, Builder, Emitted, binary, constant, unary
from spec.field import EXTENSION_DEGREE, P

WIDE = ir.VectorType(ir.IntType(64), LANES // 2)
RADIX = 2**32
INVERSE_OF_P = pow(P, -1, RADIX)
LOW_HALF = ir.Constant(WIDE, [RADIX - 1] * (LANES // 2))
ODD_HALVES = ir.Constant(VECTOR, [1, 9, 3, 11, 5, 13, 7, 15])


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


def emit_wide_product(builder: Builder, left: Emitted, right: Emitted) -> tuple[Emitted, Emitted]:
    """The 64-bit products of the even lanes and of the odd lanes."""
    halves = []
    for shift in (0, 32):
        factors = []
        for value in (left, right):
            wide = builder.bitcast(value, WIDE)
            if shift:
                factors.append(builder.lshr(wide, ir.Constant(WIDE, [shift] * (LANES // 2))))
            else:
                factors.append(builder.and_(wide, LOW_HALF))
        halves.append(builder.mul(*factors))
    return halves[0], halves[1]


def emit_reduced(builder: Builder, even: Emitted, odd: Emitted) -> Emitted:
    """Products below 2^32 p, over 2^32 modulo p: subtract the multiple of p with the same low half."""
    high = []
    for product in (even, odd):
        quotient = builder.mul(builder.and_(product, LOW_HALF), ir.Constant(WIDE, [INVERSE_OF_P] * (LANES // 2)))
        multiple = builder.mul(builder.and_(quotient, LOW_HALF), ir.Constant(WIDE, [P] * (LANES // 2)))
        high.append(builder.bitcast(builder.sub(product, multiple), VECTOR))
    difference = builder.shuffle_vector(high[0], high[1], ODD_HALVES)
    return _minimum(builder, difference, builder.add(difference, constant(P)))


def emit_multiply(builder: Builder, left: Emitted, right: Emitted) -> Emitted:
    """left * right / 2^32; one factor may be any 32-bit number."""
    return emit_reduced(builder, *emit_wide_product(builder, left, right))


def emit_extension_multiply(builder: Builder, left: Sequence[Emitted], right: Sequence[Emitted]) -> list[Emitted]:
    """The product modulo X^6 + X^3 + 1, over 2^32, of two elements of six coefficients."""
    zero = constant(0)
    d = [zero] * (2 * EXTENSION_DEGREE - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            product = emit_multiply(builder, a, b)
            d[i + j] = product if d[i + j] is zero else emit_add(builder, d[i + j], product)
    # X^6 = -X^3 - 1 and X^9 = 1.
    return [
        emit_add(builder, emit_subtract(builder, d[0], d[6]), d[9]),
        emit_add(builder, emit_subtract(builder, d[1], d[7]), d[10]),
        emit_subtract(builder, d[2], d[8]),
        emit_subtract(builder, d[3], d[6]),
        emit_subtract(builder, d[4], d[7]),
        emit_subtract(builder, d[5], d[8]),
    ]


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
