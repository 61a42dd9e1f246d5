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
    formula="segments (L^2 / 2) height / |F|",
    source="Schwartz-Zippel over the pairs of candidates: polynomials of degree at most the height",
    status=Status.DERIVED,
)


def pinning_points(list_size: Fraction, segments: int, height: int) -> Fraction:
    """Bad pinning points out of |F|, summed over the segments of a run."""
    return round_up(segments * list_size**2 / 2 * height)
