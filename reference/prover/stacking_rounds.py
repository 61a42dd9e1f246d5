"""The sumcheck that takes claims about table columns to the stacked columns at one point."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reference.arrays.extension_arrays import ExtensionArray, from_base, powers, scale, to_elements
from reference.arrays.field_arrays import add
from reference.prover.cube_arrays import equality_vector
from reference.prover.kernels import Committed
from reference.prover.product_rounds import bind_last, product_message
from reference.prover.stacked_columns import all_columns
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.columns import PINNED, ColumnClaims, first_stacked
from spec.protocol.proof import RoundPolynomial
from spec.protocol.stacking import Commitment


class StackingRounds:
    """`kernels.StackingRounds` on dense vectors: (count, 2^left, 6) columns and weights."""

    def __init__(self, columns: ExtensionArray, weights: ExtensionArray) -> None:
        self._columns = columns
        self._weights = weights

    def message(self) -> RoundPolynomial:
        return product_message(self._columns, self._weights)

    def bind(self, challenge: Extension) -> None:
        self._columns = bind_last(self._columns, challenge)
        self._weights = bind_last(self._weights, challenge)

    def values(self) -> tuple[Extension, ...]:
        return tuple(to_elements(self._columns[:, 0]))


def dense_weights(claims: ColumnClaims[Extension], height_log2: int) -> ExtensionArray:
    """w_j for every stacked column of all commitments: (count, 2^height_log2, 6)."""
    first = first_stacked(claims.layouts)
    weights = np.zeros((claims.stacked_count, 1 << height_log2, EXTENSION_DEGREE), dtype=np.uint64)
    equality_below: dict[int, ExtensionArray] = {}
    scales = iter(claims.scales)
    for commitment, layout in claims.layouts.items():
        for placed in layout.columns:
            n = placed.height_log2
            if n not in equality_below:
                point = claims.zerocheck_point[len(claims.zerocheck_point) - n :]
                equality_below[n] = equality_vector(point)
            cells = slice(placed.prefix << n, (placed.prefix + 1) << n)
            weights[first[commitment] + placed.stacked, cells] = scale(equality_below[n], next(scales))
    for commitment in PINNED:
        if claims.layouts[commitment].count:
            of_point = powers(claims.pinning_points[commitment], 1 << height_log2)
            for number in range(claims.layouts[commitment].count):
                position = first[commitment] + number
                weights[position] = add(weights[position], scale(of_point, next(scales)))
    return weights


def stacking(committed: Mapping[Commitment, Committed], claims: ColumnClaims[Extension]) -> StackingRounds:
    """`Kernels.stacking`."""
    columns = all_columns(committed, claims.layouts)
    height_log2 = columns.shape[1].bit_length() - 1
    return StackingRounds(from_base(columns), dense_weights(claims, height_log2))
