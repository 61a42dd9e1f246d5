"""Base-field arithmetic on arrays: canonical elements as uint64, so that a product fits before its reduction."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from spec.field import P, inverse

Matrix: TypeAlias = NDArray[np.unsignedinteger[Any]]
"""(height, width) canonical base-field elements. Arithmetic here is on uint64; kernels may keep 32 bits."""

MODULUS = np.uint64(P)


def add(left: Matrix, right: Matrix) -> Matrix:
    """left + right, elementwise."""
    return (left + right) % MODULUS


def subtract(left: Matrix, right: Matrix) -> Matrix:
    """left - right, elementwise; p keeps the difference of unsigned numbers above zero."""
    return (left + (MODULUS - right)) % MODULUS


def multiply(left: Matrix, right: Matrix) -> Matrix:
    """left * right, elementwise."""
    return left * right % MODULUS


def scale(array: Matrix, factor: int) -> Matrix:
    """factor * array for one base-field element."""
    return array * np.uint64(factor % P) % MODULUS


def powers(base: int, count: int) -> Matrix:
    """1, base, base^2, ...: (count,), each half from the half before it."""
    result = np.ones(1, dtype=np.uint64)
    while len(result) < count:
        result = np.concatenate([result, scale(result, pow(base, len(result), P))])
    return result[:count]


def inverses(elements: Matrix) -> Matrix:
    """The inverses of (count,) elements: 1/a = b / (a b) for every pair. Raises ZeroDivisionError for a zero."""
    if len(elements) == 0:
        return elements.copy()
    if len(elements) == 1:
        return np.array([inverse(int(elements[0]))], dtype=np.uint64)
    if len(elements) % 2:
        return inverses(np.append(elements, np.uint64(1)))[:-1]
    of_products = inverses(multiply(elements[0::2], elements[1::2]))
    result = np.empty_like(elements)
    result[0::2] = multiply(of_products, elements[1::2])
    result[1::2] = multiply(of_products, elements[0::2])
    return result


def bit_reversed_indices(bits: int) -> NDArray[np.int64]:
    """The permutation of 2^bits positions that reverses the bits of each: (2^bits,)."""
    result = np.zeros(1, dtype=np.int64)
    for _ in range(bits):
        result = np.concatenate([2 * result, 2 * result + 1])
    return result
