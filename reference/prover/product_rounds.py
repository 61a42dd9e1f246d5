"""The rounds of the sumcheck of an inner product."""

from __future__ import annotations

from reference.arrays import extension_arrays
from reference.arrays.extension_arrays import ExtensionArray, scale, to_elements
from reference.arrays.field_arrays import MODULUS, add, subtract
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.proof import RoundPolynomial


def bind_last(vectors: ExtensionArray, challenge: Extension) -> ExtensionArray:
    """The vectors with their last coordinate bound: (..., n, 6) to (..., n / 2, 6)."""
    low, high = vectors[..., 0::2, :], vectors[..., 1::2, :]
    return add(low, scale(subtract(high, low), challenge))


def _inner_product(left: ExtensionArray, right: ExtensionArray) -> Extension:
    products = extension_arrays.multiply(left, right).reshape(-1, EXTENSION_DEGREE)
    return to_elements(products.sum(axis=0, keepdims=True) % MODULUS)[0]


def product_message(left: ExtensionArray, right: ExtensionArray) -> RoundPolynomial:
    """c_1 and c_2 of the sum of (l_0 + X (l_1 - l_0)) (r_0 + X (r_1 - r_0)) over all pairs of neighbours."""
    left_low, left_step = left[..., 0::2, :], subtract(left[..., 1::2, :], left[..., 0::2, :])
    right_low, right_step = right[..., 0::2, :], subtract(right[..., 1::2, :], right[..., 0::2, :])
    linear = _inner_product(left_low, right_step) + _inner_product(left_step, right_low)
    return (linear, _inner_product(left_step, right_step))
