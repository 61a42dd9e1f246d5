"""Columns of codewords weighted by extension elements: values at a point, and sums of columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.field.extension import (
    SIX,
    SMALLEST_TASK_GROUPS,
    broadcast_element,
    load_elements,
    load_six,
    montgomery_words,
    no_sums,
    store_elements,
)
from optimized.field.lanes import (
    RADIX,
    accumulate_constants,
    accumulate_plainly,
    accumulated,
    add,
    extension_add,
    extension_multiply,
    extension_scale,
    extension_subtract,
    multiply,
    plainly_accumulated,
    subtract,
    to_montgomery,
    to_montgomery_array,
)
from optimized.lanes.transposition import SideBySide, transpose_rows
from optimized.lanes.vectors import LANES, broadcast, load, scatter, store
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.transforms.roots import inverse_roots_words, subgroup_words
from optimized.words import Words
from reference.arrays.extension_arrays import from_elements, to_elements
from reference.prover.reduction import OpenedColumns
from spec.field import Extension, P, X, inverse
from spec.protocol.domain import COSET_SHIFT

HALF = to_montgomery(inverse(2))
BLOCK_ROWS = 64
"""Rows that stay in the cache while some columns after the other are added up."""

SUMS = SIX + 1
"""Of each column: weighted with an extension element, and plain."""

SHIFT_FACTOR = to_montgomery(COSET_SHIFT)


@compiled
def _weighted_sums(rows: Words, width: int, weights: Words, start: int, stop: int, sums: Words) -> None:
    """Adds rows start to stop, an even number, to `sums`: as many columns together as there are lanes.

    Each of these has SUMS times lanes words: the sums of row * weight, then the sums of rows, both over 2^32. The last
    columns come together with some before them. Behind the rows stand as many words more as there are lanes.
    """
    zero = broadcast(0)
    for block in range(start, stop, BLOCK_ROWS):
        for column in range(0, width, LANES):
            chosen = max(0, min(column, width - LANES))
            weighted, plain = no_sums(), (zero, zero)
            for row in range(block, min(block + BLOCK_ROWS, stop), 2):
                a, b = load(rows, row * width + chosen), load(rows, (row + 1) * width + chosen)
                weighted = accumulate_constants(weighted, (a, b), weights, row * SIX)
                plain = accumulate_plainly(accumulate_plainly(plain, a), b)
            at = column * SUMS
            total = extension_add(load_six(sums, at), accumulated(weighted))
            for j in range(SIX):
                store(sums, at + j * LANES, total[j])
            at += SIX * LANES
            store(sums, at, add(load(sums, at), plainly_accumulated(plain)))


def evaluate_columns(codewords: Words, height: int, point: Extension, inverse_differences: Words) -> list[Extension]:
    """The value of each column at the point z; the height is a multiple of the lanes.

    With g(y) = f(3 y) and u = z / 3: g(u) = (u^n - 1) / n * sum_y y g(y) / (u - y) over the subgroup. For x = 3 y the
    sum is that of x f(x) / (z - x), which is z f(x) / (z - x) - f(x).
    """
    width = codewords.shape[1]
    rows, weights = codewords.reshape(-1), inverse_differences[:height].reshape(-1)
    chunks = -(-width // LANES)
    parts: list[Words] = []

    def add_up(start: int, stop: int) -> None:
        sums = np.zeros(chunks * SUMS * LANES, dtype=np.uint32)
        _weighted_sums(rows, width, weights, start * LANES, stop * LANES, sums)
        parts.append(sums)

    in_parallel(add_up, height // LANES, SMALLEST_TASK_GROUPS)
    totals = np.sum(parts, axis=0, dtype=np.uint64).reshape(chunks, SUMS, LANES) % np.uint64(P)
    of_columns = totals.swapaxes(1, 2).reshape(-1, SUMS)
    if width > LANES:
        # The last columns are the last ones of the last chunk.
        of_columns = np.concatenate([of_columns[: (chunks - 1) * LANES], of_columns[(chunks - 1) * LANES - width :]])
    factor = ((point * inverse(COSET_SHIFT)) ** height - 1) * (inverse(height) * RADIX)
    # Each of the sums times what it stands for: factor * point * X^k, and -factor for the plain one.
    images = [factor * point * X**k for k in range(SIX)] + [-factor]
    products = of_columns[:width, :, np.newaxis] * from_elements(images) % np.uint64(P)
    return to_elements(products.sum(axis=1))


@compiled
def _reduce(
    addresses: NDArray[np.int64],
    widths: NDArray[np.int64],
    last_matrices: NDArray[np.int64],
    weights: Words,
    values: Words,
    differences: NDArray[np.int64],
    height: int,
    target: Words,
    start: int,
    stop: int,
) -> None:
    """The sum over openings of (value - weighted columns) * difference, as many rows at a time as lanes.

    Opening k has the matrices before last_matrices[k] that no earlier one has. Its value and its inverse differences'
    address have the same number; its columns' weights follow those of the opening before. Values are in Montgomery's
    form, weights have its factor twice.
    """
    columns = np.empty((widths.sum() + LANES) * LANES, dtype=np.uint32)
    scratch = np.empty(LANES * LANES, dtype=np.uint32)
    zero = broadcast(0)
    for group in range(start, stop):
        row, matrix, weight = group * LANES, 0, 0
        total = (zero, zero, zero, zero, zero, zero)
        for opening in range(len(last_matrices)):
            width = 0
            while matrix < last_matrices[opening]:
                taken = widths[matrix]
                transpose_rows(addresses[matrix], height * taken, taken, row, scratch, columns, width * LANES, LANES)
                width += taken
                matrix += 1
            sums = no_sums()
            for column in range(0, width - 1, 2):
                pair = load(columns, column * LANES), load(columns, (column + 1) * LANES)
                sums = accumulate_constants(sums, pair, weights, weight + column * SIX)
            if width % 2:
                last = load(columns, (width - 1) * LANES)
                sums = accumulate_constants(sums, (last,), weights, weight + (width - 1) * SIX)
            weight += width * SIX
            numerator = extension_subtract(broadcast_element(values, opening * SIX), accumulated(sums))
            total = extension_add(total, extension_multiply(numerator, load_elements(differences[opening], row, 1)))
        store_elements(target, row, total)


def reduced_codeword(openings: Sequence[OpenedColumns]) -> Words:
    """The sum over points z of (value - sum_c weight_c column_c(x)) / (z - x); the height a multiple of the lanes."""
    height = len(openings[0].codewords[0])
    target = arrays.empty(height, SIX)
    opened = SideBySide.of(matrix for opening in openings for matrix in opening.codewords)
    differences = SideBySide.of(opening.inverse_differences for opening in openings)
    weights = np.concatenate([matrix_weights for opening in openings for matrix_weights in opening.weights])
    operands = (
        opened.addresses,
        opened.widths,
        np.cumsum([len(opening.codewords) for opening in openings]),
        to_montgomery_array(to_montgomery_array(weights).astype(np.uint64)).reshape(-1),
        np.concatenate([montgomery_words(opening.value) for opening in openings]),
        differences.addresses,
        height,
        target.reshape(-1),
    )
    in_parallel(lambda start, stop: _reduce(*operands, start, stop), height // LANES, SMALLEST_TASK_GROUPS)
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
    scale, target = montgomery_words(factor), arrays.empty(*total.shape)
    operands = (total.reshape(-1), scale, summand.reshape(-1), target.reshape(-1))
    in_parallel(lambda start, stop: _add_scaled(*operands, start, stop), len(total) // LANES, SMALLEST_TASK_GROUPS)
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
    target = arrays.empty(count, SIX)
    inverses = inverse_roots_words(count.bit_length() - 1)
    operands = (codeword.reshape(-1), montgomery_words(challenge), inverses, target.reshape(-1))
    in_parallel(lambda start, stop: _fold(*operands, start, stop), count // LANES, SMALLEST_TASK_GROUPS)
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
    target = arrays.empty(1 << size_log2, SIX)
    words = np.array(point.coefficients, dtype=np.uint32)
    operands = (words, subgroup_words(size_log2), target.reshape(-1))
    in_parallel(lambda start, stop: _differences(*operands, start, stop), len(target) // LANES, SMALLEST_TASK_GROUPS)
    return target
