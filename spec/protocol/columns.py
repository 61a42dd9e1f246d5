"""From claims about table columns to one claim about the stacked columns.

The zerocheck leaves, for every committed column, its value at r_t, the last n_t coordinates of the zerocheck's point r.
Pinned commitments add the answers <q_j, pow_z> for each of their stacked columns. With powers of gamma as weights, in
this order, all claims together say

    sum over stacked columns j of <q_j, w_j> = sum of gamma^i claim_i,
    w_j = sum of gamma^i (1_prefix (x) eq(r_t)) + sum of gamma^i' pow_z.

A sumcheck of h rounds, degree 2, ends at a point u with the values q_j^(u).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from spec.protocol.algebra import Value
from spec.protocol.cube import CornerWeights, equality, power_extension
from spec.protocol.stacking import Commitment, Stacking

ROUND_DEGREE = 2
"""The product of a column and its weight, both multilinear."""

PINNED = (Commitment.PROGRAM, Commitment.CONTINUATION)
"""Commitments that are pinned at an out-of-domain point; *main* comes after everything that it could influence."""


@dataclass(frozen=True)
class ColumnClaims(Generic[Value]):
    """What is claimed of the stacked columns, and the weights by which it is combined."""

    layouts: Mapping[Commitment, Stacking]
    zerocheck_point: Sequence[Value]
    """r."""

    pinning_points: Mapping[Commitment, Value]
    """z of each pinned commitment that has columns."""

    scales: Sequence[Value]
    """The powers of gamma: one for each column of every commitment, then one for each pinned answer."""

    @property
    def stacked_count(self) -> int:
        """The stacked columns of all commitments."""
        return sum(layout.count for layout in self.layouts.values())


def claim_count(layouts: Mapping[Commitment, Stacking]) -> int:
    """How many claims are combined."""
    columns = sum(len(layout.columns) for layout in layouts.values())
    return columns + sum(layouts[commitment].count for commitment in PINNED)


def first_stacked(layouts: Mapping[Commitment, Stacking]) -> dict[Commitment, int]:
    """The number of each commitment's first stacked column among those of all commitments."""
    result, total = {}, 0
    for commitment, layout in layouts.items():
        result[commitment] = total
        total += layout.count
    return result


def weights_at(one: Value, zero: Value, claims: ColumnClaims[Value], point: Sequence[Value]) -> list[Value]:
    """w_j^(u) for every stacked column j of all commitments."""
    first = first_stacked(claims.layouts)
    weights = [zero] * claims.stacked_count
    corners = CornerWeights(one, point)
    equal_below: dict[int, Value] = {}
    scales = iter(claims.scales)
    for commitment, layout in claims.layouts.items():
        for placed in layout.columns:
            n = placed.height_log2
            if n not in equal_below:
                column_point = claims.zerocheck_point[len(claims.zerocheck_point) - n :]
                equal_below[n] = equality(one, column_point, point[len(point) - n :])
            at_prefix = corners.weight(placed.prefix, len(point) - n)
            number = first[commitment] + placed.stacked
            weights[number] = weights[number] + next(scales) * (at_prefix * equal_below[n])
    for commitment in PINNED:
        if claims.layouts[commitment].count:
            value = power_extension(one, claims.pinning_points[commitment], point)
            for number in range(claims.layouts[commitment].count):
                position = first[commitment] + number
                weights[position] = weights[position] + next(scales) * value
    return weights
