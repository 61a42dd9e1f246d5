"""Vectors on the cube as arrays: binding a coordinate, the equality vector, and a round polynomial from its values.

A vector has one entry for each row, the first coordinate being the most significant bit of the row's number.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reference.arrays import extension_arrays as extension
from reference.arrays import field_arrays as base
from reference.arrays.extension_arrays import ExtensionArray
from reference.arrays.field_arrays import Matrix
from spec.field import ONE, Extension, inverse

HALF, THIRD, SIXTH = inverse(2), inverse(3), inverse(6)


def bound(columns: Matrix, value: Extension | int) -> Matrix:
    """Columns whose last coordinate takes a value: half as many rows.

    Columns of base elements, (rows, width), stay so for a value in the base field, else become (rows / 2, width, 6).
    """
    low, high = columns[0::2], columns[1::2]
    difference = base.subtract(high, low)
    if isinstance(value, int):
        return base.add(low, base.scale(difference, value))
    if columns.ndim == 2:
        low, difference = extension.from_base(low), extension.from_base(difference)
    return base.add(low, extension.scale(difference, value))


def equality_vector(point: Sequence[Extension]) -> ExtensionArray:
    """eq(point, x) for every x in {0,1}^len(point): (2^len(point), 6)."""
    weights = extension.from_elements([ONE])
    for coordinate in point:
        upper = extension.scale(weights, coordinate)
        lower = base.subtract(weights, upper)
        weights = np.stack([lower, upper], axis=1).reshape(2 * len(weights), -1)
    return weights


def inner_product(left: ExtensionArray, right: ExtensionArray) -> Extension:
    """sum_x left[x] right[x]; fewer than 2^32 summands below 2^31 fit in 64 bits."""
    return Extension.from_coefficients(extension.multiply(left, right).sum(axis=0).tolist())


def cubic_coefficients(values: Sequence[Extension]) -> tuple[Extension, Extension, Extension]:
    """c_1, c_2, c_3 of the polynomial of degree 3 with these values at 0, 1, 2 and 3, by Newton's differences."""
    g0, g1, g2, g3 = values
    first = g1 - g0
    second = g2 - g1 * 2 + g0
    third = g3 - g2 * 3 + g1 * 3 - g0
    # X (X - 1) / 2 and X (X - 1) (X - 2) / 6, multiplied out.
    return first - second * HALF + third * THIRD, (second - third) * HALF, third * SIXTH
