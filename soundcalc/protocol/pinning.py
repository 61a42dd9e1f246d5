"""Pinning: one point and its answers leave at most one list member of a commitment.

Two members of a list of L differ in some stacked column, so as polynomials of degree below 2^h they agree at the
point with probability below 2^h/|F|. The answers are claims of the stacking step. The continuation's point is hashed
from its root before the global challenge; without it one challenge for all segments would meet L^segments
combinations. Every segment pays its own, so a run pays as many as it has segments.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from soundcalc.bounds import Status, register
from soundcalc.protocol import labels
from soundcalc.protocol.shape import ArgumentSize
from soundcalc.protocol.term import BadValues

PINNING_POINT = register(
    key="multilinear_pinning",
    formula="(L^2 / 2) 2^h / |F| for each pinned commitment",
    source="Schwartz-Zippel over the pairs of list members, as for out-of-domain points in 2024/1586 Theorem 5.2",
    status=Status.DERIVED,
)


def pinning(argument: ArgumentSize, height_log2: int, list_size: Fraction) -> Iterator[BadValues]:
    """The points of the commitments that precede main, which is not pinned; one without columns has no bad values."""
    count = list_size**2 / 2 * (1 << height_log2)
    yield BadValues(labels.PROGRAM_PINNING, count if argument.program_columns else 0, PINNING_POINT)
    yield BadValues(labels.CONTINUATION_PINNING, count if argument.continuation_columns else 0, PINNING_POINT)
