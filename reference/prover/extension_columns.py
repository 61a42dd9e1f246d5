"""Vectors over the cube as columns of extension elements: entry y is the value at y, last coordinate lowest bit."""

from __future__ import annotations

import numpy as np

from reference.arrays import extension_arrays as extension
from reference.arrays.values import Values
from spec.field import Extension, P


def lifted(element: Extension) -> Values:
    """An element as a column of one entry, which stands beside every entry of another column."""
    return Values(extension.from_elements([element]))


def halves(column: Values) -> tuple[Values, Values]:
    """The entries (y, 0) and the entries (y, 1)."""
    return Values(column.array[0::2]), Values(column.array[1::2])


def bound(column: Values, challenge: Extension) -> Values:
    """The column with its last coordinate bound: of half the length."""
    low, high = halves(column)
    return low + (high - low) * challenge


def total(column: Values) -> Extension:
    """The sum of all entries, fewer than 2^32: they are below 2^31, so that 64 bits hold it."""
    return Extension.from_coefficients((column.array.sum(axis=0) % np.uint64(P)).tolist())
