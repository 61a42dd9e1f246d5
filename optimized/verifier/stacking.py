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
def _multiply_corner(coordinate: Scalars, bit: int, product: Scalars) -> None:
    """The product gains the factor eq(coordinate, bit)."""
    factor = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    multiply(product, coordinate, factor)
    if bit:
        product[:] = factor
    else:
        subtract(product, factor, product)


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
    below, weight = np.empty(EXTENSION_DEGREE, dtype=np.uint64), np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    at = 0
    for count, column_log2, before, first in tables:
        below[:] = 0
        below[0] = 1
        for k in range(1, column_log2 + 1):
            _multiply_equality(zerocheck_point[len(zerocheck_point) - k], point[len(point) - k], below)
        for column in range(count):
            start = before + (column << column_log2)
            multiply(scales[at], below, weight)
            for k in range(height_log2 - column_log2):
                _multiply_corner(point[k], start >> (height_log2 - 1 - k) & 1, weight)
            stacked = first + (start >> height_log2)
            add(weights[stacked], weight, weights[stacked])
            at += 1
