"""Extension-field arithmetic on arrays: (..., 6) canonical coefficients modulo X^6 + X^3 + 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference.arrays.field_arrays import MODULUS, Matrix
from spec.field import EXTENSION_DEGREE, Extension

ExtensionArray: TypeAlias = NDArray[np.unsignedinteger[Any]]
"""(..., 6) canonical coefficients of extension elements."""


def from_elements(elements: Sequence[Extension]) -> ExtensionArray:
    """(count, 6) from elements."""
    coefficients = [element.coefficients for element in elements]
    return np.array(coefficients, dtype=np.uint64).reshape(len(elements), EXTENSION_DEGREE)


def to_elements(array: ExtensionArray) -> list[Extension]:
    """The elements of a (count, 6) array."""
    return [Extension.from_coefficients(row) for row in array.tolist()]


def from_base(elements: Matrix) -> ExtensionArray:
    """Base-field elements as extension elements: one more axis."""
    result = np.zeros((*elements.shape, EXTENSION_DEGREE), dtype=np.uint64)
    result[..., 0] = elements
    return result


def multiply(left: ExtensionArray, right: ExtensionArray) -> ExtensionArray:
    """left * right, elementwise; shapes broadcast."""
    zero = np.zeros(np.broadcast_shapes(left.shape, right.shape)[:-1], dtype=np.uint64)
    product = [zero] * (2 * EXTENSION_DEGREE - 1)
    for i in range(EXTENSION_DEGREE):
        for j in range(EXTENSION_DEGREE):
            product[i + j] = product[i + j] + left[..., i] * right[..., j] % MODULUS
    return _reduced(product)


def _reduced(product: list[Matrix]) -> ExtensionArray:
    """The eleven coefficients of a product modulo X^6 = -X^3 - 1, hence X^9 = 1."""
    d = [coefficient % MODULUS for coefficient in product]
    return np.stack(
        [
            (d[0] + (MODULUS - d[6]) + d[9]) % MODULUS,
            (d[1] + (MODULUS - d[7]) + d[10]) % MODULUS,
            (d[2] + (MODULUS - d[8])) % MODULUS,
            (d[3] + (MODULUS - d[6])) % MODULUS,
            (d[4] + (MODULUS - d[7])) % MODULUS,
            (d[5] + (MODULUS - d[8])) % MODULUS,
        ],
        axis=-1,
    )


def scale(array: ExtensionArray, factor: Extension) -> ExtensionArray:
    """factor * array for one extension element."""
    return multiply(array, from_elements([factor])[0])


def powers(base: Extension, count: int) -> ExtensionArray:
    """1, base, base^2, ...: (count, 6), each half from the half before it."""
    result = from_elements([Extension.of(1)])
    while len(result) < count:
        result = np.concatenate([result, scale(result, base ** len(result))])
    return result[:count]
