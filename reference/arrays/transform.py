"""The discrete Fourier transform over the base field, and the codewords that it gives."""

from __future__ import annotations

import numpy as np

from reference.arrays.field_arrays import (
    Matrix,
    add,
    multiply,
    powers,
    subtract,
)
from spec.field import GENERATOR, root_of_unity

BLOCK_ELEMENTS = 1 << 19
"""Columns are transformed so many elements at a time, which bounds memory and keeps a block in the cache."""


def _log2(length: int) -> int:
    if length < 1 or length & (length - 1):
        raise ValueError(f"{length} rows: a height is a power of two")
    return length.bit_length() - 1


def _transform(columns: Matrix, root: int) -> Matrix:
    """f(root^bitrev(i)) for each polynomial f, given as a row of coefficients: (count, n), n the root's order.

    Split by decimation in frequency: f(x) for x^(n/2) = 1 is (low + high)(x), for x = root x', x'^(n/2) = 1, it
    is the polynomial with coefficients (low_i - high_i) root^i, at x'.
    """
    count, length = columns.shape
    twiddles = powers(root, length // 2)
    size = length
    while size > 1:
        halves = columns.reshape(count, length // size, 2, size // 2)
        low, high = halves[:, :, 0], halves[:, :, 1]
        split = np.empty_like(halves)
        split[:, :, 0] = add(low, high)
        split[:, :, 1] = multiply(subtract(low, high), twiddles[:: length // size])
        columns = split.reshape(count, length)
        size //= 2
    return columns


def _by_column_blocks(matrix: Matrix, height: int) -> list[slice]:
    step = max(1, BLOCK_ELEMENTS // height)
    return [slice(start, start + step) for start in range(0, matrix.shape[1], step)]


def evaluate_on_coset(polynomials: Matrix, rate_log2: int) -> Matrix:
    """The values at 3 w^bitrev(i) of columns of coefficients: (n, width) to (n * 2^rate_log2, width)."""
    height, width = polynomials.shape
    length = height << rate_log2
    root = root_of_unity(_log2(length))
    shifts = powers(GENERATOR, height)
    result = np.empty((length, width), dtype=np.uint64)
    for block in _by_column_blocks(polynomials, length):
        shifted = multiply(polynomials[:, block].T, shifts)
        padded = np.zeros((shifted.shape[0], length), dtype=np.uint64)
        padded[:, :height] = shifted
        result[:, block] = _transform(padded, root).T
    return result
