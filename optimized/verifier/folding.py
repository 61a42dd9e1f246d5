"""Opened fibres on arrays: combining the stacked columns, folding, and the last vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.verifier.scalars import MODULUS, Scalars, add, multiply, scale, subtract
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
def add_products(
    scales: Scalars, parts: Scalars, of_part: NDArray[np.int64], of_sum: NDArray[np.int64], sums: Scalars
) -> None:
    """sums[of_sum_i] gains scales_i * parts[of_part_i]."""
    product = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    for i in range(len(scales)):
        multiply(scales[i], parts[of_part[i]], product)
        add(sums[of_sum[i]], product, sums[of_sum[i]])
