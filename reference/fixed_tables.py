"""The fixed columns of the lookup tables: the machine's, and those of a program."""

from __future__ import annotations

from functools import cache

import numpy as np

from reference.prover.field_arrays import Matrix
from spec.air.chips.fixed_tables import FIXED_ROWS, TableRow, padded
from spec.air.chips.program_tables import PROGRAM_FIXED_ROWS
from spec.program import Program


@cache
def fixed_tables() -> dict[str, Matrix]:
    """The fixed columns of every machine table by chip name, in machine order: each (height, fixed width)."""
    return {name: _matrix(rows()) for name, rows in FIXED_ROWS.items()}


def program_tables(program: Program) -> dict[str, Matrix]:
    """The fixed columns of every program table by chip name, in machine order: each (height, fixed width)."""
    return {name: _matrix(rows(program)) for name, rows in PROGRAM_FIXED_ROWS.items()}


def _matrix(rows: list[TableRow]) -> Matrix:
    matrix = np.array(padded(rows), dtype=np.uint64)
    matrix.setflags(write=False)
    return matrix
