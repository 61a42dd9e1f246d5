"""LogUp's accumulators from the sums of rows, in place."""

from __future__ import annotations

import numpy as np

from optimized.compilation import compiled
from optimized.words import Words
from spec.field import EXTENSION_DEGREE, Extension, P, inverse


@compiled
def _accumulate(rows: Words, width: int, shares: Words) -> None:
    """Every row becomes the sum of the rows before it, less a share for each of them."""
    running = np.zeros(width, dtype=np.int64)
    for start in range(0, len(rows), width):
        for column in range(width):
            before = running[column]
            # In (-p, 2 p), which two conditional steps bring back.
            after = before + np.int64(rows[start + column]) - np.int64(shares[column])
            after -= P & ~((after - P) >> 63)
            running[column] = after + (P & (after >> 63))
            rows[start + column] = np.uint32(before)


def accumulate_rows(row_sums: Words) -> tuple[Extension, ...]:
    """Turns row sums, (height, 6 k), into accumulators that start at 0 and lose a share of the total on every row.

    Returns the k totals.
    """
    height, width = row_sums.shape
    # Fewer than 2^24 summands below 2^31 fit in 64 bits.
    sums = row_sums.sum(axis=0, dtype=np.uint64) % np.uint64(P)
    totals = [Extension.from_coefficients(six) for six in sums.reshape(-1, EXTENSION_DEGREE).tolist()]
    shares = [c for total in totals for c in (total * inverse(height)).coefficients]
    _accumulate(row_sums.reshape(-1), width, np.array(shares, dtype=np.uint32))
    return tuple(totals)
