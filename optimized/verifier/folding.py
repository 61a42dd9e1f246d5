"""Opened fibres on arrays: combining the stacked columns, folding, and the last vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.verifier.elements import Scalars
from optimized.verifier.scalars import MODULUS, add, multiply, scale, subtract
from spec.field import EXTENSION_DEGREE


@compiled
def combine_fibres(rows: NDArray[np.uint32], batching: Scalars, points: int, fibres: Scalars) -> None:
    """fibres[query, point] = sum over stacked columns j of batching_j * rows[query, j * points + point]."""
    for query in range(len(rows)):
        for point in range(points):
            for i in range(EXTENSION_DEGREE):
                total = np.uint64(0)
                for column in range(len(batching)):
                    total = (total + batching[column, i] * rows[query, column * points + point]) % MODULUS
                fibres[query, point, i] = total


@compiled
def fold_fibres(
    fibres: Scalars, reciprocals: Scalars, challenges: Scalars, inverse_roots: Scalars, half: np.uint64
) -> None:
    """Folds each fibre in place: the fold's value becomes its first element.

    `reciprocals` are 1 / x by fibre, and change; `inverse_roots[k]` is the inverse of the root of unity of order 2^k.
    """
    count, points, _ = fibres.shape
    even = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    odd = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    for query in range(count):
        length, order = points, 0
        while 1 << order < points:
            order += 1
        reciprocal = reciprocals[query]
        for challenge in challenges:
            length //= 2
            at = reciprocal * half % MODULUS
            for position in range(length):
                left, right = fibres[query, position], fibres[query, position + length]
                add(left, right, even)
                scale(even, half, even)
                subtract(left, right, odd)
                scale(odd, at, odd)
                subtract(odd, even, odd)
                multiply(challenge, odd, odd)
                add(even, odd, left)
                at = at * inverse_roots[order] % MODULUS
            order -= 1
            reciprocal = reciprocal * reciprocal % MODULUS


@compiled
def values_at(vector: Scalars, points: Scalars, values: Scalars) -> None:
    """values[i] = vector_0 + vector_1 * point_i + ... for points of the base field."""
    for i in range(len(points)):
        values[i] = vector[len(vector) - 1]
        for position in range(len(vector) - 2, -1, -1):
            scale(values[i], points[i], values[i])
            add(values[i], vector[position], values[i])


@compiled
def power_products(vector: Scalars, bases: Scalars, scales: Scalars, total: Scalars) -> None:
    """Adds scale_i * (vector_0 + vector_1 * base_i + ...) to the total for each base."""
    value = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    for i in range(len(bases)):
        value[:] = vector[len(vector) - 1]
        for position in range(len(vector) - 2, -1, -1):
            multiply(value, bases[i], value)
            add(value, vector[position], value)
        multiply(value, scales[i], value)
        add(total, value, total)


@compiled
def bind_powers(scales: Scalars, bases: Scalars, challenges: Scalars) -> None:
    """Binds the last coordinates of weights scale * (1, base, base^2, ...), in place."""
    factor = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    for i in range(len(bases)):
        for challenge in challenges:
            factor[:] = bases[i]
            factor[0] = (factor[0] + MODULUS - 1) % MODULUS
            multiply(factor, challenge, factor)
            factor[0] = (factor[0] + 1) % MODULUS
            multiply(scales[i], factor, scales[i])
            multiply(bases[i], bases[i], bases[i])


@compiled
def add_multiples(values: Scalars, factor: Scalars, sums: Scalars) -> None:
    """sums[i] gains values_i * factor."""
    product = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    for i in range(len(values)):
        multiply(values[i], factor, product)
        add(sums[i], product, sums[i])


@compiled
def bind_vector(vector: Scalars, point: Scalars) -> None:
    """Binds all coordinates of a vector of 2^coordinates elements in place, the last one first: element 0 is left."""
    difference = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    length = len(vector)
    for k in range(len(point) - 1, -1, -1):
        length //= 2
        for i in range(length):
            low, high = vector[2 * i], vector[2 * i + 1]
            subtract(high, low, difference)
            multiply(difference, point[k], difference)
            add(low, difference, vector[i])


@compiled
def _power(base: np.uint64, exponent: int) -> np.uint64:
    result = np.uint64(1)
    while exponent:
        if exponent & 1:
            result = result * base % MODULUS
        base = base * base % MODULUS
        exponent >>= 1
    return result


@compiled
def domain_points(positions: NDArray[np.int64], shift: np.uint64, root: np.uint64, points: Scalars) -> None:
    """points[i] = shift * root^positions_i, of the base field."""
    for i in range(len(positions)):
        points[i] = shift * _power(root, positions[i]) % MODULUS


@compiled
def raised(points: Scalars, exponent: int, powers: Scalars) -> None:
    """powers[i] = points_i^exponent, of the base field."""
    for i in range(len(points)):
        powers[i] = _power(points[i], exponent)
