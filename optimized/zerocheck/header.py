"""What a chip's code for compiled functions says, and where."""

from __future__ import annotations

from enum import IntEnum, unique

import numpy as np
from numpy.typing import NDArray

Code = NDArray[np.int32]

NONE = -1
"""In place of a position where there is none."""


@unique
class Header(IntEnum):
    """What the first numbers of a table's code say. Positions are counted from the code's start."""

    MAIN_WIDTH = 0
    FIXED_WIDTH = 1
    REGISTERS = 2
    OPERATIONS = 3
    """Position of the linear operations: left, right, a `Step`, position of the factor among the numbers."""

    OPERATION_COUNT = 4
    CORES = 5
    """Position of the registers that products of base values read."""

    CORE_COUNT = 6
    VALUES = 7
    """Position of the base values: others, then constraints, each part filled up to an even count by none.

    Each: number of products, core of the affine part or NONE, position of its scale and number; then for each product
    a `Step` for its scale, two cores, position of their offsets and the scale.
    """

    OTHER_COUNT = 8
    CONSTRAINT_COUNT = 9
    VALUE_WEIGHTS = 10
    """The first constant of the values' weights, filled up like the values."""

    PAIR_COUNT = 11
    COLUMNS = 12
    """Position of the positions of the columns, the remainder of the first rounds behind the last.

    Each: its first constant, which is its number, number of registers, then the registers. Columns of pairs and the
    remainder have evenly many.
    """

    COLUMN_COUNT = 13
    LINEAR = 14
    """The column that is the linear part."""

    GROUPS = 15
    """Position of the groups: a `Factor`, the constant or column that it is, number of pairs, the pairs."""

    GROUP_COUNT = 16
    CUBIC_CORES = 17
    """Position of the registers that products of three read."""

    CUBIC_CORE_COUNT = 18
    CUBICS = 19
    """Position of the sums of products of three: number of products, then for each product three cores, position of
    their offsets and the scale."""

    CUBIC_COUNT = 20
    CUBIC_WEIGHTS = 21
    """The first constant of their weights."""

    SINGLES = 22
    """Position of the products that stand alone: two columns, position of their offsets."""

    SINGLE_COUNT = 23
    SINGLE_WEIGHTS = 24
    NESTED = 25
    """Position of the values with common factors of the first rounds, as `optimized.zerocheck.nested_layout` writes
    them; their registers are those of products of three."""

    NESTED_COUNT = 26
    NESTED_WEIGHTS = 27
    LATER = 28
    """The same for the later rounds, whose registers are columns."""

    LATER_COUNT = 29
    LATER_WEIGHTS = 30
    SLOTS = 31
    """The factors that are kept at a time, in either."""

    FITS_WORDS = 32
    """Whether values of the first rounds are small where cells are, as `optimized.zerocheck.small_values` says."""


@unique
class Step(IntEnum):
    """How a summand is added."""

    ADD = 0
    SUBTRACT = 1
    SCALE = 2
    """Times a number first."""


@unique
class Factor(IntEnum):
    """What a group is multiplied by."""

    ONE = 0
    NUMBER = 1
    COLUMN = 2
