"""Many vectors of powers added to a weight.

A vector (1, x, x^2, ...) is the product of (1, x^B, x^2B, ...) and (1, x, ..., x^(B-1)): so block a of the sum over all
x is the sum of (scale x^(aB)) times the same B powers, one product of an extension element with a base element for each
x and each place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.field.extension import SIX, montgomery_words, no_sums, store_elements
from optimized.field.lanes import (
    RADIX,
    accumulate_constants,
    accumulated,
    extension_add,
    extension_scale,
    to_montgomery_array,
)
from optimized.lanes.vectors import LANES, load
from optimized.openings.planes import Planes, load_planes, store_planes
from optimized.threads import in_parallel
from optimized.words import Words
from reference.arrays.field_arrays import Matrix
from spec.field import Extension, P

BLOCK_LOG2 = 6
"""The powers of some hundred points in a block stay in the second-level cache."""


@compiled
def _power(base: int, exponent: int) -> int:
    power = 1
    while exponent:
        if exponent & 1:
            power = power * base % P
        base = base * base % P
        exponent >>= 1
    return power


@compiled
def _add_powers(
    steps: NDArray[np.int64],
    scales: Words,
    count: int,
    powers: Words,
    block: int,
    target: Words,
    pitch: int,
    start: int,
    stop: int,
) -> None:
    """Adds to blocks start to stop. Points come in whole lanes: their powers x^block (canonical), their scales in
    planes, and the first `block` powers of each in a row, both in Montgomery's form."""
    factors, current = np.empty(count, dtype=np.uint32), np.empty(SIX * count, dtype=np.uint32)
    constants = np.empty(SIX * count, dtype=np.uint32)
    for i in range(count):
        factors[i] = _power(int(steps[i]), start) * RADIX % P
    for i in range(0, count, LANES):
        store_planes(current, count, i, extension_scale(load_planes(scales, count, i), load(factors, i)))
    for i in range(count):
        factors[i] = int(steps[i]) * RADIX % P
    for number in range(start, stop):
        for i in range(0, count, LANES):
            value = load_planes(current, count, i)
            store_elements(constants, i, value)
            store_planes(current, count, i, extension_scale(value, load(factors, i)))
        for first in range(0, block, LANES):
            sums = no_sums()
            for i in range(0, count, 2):
                pair = load(powers, i * block + first), load(powers, (i + 1) * block + first)
                sums = accumulate_constants(sums, pair, constants, i * SIX)
            at = number * block + first
            store_planes(target, pitch, at, extension_add(load_planes(target, pitch, at), accumulated(sums)))


def _first_powers(points: Matrix, count: int) -> Matrix:
    """1, x, x^2, ... for each point x: (points, count), count a power of two."""
    powers = np.ones((len(points), 1), dtype=np.uint64)
    while powers.shape[1] < count:
        following = powers[:, -1:] * points[:, np.newaxis] % np.uint64(P)
        powers = np.concatenate([powers, powers * following % np.uint64(P)], axis=1)
    return powers


def add_base_powers(weight: Planes, points: Sequence[int], scales: Sequence[Extension]) -> None:
    """Adds scale * (1, point, point^2, ...) to a weight for each of some points of the base field."""
    count = -(-len(points) // LANES) * LANES
    block = min(1 << BLOCK_LOG2, max(LANES, weight.length))
    x = np.zeros(count, dtype=np.uint64)
    x[: len(points)] = points
    powers = _first_powers(x, block)
    of_scales = np.zeros((SIX, count), dtype=np.uint32)
    for i, scale in enumerate(scales):
        of_scales[:, i] = montgomery_words(scale)
    operands = (
        (powers[:, -1] * x % np.uint64(P)).astype(np.int64),
        of_scales.reshape(-1),
        count,
        to_montgomery_array(powers).reshape(-1),
        block,
        weight.flat,
        weight.pitch,
    )
    in_parallel(lambda start, stop: _add_powers(*operands, start, stop), -(-weight.length // block))
