"""All tables of a segment for compiled code: their codes and constants one after the other, and where their cells lie.

A table's rows are spread over the lanes: a lane holds the rows whose numbers begin with the lane's. A table of few rows
is repeated: in the coordinates that it gains it is constant, so that the rounds' messages stay the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, unique
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from optimized.lanes.vectors import LANES
from optimized.words import Words, words
from optimized.zerocheck.constants import (
    Integers,
    constant_words,
    symbols_of,
    weight_values,
)
from optimized.zerocheck.header import Code
from optimized.zerocheck.layout import Layout, layout_of
from optimized.zerocheck.plan import KEPT_PLANS
from reference.arrays.extension_arrays import ExtensionArray
from reference.arrays.field_arrays import Matrix
from reference.tables import Table
from spec.air.bus import Scope
from spec.air.chip import Chip, expressions_of
from spec.air.machine import public_names
from spec.field import Extension
from spec.protocol.gkr import BusChallenges
from spec.protocol.zerocheck import TableWeights

LANE_VARIABLES = LANES.bit_length() - 1
BASE_ROUNDS = 2
"""Rounds that read base cells: rows go in groups of 2^BASE_ROUNDS."""

ZEROCHECK_BLOCK_ROWS = 2 << BASE_ROUNDS
"""Rows of each lane that are loaded at once: two groups."""

WIDE_FOLDED_ROUNDS = BASE_ROUNDS + 1
"""Rounds after which columns of wide tables are kept. Until then each round folds them from the cells anew: what is
kept after one round more takes half the memory, and memory that is new costs more than the folding."""

SMALLEST_VARIABLES = LANE_VARIABLES + WIDE_FOLDED_ROUNDS + 1
"""A pair of groups of rows for every lane after as many rounds."""


@unique
class Field(IntEnum):
    """What a row of the array of tables says."""

    CODE = 0
    """Where the table's code starts."""

    NUMBERS = 1
    CONSTANTS = 2
    """In elements."""

    MAIN = 3
    """Address of the committed cells."""

    MAIN_END = 4
    """Their words."""

    FIXED = 5
    FIXED_END = 6
    LANE_ROWS = 7
    """Rows of each lane."""

    COLUMNS = 8


class CellOperands(NamedTuple):
    """What compiled code reads in the rounds on base cells."""

    tables: Integers
    """(tables, len(Field))."""

    code: Code
    numbers: Words
    signed_numbers: Words
    constants: Words
    low_levels: Words
    """Equality weights of the groups of rows of a task."""

    high_levels: Words
    """The same of tasks."""

    lane_weights: Words
    sizes: Integers
    """The words of files, points, columns, values and of the totals of products of three, and the slots of factors,
    that suffice for every table."""


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables of a segment."""

    fields: Integers
    """(tables, len(Field))."""

    variables: Sequence[int]
    """The variables of each table, at least SMALLEST_VARIABLES."""

    code: Code
    numbers: Words
    signed_numbers: Words
    constants: Words
    values: ExtensionArray
    """What the constants stand for."""

    layouts: Sequence[Layout]
    held: Sequence[Words]
    """The cells, so that their memory stays theirs."""

    def row_number(self) -> Extension:
        """What the first rounds leave over: the sum over tables of the number that is added to every row."""
        positions = [
            int(start) + layout.remainder_number
            for start, layout in zip(self.fields[:, Field.CONSTANTS], self.layouts, strict=True)
        ]
        return Extension.from_coefficients(self.values[positions].sum(axis=0).tolist())


@lru_cache(KEPT_PLANS)
def _public_names(chip: Chip) -> tuple[str, ...]:
    return tuple(sorted(public_names(*expressions_of(chip))))


def _repeated(matrix: Matrix) -> Words:
    rows = 1 << SMALLEST_VARIABLES
    return words(matrix if len(matrix) >= rows else np.tile(matrix, (rows // len(matrix), 1)))


def tables_of(
    tables: Sequence[Table],
    weights: Sequence[TableWeights[Extension]],
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges[Extension]],
) -> Tables:
    """The tables with the constants that follow from the challenges. Raises what `symbols_of` raises."""
    symbols = symbols_of(weights, challenges, weights[0].batching)
    fields = np.zeros((len(tables), len(Field)), dtype=np.int64)
    layouts, variables, held, values = [], [], [], []
    code = numbers = constants = 0
    for position, table in enumerate(tables):
        layout = layout_of(table.chip, tuple((name, public_values[name]) for name in _public_names(table.chip)))
        main, fixed = _repeated(table.main), _repeated(table.fixed)
        fields[position] = [
            code,
            numbers,
            constants,
            main.ctypes.data,
            main.size,
            fixed.ctypes.data,
            fixed.size,
            len(main) // LANES,
            layout.columns,
        ]
        code, numbers = code + len(layout.code), numbers + len(layout.numbers)
        constants += len(layout.constants.starts)
        variables.append(len(main).bit_length() - 1)
        layouts.append(layout)
        held += [main, fixed]
        values.append(weight_values(symbols, position, layout.constants))
    all_values = np.concatenate(values)
    return Tables(
        fields,
        variables,
        np.concatenate([layout.code for layout in layouts]),
        np.concatenate([layout.numbers for layout in layouts]),
        np.concatenate([layout.signed_numbers for layout in layouts]),
        constant_words(all_values),
        all_values,
        layouts,
        held,
    )
