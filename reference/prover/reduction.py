"""The reduction of opened columns to one codeword that is of low degree only if the claimed values are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reference.prover import extension_arrays as extension
from reference.prover import field_arrays as base
from reference.prover.extension_arrays import ExtensionArray
from reference.prover.field_arrays import Matrix
from spec.field import EXTENSION_DEGREE, Extension

BLOCK_ROWS = 1 << 13
"""Wide matrices are combined so many rows at a time, which bounds the memory of intermediate products."""


@dataclass(frozen=True)
class OpenedColumns:
    """All columns of one height that are opened at one point z, with a weight each."""

    codewords: Sequence[Matrix]
    weights: Sequence[ExtensionArray]
    """For each matrix one weight per column: (width, 6)."""

    value: Extension
    """The weighted sum of the claimed values at z."""

    inverse_differences: ExtensionArray
    """1 / (z - x), on at least the positions of the codewords."""


def weighted_sum(columns: Matrix, weights: ExtensionArray) -> ExtensionArray:
    """sum_c weight_c column_c: (height, 6)."""
    combined = np.empty((len(columns), EXTENSION_DEGREE), dtype=np.uint64)
    for start in range(0, len(columns), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        for j in range(EXTENSION_DEGREE):
            combined[block, j] = (columns[block] * weights[:, j] % base.MODULUS).sum(axis=1) % base.MODULUS
    return combined


def reduced_codeword(openings: Sequence[OpenedColumns]) -> ExtensionArray:
    """The sum over points z of (value - sum_c weight_c column_c(x)) / (z - x): (height, 6)."""
    total: ExtensionArray = np.zeros((len(openings[0].codewords[0]), EXTENSION_DEGREE), dtype=np.uint64)
    for opening in openings:
        numerator = extension.subtract_element(np.zeros_like(total), -opening.value)
        for columns, weights in zip(opening.codewords, opening.weights, strict=True):
            numerator = base.subtract(numerator, weighted_sum(columns, weights))
        quotient = extension.multiply(numerator, opening.inverse_differences[: len(numerator)])
        total = base.add(total, quotient)
    return total
