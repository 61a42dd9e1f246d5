"""Columns of codewords weighted by extension elements: values at a point, and sums of columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from optimized.compilation import compiled
from optimized.extension import (
    RADIX_SQUARED,
    SIX,
    SMALLEST_TASK_GROUPS,
    broadcast_element,
    load_elements,
    load_six,
    montgomery_words,
    no_sums,
    store_elements,
)
from optimized.field_lanes import (
    accumulate,
    accumulated,
    extension_add,
    extension_multiply,
    extension_scale,
    extension_subtract,
    multiply,
    subtract,
    to_montgomery,
)
from optimized.lanes import LANES, broadcast, gather, load, scatter, store
from optimized.roots import Words, inverse_roots_words, subgroup_words, words
from optimized.threads import in_parallel
from reference.prover.reduction import OpenedColumns
from spec.field import Extension, P, inverse
from spec.protocol.domain import COSET_SHIFT

HALF = to_montgomery(inverse(2))
BLOCK_GROUPS = 16
"""Groups of rows that stay in the cache while one column after the other is added up."""

SHIFT_FACTOR = to_montgomery(COSET_SHIFT)


@compiled
def _weighted_sums(
    rows: Words, width: int, weights: Words, subgroup: Words, start: int, stop: int, sums: Words
) -> None:
    """Adds row * weight * subgroup element over groups start to stop to `sums`, lanes apart: (width * 6 * lanes,)."""
    scaled = np.empty(BLOCK_GROUPS * SIX * LANES, dtype=np.uint32)
    for block in range(start, stop, BLOCK_GROUPS):
        groups = min(BLOCK_GROUPS, stop - block)
        for group in range(groups):
            row = (block + group) * LANES
            y = multiply(load(subgroup, row), broadcast(RADIX_SQUARED))
            weight = extension_scale(load_elements(weights, row, 1), y)
            for j in range(SIX):
                store(scaled, (group * SIX + j) * LANES, weight[j])
        for column in range(width):
            sum_at = no_sums()
            for group in range(0, groups - 1, 2):
                i, row = group * SIX * LANES, (block + group) * LANES
                a = gather(rows, row * width + column, width)
                b = gather(rows, (row + LANES) * width + column, width)
                weight = load_six(scaled, i) + load_six(scaled, i + SIX * LANES)
                sum_at = accumulate(sum_at, (a, b), weight)
            if groups % 2:
                a = gather(rows, (block + groups - 1) * LANES * width + column, width)
                sum_at = accumulate(sum_at, (a,), load_six(scaled, (groups - 1) * SIX * LANES))
            at = column * SIX * LANES
            total = extension_add(load_six(sums, at), accumulated(sum_at))
            for j in range(SIX):
                store(sums, at + j * LANES, total[j])


def evaluate_columns(codewords: Words, height: int, point: Extension, inverse_differences: Words) -> list[Extension]:
    """The value of each column at the point; the height is a multiple of the lanes.

    With g(y) = f(3 y) and u = point / 3: g(u) = (u^n - 1) / n * sum_y y g(y) / (u - y) over the subgroup.
    """
    width = codewords.shape[1]
    rows, weights = codewords.reshape(-1), inverse_differences.reshape(-1)
    subgroup = subgroup_words(height.bit_length() - 1)
    parts: list[Words] = []

    def add_up(start: int, stop: int) -> None:
        sums = np.zeros(width * SIX * LANES, dtype=np.uint32)
        _weighted_sums(rows, width, weights, subgroup, start, stop, sums)
        parts.append(sums)

    in_parallel(add_up, height // LANES, SMALLEST_TASK_GROUPS)
    totals = np.sum(parts, axis=0, dtype=np.uint64).reshape(width, SIX, LANES).sum(axis=2) % np.uint64(P)
    # 1 / (point - x) is 1 / (3 (u - y)).
    factor = ((point * inverse(COSET_SHIFT)) ** height - 1) * (inverse(height) * COSET_SHIFT)
    return [factor * Extension.from_coefficients(total) for total in totals.tolist()]


@compiled
def _add_weighted(rows: Words, width: int, weights: Words, target: Words, start: int, stop: int) -> None:
    """target row += sum of the row's cells times weights, (width * 6,) in Montgomery's form."""
    for group in range(start, stop):
        row = group * LANES
        sums = no_sums()
        for column in range(0, width - 1, 2):
            a = gather(rows, row * width + column, width)
            b = gather(rows, row * width + column + 1, width)
            factors = broadcast_element(weights, column * SIX) + broadcast_element(weights, (column + 1) * SIX)
            sums = accumulate(sums, (a, b), factors)
        if width % 2:
            a = gather(rows, row * width + width - 1, width)
            sums = accumulate(sums, (a,), broadcast_element(weights, (width - 1) * SIX))
        store_elements(target, row, extension_add(load_elements(target, row, 1), accumulated(sums)))


def add_weighted_columns(total: Words, codewords: Words, weights: Sequence[Extension]) -> None:
    """total + sum_c weight_c column_c, into `total`: (height, 6), the height a multiple of the lanes."""
    words = np.concatenate([montgomery_words(weight) for weight in weights])
    width = codewords.shape[1]
    rows, target = codewords.reshape(-1), total.reshape(-1)
    in_parallel(
        lambda start, stop: _add_weighted(rows, width, words, target, start, stop),
        len(codewords) // LANES,
        SMALLEST_TASK_GROUPS,
    )


@compiled
def _add_quotients(numerators: Words, value: Words, differences: Words, target: Words, start: int, stop: int) -> None:
    """target += (value - numerator) * difference; the value in Montgomery's form."""
    constant, factor = broadcast_element(value, 0), broadcast(RADIX_SQUARED)
    for group in range(start, stop):
        row = group * LANES
        numerator = extension_scale(load_elements(numerators, row, 1), factor)
        product = extension_multiply(extension_subtract(constant, numerator), load_elements(differences, row, 1))
        store_elements(target, row, extension_add(load_elements(target, row, 1), product))


