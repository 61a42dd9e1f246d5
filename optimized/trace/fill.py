"""From rows to matrices: every chip's cells in the order of its columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimized.trace import advice, arithmetic, control, keccak, memory_access, modular, multiply_divide, sha256
from optimized.trace.calls import CallRows
from optimized.trace.rows import Cells, Column, Rows, common_cells
from optimized.words import Words
from spec.air.chip import Chip
from spec.field import P
from spec.rv64im.chips import shift

Filler = Callable[[Rows], Cells]

FILLERS: dict[str, Filler] = {
    "constant": control.constant,
    **dict.fromkeys(("add", "sub", "addw", "subw", "addiw"), arithmetic.addition),
    "addi": arithmetic.addition_of_immediate,
    **dict.fromkeys(("and", "or", "xor"), arithmetic.logic),
    **dict.fromkeys(("andi", "ori", "xori"), arithmetic.logic_with_immediate),
    **{chip.name: arithmetic.shift for chip in shift.CHIPS},
    **dict.fromkeys(("slt", "sltu", "slti", "sltiu"), arithmetic.comparison),
    "branch_equal": control.branch_equal,
    **dict.fromkeys(("branch_less_signed", "branch_less_unsigned"), control.branch_less),
    "jalr": control.jalr,
    **dict.fromkeys(("ld", "load_word", "load_half", "load_byte"), memory_access.load),
    **dict.fromkeys(("sd", "sw", "sh", "sb"), memory_access.store),
    "load_misaligned": memory_access.load_misaligned,
    "store_misaligned": memory_access.store_misaligned,
    "mul": multiply_divide.mul,
    "mulw": multiply_divide.mulw,
    "multiply_high": multiply_divide.multiply_high,
    **dict.fromkeys(("divide", "divide_word"), multiply_divide.divide),
    "halt": control.halt,
}
"""By chip name."""


CALL_FILLERS: dict[str, Callable[[CallRows], Cells]] = {
    "keccak_f": keccak.call,
    "sha256_compress": sha256.call,
    **dict.fromkeys(("multiply_add_modulo_256", "multiply_add_modulo_384"), modular.call),
    "advice": advice.call,
}
"""By chip name."""


WORK_WRITERS: dict[str, Callable[[Chip, CallRows, int, int, Words], None]] = {
    "keccak_round": keccak.work,
    "sha256_first": sha256.work,
    "sha256_rest": sha256.work,
}
"""By work table: writes its rows, from one number to before another, of all calls that order them."""


class FillerError(Exception):
    """The filler of a chip is missing, or wrong: its cells are not the chip's columns."""


def instruction_cells(rows: Rows) -> Cells:
    """The cells of all rows of a chip by column name. Raises FillerError where the chip has no filler."""
    if rows.chip.name not in FILLERS:
        raise FillerError(f"{rows.chip.name}: no filler in FILLERS of optimized/trace/fill.py")
    return common_cells(rows) | FILLERS[rows.chip.name](rows)


def write_cells(chip: Chip, cells: Cells, rows: Words) -> None:
    """Writes cells as canonical elements into rows of the chip's table.

    Raises FillerError if the cells are not the chip's columns.
    """
    if cells.keys() != set(chip.columns):
        raise FillerError(f"{chip.name}: columns and filled cells differ in {sorted(cells.keys() ^ set(chip.columns))}")
    for i, name in enumerate(chip.columns):
        column: Column = cells[name]
        # What is negative stands for its residue.
        negative = isinstance(column, int) or np.issubdtype(column.dtype, np.signedinteger)
        rows[:, i] = column % P if negative else column
