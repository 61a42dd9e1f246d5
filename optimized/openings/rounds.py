"""The rounds of the sumcheck of <left, right>, both in planes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from llvmlite import ir

from optimized.compilation import compiled
from optimized.field.extension import SIX, broadcast_element, load_six, montgomery_words
from optimized.field.lanes import extension_add, extension_multiply, extension_subtract
from optimized.lanes.vectors import LANES, VECTOR, Lanes, binary, store
from optimized.openings.planes import ROUND_LANES, SMALLEST_TASK_GROUPS, Planes, load_planes, store_planes
from optimized.threads import in_parallel
from optimized.words import Words
from spec.field import Extension
from spec.protocol.proof import RoundPolynomial

_EVEN = ir.Constant(VECTOR, list(range(0, 2 * LANES, 2)))
_ODD = ir.Constant(VECTOR, list(range(1, 2 * LANES, 2)))

even_lanes = binary(
    lambda builder, left, right: [builder.shuffle_vector(a, b, _EVEN) for a, b in zip(left, right, strict=True)],
    SIX,
)
"""The words at even places in two runs of neighbours."""

odd_lanes = binary(
    lambda builder, left, right: [builder.shuffle_vector(a, b, _ODD) for a, b in zip(left, right, strict=True)],
    SIX,
)

SUMS = 3
"""The sums of a message: at 0, at 1, and of the products of differences."""


@compiled
def _bind(
    source: Words, source_pitch: int, target: Words, target_pitch: int, challenge: Words, start: int, stop: int
) -> None:
    """low + challenge * (high - low) of neighbours."""
    scale = broadcast_element(challenge, 0)
    for group in range(start, stop):
        first = load_planes(source, source_pitch, group * ROUND_LANES)
        second = load_planes(source, source_pitch, group * ROUND_LANES + LANES)
        low, high = even_lanes(first, second), odd_lanes(first, second)
        bound = extension_add(low, extension_multiply(scale, extension_subtract(high, low)))
        store_planes(target, target_pitch, group * LANES, bound)


@compiled
def _add(sums: Words, number: int, value: Lanes) -> None:
    at = number * SIX * LANES
    total = extension_add(load_six(sums, at), value)
    for j in range(SIX):
        store(sums, at + j * LANES, total[j])


@compiled
def _multiply(left: Words, left_pitch: int, right: Words, right_pitch: int, sums: Words, start: int, stop: int) -> None:
    """Adds the products of a round to the sums: of low neighbours, of high ones, of differences."""
    for group in range(start, stop):
        at = group * ROUND_LANES
        first, second = load_planes(left, left_pitch, at), load_planes(left, left_pitch, at + LANES)
        low, high = even_lanes(first, second), odd_lanes(first, second)
        first, second = load_planes(right, right_pitch, at), load_planes(right, right_pitch, at + LANES)
        weight_low, weight_high = even_lanes(first, second), odd_lanes(first, second)
        _add(sums, 0, extension_multiply(low, weight_low))
        _add(sums, 1, extension_multiply(high, weight_high))
        _add(sums, 2, extension_multiply(extension_subtract(high, low), extension_subtract(weight_high, weight_low)))


def bind(planes: Planes, challenge: Extension) -> Planes:
    """The vector with its last coordinate bound; one at an odd end is followed by a zero."""
    groups = -(-planes.length // ROUND_LANES)
    bound = Planes.room(-(-planes.length // 2))
    operands = (planes.flat, planes.pitch, bound.flat, bound.pitch, montgomery_words(challenge))
    in_parallel(lambda start, stop: _bind(*operands, start, stop), groups, SMALLEST_TASK_GROUPS)
    return bound


def _sums(left: Planes, right: Planes) -> list[Extension]:
    """The three sums over all pairs of neighbours."""
    parts: list[Words] = []
    operands = (left.flat, left.pitch, right.flat, right.pitch)

    def add_up(start: int, stop: int) -> None:
        sums = np.zeros(SUMS * SIX * LANES, dtype=np.uint32)
        _multiply(*operands, sums, start, stop)
        parts.append(sums)

    in_parallel(add_up, -(-left.length // ROUND_LANES), SMALLEST_TASK_GROUPS)
    totals = np.sum(parts, axis=0, dtype=np.uint64).reshape(SUMS, SIX, LANES).sum(axis=2)
    return [Extension.from_coefficients(row) for row in totals.tolist()]


def inner_product(left: Planes, right: Planes) -> Extension:
    """<left, right>."""
    at_zero, at_one, _ = _sums(left, right)
    return at_zero + at_one


@dataclass
class ProductRounds:
    """The sumcheck of the sum of some <left, right>: vectors of canonical elements, and their weights."""

    vectors: Sequence[tuple[Planes, Planes]]

    def message(self) -> RoundPolynomial:
        """c_1 and c_2 of the next round polynomial."""
        at_zero, at_one, square = (
            sum(sums[1:], start=sums[0]) for sums in zip(*(_sums(*pair) for pair in self.vectors), strict=True)
        )
        return (at_one - at_zero - square, square)

    def bind(self, challenge: Extension) -> None:
        """Binds the last coordinate of all."""
        self.vectors = [(bind(left, challenge), bind(right, challenge)) for left, right in self.vectors]
