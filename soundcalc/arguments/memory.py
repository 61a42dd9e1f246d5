"""The memory argument over all segments of a run, under one global challenge.

Each segment commits to its boundary and memory tables first. With list decoding every commitment may be near
to L candidates, and one challenge for all segments would have to survive L^segments combinations. So each
segment is pinned: its columns are opened at a point hashed from its commitment. Unless two candidates of one
segment agree there, one candidate per segment remains, and the sum is charged once per run, without a list
factor.
"""

from __future__ import annotations

from fractions import Fraction

from soundcalc.bounds import Status, register
from soundcalc.exact import round_up

PINNING = register(
    key="pinning",
    formula="(L^2 / 2) height / |F|, summed over the segments",
    source="Schwartz-Zippel over the pairs of candidates: polynomials of degree below the height",
    status=Status.DERIVED,
)


def pinning_points(list_size: Fraction, pinned_rows: int) -> Fraction:
    """Bad pinning points out of |F| over a run; `pinned_rows` adds up the height of each segment's tallest table."""
    return round_up(list_size**2 / 2 * pinned_rows)
