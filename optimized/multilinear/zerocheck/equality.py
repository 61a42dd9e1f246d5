"""eq(point, x) for all corners x, for every number of last coordinates of a point at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.field.lanes import to_montgomery_array
from optimized.words import Words
from reference.arrays.extension_arrays import from_elements
from spec.field import EXTENSION_DEGREE, Extension, P

Elements = NDArray[np.uint64]

SIX = EXTENSION_DEGREE


@compiled
def _multiply(left: Elements, i: int, right: Elements, j: int, product: Elements, k: int) -> None:
    """product[k] = left[i] * right[j], of flat arrays of elements. A coefficient is reduced after each summand."""
    d = np.zeros(2 * SIX - 1, dtype=np.uint64)
    for a in range(SIX):
        for b in range(SIX):
            d[a + b] = (d[a + b] + left[i * SIX + a] * right[j * SIX + b]) % np.uint64(P)
    p = np.uint64(P)
    for a in range(3):
        # X^6 = -X^3 - 1 and X^9 = 1.
        low = d[a] + (p - d[a + 6])
        product[k * SIX + a] = (low + d[a + 9]) % p if a < 2 else low % p
        product[k * SIX + a + 3] = (d[a + 3] + (p - d[a + 6])) % p


@compiled
def _fill(coordinates: Elements, count: int, levels: Elements) -> None:
    p = np.uint64(P)
    levels[0] = np.uint64(1)
    for level in range(count):
        size = 1 << level
        before, after = size - 1, 2 * size - 1
        for x in range(size):
            # The new coordinate is the first one: its bit is the most significant.
            upper = after + size + x
            _multiply(levels, before + x, coordinates, count - 1 - level, levels, upper)
            for a in range(SIX):
                both = levels[(before + x) * SIX + a] + (p - levels[upper * SIX + a])
                levels[(after + x) * SIX + a] = both % p


def equality_levels(point: Sequence[Extension]) -> Words:
    """eq over the last k coordinates for k = 0, 1, ..., len(point): level k stands from element 2^k - 1 on.

    Flat words of elements in Montgomery's form.
    """
    levels = np.zeros(((2 << len(point)) - 1) * SIX, dtype=np.uint64)
    fill: Any = _fill
    fill(from_elements(point).reshape(-1), len(point), levels)
    return to_montgomery_array(levels)
