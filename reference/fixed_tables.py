"""The fixed columns of the lookup tables: the machine's, and those of a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain

import numpy as np

from reference.arrays.field_arrays import Matrix
from spec.program import Program
from spec.protocol.shape import MINIMUM_HEIGHT_LOG2
from spec.rv64im.chips.fixed_tables import TableRow, padded
from spec.rv64im.chips.program_tables import PROGRAM_FIXED_ROWS
from spec.rv64im.machine import RV64IM
from spec.rv64im.recursion_shapes import program_size


class ProgramTooLargeError(Exception):
    """A program with more code or data than the tables of any listed shape hold."""


@cache
def fixed_tables() -> dict[str, Matrix]:
    """The fixed columns of every machine table by chip name, in machine order: each (height, fixed width)."""
    return {name: _matrix(list(table.rows())) for name, table in RV64IM.tables.items()}


def program_tables(program: Program, *, listed: bool = False) -> dict[str, Matrix]:
    """The fixed columns of every program table by chip name, in machine order: each (height, fixed width).

    The tables are as low as their rows allow, or of the smallest `listed` size. Raises ProgramTooLargeError if no
    listed size holds the program.
    """
    tables = {name: rows(program) for name, rows in PROGRAM_FIXED_ROWS.items()}
    heights = _listed_heights(tables) if listed else dict.fromkeys(tables, MINIMUM_HEIGHT_LOG2)
    return {name: _matrix(padded(rows, 1 << heights[name])) for name, rows in tables.items()}


def listed_program_heights(program: Program) -> Mapping[str, int]:
    """The heights of a program's tables under listed shapes, by chip, as base-2 logarithms.

    Raises ProgramTooLargeError if no listed size holds the program.
    """
    return _listed_heights({name: rows(program) for name, rows in PROGRAM_FIXED_ROWS.items()})


def _listed_heights(tables: Mapping[str, Sequence[TableRow]]) -> Mapping[str, int]:
    try:
        return program_size({name: len(rows) for name, rows in tables.items()})
    except ValueError as error:
        raise ProgramTooLargeError(str(error)) from error


def _matrix(rows: list[TableRow]) -> Matrix:
    # By way of one iterator: numpy looks at every row of a list of tuples first, which takes four times as long.
    matrix = np.fromiter(chain.from_iterable(rows), np.uint64, len(rows) * len(rows[0])).reshape(len(rows), -1)
    matrix.setflags(write=False)
    return matrix
