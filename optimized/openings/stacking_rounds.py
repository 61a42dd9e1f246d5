"""The sumcheck that takes claims about table columns to the stacked columns at one point.

All weights of table columns end with eq of the same last coordinates, and powers of a point are products likewise. So
the first LOW_LOG2 rounds need of all columns of more than 2^LOW_LOG2 cells one row of sums, and one more for each
pinned commitment; lower columns stand beside these cell by cell. Then one pass over the cells binds all these
coordinates at once, and little is left to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from optimized.commitment.factors import LANES_LOG2
from optimized.lanes.vectors import LANES
from optimized.openings.claims import Part, add_pinned_weights, parts_of, place_weights
from optimized.openings.columns import LOW, LOW_LOG2, fold_columns, row_pieces, stacked_rows, weighted_rows
from optimized.openings.planes import (
    Planes,
    equality_vector,
    equality_vectors,
    montgomery_rows,
    power_vector,
)
from optimized.openings.rounds import ProductRounds
from reference.arrays.extension_arrays import from_base
from reference.prover import stacking_rounds as plain
from reference.prover.kernels import Committed
from reference.prover.kernels import StackingRounds as Interface
from spec.field import ONE, Extension
from spec.protocol.columns import ColumnClaims
from spec.protocol.cube import equality, power_extension
from spec.protocol.hash import WORD_BYTES
from spec.protocol.proof import RoundPolynomial
from spec.protocol.stacking import Commitment


class StackingRounds:
    """`kernels.StackingRounds` for stacked columns of 2^(2 LANES_LOG2) cells or more."""

    def __init__(self, parts: Sequence[Part], claims: ColumnClaims[Extension]) -> None:
        self._parts = parts
        self._claims = claims
        self._scales = montgomery_rows(claims.scales)
        self._challenges: list[Extension] = []
        self._height_log2 = parts[0].columns.height_log2
        self._is_in_rows = self._height_log2 >= LOW_LOG2 + LANES_LOG2
        self._rounds = self._on_rows() if self._is_in_rows else self._on_cells()

    def message(self) -> RoundPolynomial:
        return self._rounds.message()

    def bind(self, challenge: Extension) -> None:
        self._rounds.bind(challenge)
        self._challenges.append(challenge)
        if self._is_in_rows and len(self._challenges) == LOW_LOG2:
            self._rounds = self._on_folded_rows()

    def values(self) -> tuple[Extension, ...]:
        values: list[Extension] = []
        for part, (vector, _) in zip(self._parts, self._rounds.vectors, strict=True):
            values += vector.elements(part.columns.count)
        return tuple(values)

    def _on_cells(self) -> ProductRounds:
        """Stacked columns with few cells: all of them, with their weights."""
        vectors = []
        for part in self._parts:
            point, heights = self._claims.zerocheck_point, part.placed.heights_log2.tolist()
            weight = place_weights(part.placed, *equality_vectors(point, heights), self._scales, 0, part.length(0))
            add_pinned_weights(part, ONE, 0, weight)
            cells = np.zeros(part.length(0), dtype=np.uint32)
            cells[: part.columns.used] = part.columns.cells[: part.columns.used]
            vectors.append((Planes.of_base(cells), weight))
        return ProductRounds(vectors)

    def _on_rows(self) -> ProductRounds:
        """The first rounds, on one vector: rows of sums, then the cells of low columns."""
        point = self._claims.zerocheck_point
        pinned = [part for part in self._parts if part.pinned is not None]
        low = [part.split(LOW_LOG2)[1] for part in self._parts]
        lengths = [-(-int(np.left_shift(1, placed.heights_log2).sum()) // LOW) * LOW for placed in low]
        vector = Planes.room(LOW * (1 + len(pinned)) + sum(lengths))
        weight = Planes.room(vector.length)
        vector.words[:] = 0
        weight.words[:] = 0
        vector.words[:, :LOW] = self._sums_of_high_columns()
        if len(point) >= LOW_LOG2:
            weight.words[:, :LOW] = equality_vector(point[len(point) - LOW_LOG2 :]).words[:, :LOW]
        at = LOW
        for part in pinned:
            assert part.pinned is not None
            vector.words[:, at : at + LOW] = self._sums_of_pinned_columns(part)
            weight.words[:, at : at + LOW] = power_vector(part.pinned.point, LOW_LOG2).words[:, :LOW]
            at += LOW
        heights = [height for placed in low for height in placed.heights_log2.tolist()]
        vectors, starts = equality_vectors(point, heights)
        for part, placed, length in zip(self._parts, low, lengths, strict=True):
            of_cells = place_weights(placed, vectors, starts, self._scales, 0, length)
            weight.words[:, at : at + length] = of_cells.words[:, :length]
            if length:
                cells = part.columns.cells[placed.starts[0] : part.columns.used]
                vector.words[0, at : at + len(cells)] = cells
            at += length
        return ProductRounds([(vector, weight)])

    def _sums_of_high_columns(self) -> NDArray[np.uint32]:
        """One row for all columns with more than one row: (6, LOW)."""
        high = [part.split(LOW_LOG2)[0] for part in self._parts]
        point = self._claims.zerocheck_point[: len(self._claims.zerocheck_point) - LOW_LOG2]
        counts = [placed.heights_log2 - LOW_LOG2 for placed in high]
        weights, starts = equality_vectors(point, [count for some in counts for count in some.tolist()])
        pieces = [
            row_pieces(
                part.columns.cells.ctypes.data + placed.starts * WORD_BYTES,
                np.left_shift(1, count),
                np.array([starts[one] for one in count.tolist()], dtype=np.int64),
                placed.scales,
            )
            for part, placed, count in zip(self._parts, high, counts, strict=True)
        ]
        return weighted_rows(np.concatenate(pieces), weights, self._scales)

    def _sums_of_pinned_columns(self, part: Part) -> NDArray[np.uint32]:
        """One row for all stacked columns of a pinned commitment: (6, LOW)."""
        assert part.pinned is not None
        weights = power_vector(part.pinned.point**LOW, part.columns.height_log2 - LOW_LOG2)
        return weighted_rows(stacked_rows(part.columns, part.pinned.first), weights, self._scales)

    def _on_folded_rows(self) -> ProductRounds:
        """The other rounds, on the cells with LOW_LOG2 coordinates bound."""
        ((_, bound_weight),) = self._rounds.vectors
        bound, point = self._challenges[::-1], self._claims.zerocheck_point
        constants = equality_vector(bound).rows(LOW)
        reached = equality(ONE, point[len(point) - LOW_LOG2 :], bound) if len(point) >= LOW_LOG2 else ONE
        at = 1 + sum(part.pinned is not None for part in self._parts)
        vectors = []
        for part in self._parts:
            length, columns = part.length(LOW_LOG2), part.columns
            high, low = part.split(LOW_LOG2)
            counts = (high.heights_log2 - LOW_LOG2).tolist()
            of_rows = equality_vectors(point[: len(point) - LOW_LOG2], counts, reached)
            weight = place_weights(high, *of_rows, self._scales, LOW_LOG2, length)
            if len(low):
                start, stop = int(low.starts[0]) >> LOW_LOG2, -(-columns.used >> LOW_LOG2)
                weight.words[:, start:stop] = bound_weight.words[:, at : at + stop - start]
                at += stop - start
            if part.pinned is not None:
                add_pinned_weights(part, power_extension(ONE, part.pinned.point, bound), LOW_LOG2, weight)
            addresses, kept = [columns.cells.ctypes.data], [columns.kept]
            vectors.append((fold_columns(addresses, kept, length, LOW_LOG2, constants), weight))
        return ProductRounds(vectors)


def stacking(committed: Mapping[Commitment, Committed], claims: ColumnClaims[Extension]) -> Interface:
    """`Kernels.stacking`."""
    parts = parts_of(committed, claims)
    height_log2 = parts[0].columns.height_log2
    if 1 << height_log2 >= LANES * LANES:
        return StackingRounds(parts, claims)
    cells = np.concatenate([part.columns.dense() for part in parts]).astype(np.uint64)
    return plain.StackingRounds(from_base(cells), plain.dense_weights(claims, height_log2))
