"""How high an honest prover makes its tables: powers of two, with a few instances of an instruction chip.

Soundness does not rest on it, but equal bytes do: every prover of this machine chooses these heights.
"""

from __future__ import annotations

from spec.air.chip import Chip
from spec.protocol.shape import MINIMUM_HEIGHT_LOG2, SEVERAL_INSTANCES
from spec.rv64im.machine import RV64IM

MINIMUM_SAVING_ROWS = 2**13
"""One more instance costs openings and a sum of its own, so it must save at least this many padded rows."""


def padded_height(rows: int) -> int:
    """The smallest allowed height of a table with this many rows."""
    return max(1 << MINIMUM_HEIGHT_LOG2, 1 << max(0, rows - 1).bit_length())


def instance_heights(rows: int) -> tuple[int, ...]:
    """The heights of an instruction chip's instances, strictly decreasing; none for a chip without rows.

    All but the last are full: each has the largest power of two of the rows that are left.
    """
    if rows == 0:
        return ()
    best: tuple[int, ...] = (padded_height(rows),)
    for count in range(2, RV64IM.maximum_instances + 1):
        heights = _split_in(count, rows)
        if heights and sum(best) - sum(heights) >= MINIMUM_SAVING_ROWS * (count - len(best)):
            best = heights
    return best


def _split_in(count: int, rows: int) -> tuple[int, ...]:
    """Strictly decreasing heights of exactly so many tables, all but the last full; none if there are no such."""
    heights: list[int] = []
    while rows and len(heights) < count - 1:
        heights.append(1 << rows.bit_length() - 1)
        rows -= heights[-1]
    last = padded_height(rows)
    return (*heights, last) if rows and last < heights[-1] else ()


def table_heights(chip: Chip, rows: int, shape: str | None) -> tuple[int, ...]:
    """The heights of an instruction, work or continuation chip's tables: as low as its rows allow, or a listed
    shape's, in which a chip that it does not name has none.

    Raises ValueError if the rows do not fit in the shape.
    """
    if shape is not None:
        if chip.name not in RV64IM.listed_shapes[shape]:
            if rows:
                raise ValueError(f"the shape {shape} has no table of {chip.name}")
            return ()
        heights = tuple(1 << height_log2 for height_log2 in RV64IM.listed_shapes[shape][chip.name])
        if rows > sum(heights):
            raise ValueError(f"{rows} rows of {chip.name} do not fit in the {sum(heights)} of the shape {shape}")
        return heights
    if chip.role in SEVERAL_INSTANCES:
        return instance_heights(rows)
    return (padded_height(rows),) if rows else ()
