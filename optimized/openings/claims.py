"""What a stacking sumcheck claims of each commitment, and the weights that stand for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimized.commitment.columns import columns_of
from optimized.commitment.stacking import StackedColumns
from optimized.openings.planes import Planes, add_scaled, place, power_vector
from optimized.words import Words
from reference.prover.kernels import Committed
from spec.field import Extension
from spec.protocol.columns import PINNED, ColumnClaims
from spec.protocol.stacking import Commitment


@dataclass(frozen=True, eq=False)
class PlacedColumns:
    """Table columns in the order in which they lie: neighbours, by descending height."""

    heights_log2: NDArray[np.int64]
    starts: NDArray[np.int64]
    """The first cell of each, in those of the commitment."""

    scales: NDArray[np.int64]
    """The number of each one's scale among those of all claims."""

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, chosen: slice) -> PlacedColumns:
        return PlacedColumns(self.heights_log2[chosen], self.starts[chosen], self.scales[chosen])


@dataclass(frozen=True, eq=False)
class PinnedClaims:
    """The claims about whole stacked columns: their point, and the scale of each and its number."""

    point: Extension
    scales: Sequence[Extension]
    first: int


@dataclass(frozen=True, eq=False)
class Part:
    """What is claimed of one commitment."""

    columns: StackedColumns
    placed: PlacedColumns
    pinned: PinnedClaims | None

    def split(self, height_log2: int) -> tuple[PlacedColumns, PlacedColumns]:
        """The columns higher than 2^height_log2, and the others, which come behind them."""
        first = int(np.searchsorted(-self.placed.heights_log2, -height_log2))
        return self.placed[slice(first)], self.placed[slice(first, None)]

    def length(self, dropped: int) -> int:
        """How many elements count when the last `dropped` coordinates are bound: a pinned weight is zero nowhere."""
        cells = self.columns.used if self.pinned is None else self.columns.count << self.columns.height_log2
        return -(-cells >> dropped)


def parts_of(committed: Mapping[Commitment, Committed], claims: ColumnClaims[Extension]) -> list[Part]:
    """The commitments that have columns, in the order of the protocol."""
    parts, number = [], 0
    pinned_number = sum(len(layout.columns) for layout in claims.layouts.values())
    for name, layout in claims.layouts.items():
        pinned = None
        if name in PINNED and layout.count:
            scales = claims.scales[pinned_number : pinned_number + layout.count]
            pinned = PinnedClaims(claims.pinning_points[name], scales, pinned_number)
            pinned_number += layout.count
        if layout.count:
            heights = np.array([placed.height_log2 for placed in layout.columns], dtype=np.int64)
            lengths = np.left_shift(1, heights)
            scales_of_columns = np.arange(number, number + len(heights))
            placed = PlacedColumns(heights, np.cumsum(lengths) - lengths, scales_of_columns)
            parts.append(Part(columns_of(committed[name]), placed, pinned))
        number += len(layout.columns)
    return parts


def place_weights(
    placed: PlacedColumns, equality: Planes, starts: Mapping[int, int], scales: Words, dropped: int, length: int
) -> Planes:
    """The weights of neighbouring columns, without their last `dropped` coordinates, from the first one on.

    `starts` says where the equality vector of so many coordinates is.
    """
    variables = placed.heights_log2 - dropped
    first = placed.starts[0] if len(placed) else 0
    pieces = np.stack(
        [
            (placed.starts - first) >> dropped,
            np.left_shift(1, variables),
            np.array([starts[count] for count in variables.tolist()], dtype=np.int64),
            placed.scales,
        ],
        axis=1,
    )
    weight = Planes.room(length)
    place(pieces, equality, scales, weight)
    return weight


def add_pinned_weights(part: Part, first: Extension, dropped: int, weight: Planes) -> None:
    """Adds first * the weights of the pinned claims, without their last `dropped` coordinates, to a whole part's."""
    if part.pinned is not None:
        variables = part.columns.height_log2 - dropped
        vector = power_vector(part.pinned.point ** (1 << dropped), variables, first)
        for number, scale in enumerate(part.pinned.scales):
            add_scaled(vector, scale, weight, number << variables)