def reduced_codeword(openings: Sequence[OpenedColumns]) -> Words:
    """The sum over points z of (value - sum_c weight_c column_c(x)) / (z - x)."""
    height = len(openings[0].codewords[0])
    target = np.zeros((height, SIX), dtype=np.uint32)
    for opening in openings:
        numerators = np.zeros((height, SIX), dtype=np.uint32)
        for columns, weights in zip(opening.codewords, opening.weights, strict=True):
            add_weighted_columns(numerators, words(columns), weights)
        value, differences = montgomery_words(opening.value), words(opening.inverse_differences)
        arrays = (numerators.reshape(-1), value, differences.reshape(-1), target.reshape(-1))
        in_parallel(partial(_add_quotients, *arrays), height // LANES, SMALLEST_TASK_GROUPS)
    return target


@compiled
def _add_scaled(total: Words, factor: Words, summand: Words, target: Words, start: int, stop: int) -> None:
    scale = broadcast_element(factor, 0)
    for group in range(start, stop):
        row = group * LANES
        product = extension_multiply(scale, load_elements(summand, row, 1))
        store_elements(target, row, extension_add(load_elements(total, row, 1), product))


def add_scaled(total: Words, factor: Extension, summand: Words) -> Words:
    """total + factor * summand for (count, 6) elements, count a multiple of the lanes."""
    words, target = montgomery_words(factor), np.empty_like(total)
    arrays = (total.reshape(-1), words, summand.reshape(-1), target.reshape(-1))
    in_parallel(lambda start, stop: _add_scaled(*arrays, start, stop), len(total) // LANES, SMALLEST_TASK_GROUPS)
    return target


@compiled
def _fold(codeword: Words, challenge: Words, inverses: Words, target: Words, start: int, stop: int) -> None:
    """(f(y) + f(-y)) / 2 + challenge (f(y) - f(-y)) / (2 y): as many pairs of neighbours at a time as lanes."""
    scale, half = broadcast_element(challenge, 0), broadcast(HALF)
    for group in range(start, stop):
        row = group * LANES
        u, v = load_elements(codeword, 2 * row, 2), load_elements(codeword, 2 * row + 1, 2)
        even = extension_scale(extension_add(u, v), half)
        difference = (
            subtract(u[0], v[0]),
            subtract(u[1], v[1]),
            subtract(u[2], v[2]),
            subtract(u[3], v[3]),
            subtract(u[4], v[4]),
            subtract(u[5], v[5]),
        )
        odd = extension_scale(difference, multiply(load(inverses, row), half))
        store_elements(target, row, extension_add(even, extension_multiply(scale, odd)))


def fold_in_half(codeword: Words, challenge: Extension) -> Words:
    """FRI's folding by 2 of a codeword on a bit-reversed subgroup; its length is a multiple of twice the lanes."""
    count = len(codeword) // 2
    target = np.empty((count, SIX), dtype=np.uint32)
    inverses = inverse_roots_words(count.bit_length() - 1)
    arrays = (codeword.reshape(-1), montgomery_words(challenge), inverses, target.reshape(-1))
    in_parallel(lambda start, stop: _fold(*arrays, start, stop), count // LANES, SMALLEST_TASK_GROUPS)
    return target


@compiled
def _differences(point: Words, subgroup: Words, target: Words, start: int, stop: int) -> None:
    for group in range(start, stop):
        row = group * LANES
        x = multiply(multiply(load(subgroup, row), broadcast(SHIFT_FACTOR)), broadcast(1))
        for j in range(SIX):
            coefficient = broadcast(point[j])
            scatter(target, row * SIX + j, SIX, coefficient if j else subtract(coefficient, x))


def differences(point: Extension, size_log2: int) -> Words:
    """point - x for every x of the evaluation domain of this size, at least the lanes: (2^size_log2, 6)."""
    target = np.empty((1 << size_log2, SIX), dtype=np.uint32)
    words = np.array(point.coefficients, dtype=np.uint32)
    arrays = (words, subgroup_words(size_log2), target.reshape(-1))
    in_parallel(lambda start, stop: _differences(*arrays, start, stop), len(target) // LANES, SMALLEST_TASK_GROUPS)
    return target
