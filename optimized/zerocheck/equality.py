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
def _fill(coordinates: Elements, count: int, levels: Elements, product: Elements) -> None:
    p = np.uint64(P)
    levels[0] = np.uint64(1)
    for level in range(count):
        size = 1 << level
        before, after, coordinate = size - 1, 2 * size - 1, (count - 1 - level) * SIX
        for x in range(size):
            # The new coordinate is the first one: its bit is the most significant.
            old, lower, upper = (before + x) * SIX, (after + x) * SIX, (after + size + x) * SIX
            for a in range(2 * SIX):
                product[a] = np.uint64(0)
            for a in range(SIX):
                for b in range(SIX):
                    product[a + b] = (product[a + b] + levels[old + a] * coordinates[coordinate + b]) % p
            for a in range(3):
                # X^6 = -X^3 - 1 and X^9 = 1.
                levels[upper + a] = (product[a] + (p - product[a + 6]) + product[a + 9]) % p
                levels[upper + a + 3] = (product[a + 3] + (p - product[a + 6])) % p
            for a in range(SIX):
                levels[lower + a] = (levels[old + a] + (p - levels[upper + a])) % p


def equality_levels(point: Sequence[Extension]) -> Words:
    """eq over the last k coordinates for k = 0, 1, ..., len(point): level k stands from element 2^k - 1 on.

    Flat words of elements in Montgomery's form.
    """
    levels = np.zeros(((2 << len(point)) - 1) * SIX, dtype=np.uint64)
    fill: Any = _fill
    # A product has eleven coefficients; the twelfth stays zero.
    fill(from_elements(point).reshape(-1), len(point), levels, np.zeros(2 * SIX, dtype=np.uint64))
    return to_montgomery_array(levels)
