"""The weights of the stacked columns at the end of their sumcheck."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.verifier.elements import Scalars
from optimized.verifier.scalars import MODULUS, add, multiply, subtract
from spec.field import EXTENSION_DEGREE


@compiled
def _multiply_equality(left: Scalars, right: Scalars, product: Scalars) -> None:
    """The product gains the factor eq(left, right) of two coordinates: 1 - left - right + 2 left right."""
    factor = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    multiply(left, right, factor)
    add(factor, factor, factor)
    subtract(factor, left, factor)
    subtract(factor, right, factor)
    factor[0] = (factor[0] + 1) % MODULUS
    multiply(product, factor, product)


@compiled
def _corner(before: Scalars, coordinate: Scalars, bit: int, product: Scalars) -> None:
    """product = before * eq(coordinate, bit)."""
    multiply(before, coordinate, product)
    if not bit:
        subtract(before, product, product)


@compiled
def add_column_weights(
    tables: NDArray[np.int64],
    height_log2: int,
    scales: Scalars,
    zerocheck_point: Scalars,
    point: Scalars,
    weights: Scalars,
) -> None:
    """Adds to the weight of each stacked column those of the table columns in it, at a point of height_log2
    coordinates.

    `tables` has a row for each run of neighbours, a table's columns: how many, their height_log2, the cells before them
    in their commitment, and the number of the commitment's first stacked column. Scales are in the same order.
    """
    # products[k] is the weight without all but the first k leading coordinates, of which neighbours share some.
    products, weight = np.empty((height_log2 + 1, EXTENSION_DEGREE), dtype=np.uint64), np.empty_like(point[0])
    at = 0
    for count, column_log2, before, first in tables:
        products[0, :] = 0
        products[0, 0] = 1
        for k in range(1, column_log2 + 1):
            _multiply_equality(zerocheck_point[len(zerocheck_point) - k], point[len(point) - k], products[0])
        leading, shared = height_log2 - column_log2, 0
        for column in range(count):
            start = before + (column << column_log2)
            for k in range(shared, leading):
                _corner(products[k], point[k], start >> (height_log2 - 1 - k) & 1, products[k + 1])
            multiply(scales[at], products[leading], weight)
            stacked = first + (start >> height_log2)
            add(weights[stacked], weight, weights[stacked])
            # The next prefix differs in its trailing ones and the zero before them.
            shared = leading
            while shared and start >> (height_log2 - shared) & 1:
                shared -= 1
            shared = max(0, shared - 1)
            at += 1
