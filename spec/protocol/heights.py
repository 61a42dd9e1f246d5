"""How high an honest prover makes its tables: powers of two, with one or two instances of an instruction chip.

Soundness does not rest on it, but equal bytes do: every prover of this machine chooses these heights.
"""

from __future__ import annotations

from spec.air.chip import Chip, Role
from spec.protocol.domain import MINIMUM_HEIGHT_LOG2
from spec.protocol.recursion_shapes import listed_height_log2

MINIMUM_SAVING_ROWS = 2**12
"""A second instance costs openings and a sum of its own, so it must save at least this many padded rows."""


def padded_height(rows: int) -> int:
    """The smallest allowed height of a table with this many rows."""
    return max(1 << MINIMUM_HEIGHT_LOG2, 1 << max(0, rows - 1).bit_length())


def instance_heights(rows: int) -> tuple[int, ...]:
    """The heights of an instruction chip's instances, strictly decreasing; none for a chip without rows.

    Two instances of 2^a and 2^b rows beat one only where 2^a is half of the single height.
    """
    if rows == 0:
        return ()
    single = padded_height(rows)
    first = single // 2
    second = padded_height(rows - first)
    if second < first and single - first - second >= MINIMUM_SAVING_ROWS:
        return (first, second)
    return (single,)


def table_heights(chip: Chip, rows: int, shape: str | None) -> tuple[int, ...]:
    """The heights of an instruction or continuation chip's tables: as low as its rows allow, or a listed shape's.

    Raises ValueError if the rows do not fit in the shape.
    """
    if shape is not None:
        height = 1 << listed_height_log2(shape, chip.name)
        if rows > height:
            raise ValueError(f"{rows} rows of {chip.name} do not fit in the {height} of the shape {shape}")
        return (height,)
    if chip.role is Role.INSTRUCTION:
        return instance_heights(rows)
    return (padded_height(rows),) if rows else ()
