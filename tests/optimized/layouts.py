"""Tables whose stacked columns take every way through the optimized kernels."""

from __future__ import annotations

import numpy as np

from reference.arrays.field_arrays import Matrix
from spec.air.chip import Role
from tests.reference.prover.stacking_example import (
    MIXED,
    TALL,
    Example,
    TableForm,
    edge_cells,
    largest_cells,
    random_cells,
)


def narrow_cells(generator: np.random.Generator, shape: tuple[int, int]) -> Matrix:
    """Cells in words of 32 bits, as traces are."""
    return random_cells(generator, shape).astype(np.uint32)


def no_cells(_generator: np.random.Generator, shape: tuple[int, int]) -> Matrix:
    """Zeros alone."""
    return np.zeros(shape, dtype=np.uint64)


MANY = (
    TableForm(Role.INSTRUCTION, 9, 7),
    TableForm(Role.INSTRUCTION, 12, 2),
    TableForm(Role.INSTRUCTION, 10, 9),
    TableForm(Role.PROGRAM_TABLE, 7, 1, 5),
    TableForm(Role.INSTRUCTION, 6, 13),
    TableForm(Role.CONTINUATION, 3, 12),
    TableForm(Role.CONTINUATION, 9, 3),
    TableForm(Role.INSTRUCTION, 1, 20),
    TableForm(Role.INSTRUCTION, 8, 11),
    TableForm(Role.MACHINE_TABLE, 2, 3, 1),
    TableForm(Role.INSTRUCTION, 7, 4),
)
"""Heights 2 to 2^12, widths on both sides of the lanes, a program and a continuation that are a short prefix."""

FOURTEEN = (TableForm(Role.INSTRUCTION, 10, 14),)
"""As many whole stacked columns at height 2^10."""

LOW = (TableForm(Role.INSTRUCTION, 3, 40), TableForm(Role.CONTINUATION, 2, 3), TableForm(Role.PROGRAM_TABLE, 1, 1, 1))
"""No table has a row of 2^7 cells."""

EXAMPLES = [
    Example(MIXED, 4, random_cells, folding_log2=2),
    Example(MIXED, 6, edge_cells, rate_log2=2, folding_log2=3, cap_log2=2),
    Example(MIXED, 8, narrow_cells, folding_log2=1),
    Example(TALL, 5, random_cells, folding_log2=1),
    Example(TALL, 11, largest_cells, folding_log2=4, cap_log2=2),
    Example(LOW, 10, narrow_cells, rate_log2=3, folding_log2=2),
    Example(FOURTEEN, 10, narrow_cells, folding_log2=4),
    Example(MANY, 12, narrow_cells, folding_log2=3, cap_log2=2),
    Example(MANY, 13, edge_cells, rate_log2=2, folding_log2=4),
    Example(MANY, 12, no_cells, folding_log2=2),
]
