"""Codewords: the entries of a vector are the coefficients of a polynomial, evaluated on 3<w>."""

from __future__ import annotations

import numpy as np

from reference.arrays.extension_arrays import ExtensionArray
from reference.arrays.field_arrays import Matrix, bit_reversed_indices
from reference.arrays.transform import evaluate_on_coset
from spec.field import EXTENSION_DEGREE


def codewords(columns: Matrix, domain_log2: int) -> Matrix:
    """The values at 3 w^i, w of order n = 2^domain_log2, i ascending: (count, 2^variables) to (count, n)."""
    variables = columns.shape[1].bit_length() - 1
    bit_reversed = evaluate_on_coset(columns.T, domain_log2 - variables)
    return np.ascontiguousarray(bit_reversed[bit_reversed_indices(domain_log2)].T)


def column_fibres(codes: Matrix, folding_log2: int) -> Matrix:
    """Row i has, column by column, the values at 3 w^(i + j n / 2^k), j ascending: (n / 2^k, count 2^k)."""
    count, order = codes.shape
    points, fibres = 1 << folding_log2, order >> folding_log2
    by_fibre = codes.reshape(count, points, fibres).transpose(2, 0, 1)
    return by_fibre.reshape(fibres, count * points)


def vector_fibres(vector: ExtensionArray, domain_log2: int, folding_log2: int) -> Matrix:
    """The same for the codeword of one vector of extension elements, six words each: (n / 2^k, 6 * 2^k)."""
    coefficients = codewords(np.ascontiguousarray(vector.T), domain_log2)
    points, fibres = 1 << folding_log2, 1 << (domain_log2 - folding_log2)
    by_fibre = coefficients.reshape(EXTENSION_DEGREE, points, fibres).transpose(2, 1, 0)
    return by_fibre.reshape(fibres, points * EXTENSION_DEGREE)
