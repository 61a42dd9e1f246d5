"""Every cell of every chip counts: changing any one of a real row is noticed, but for the witness listed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest

from reference.checker import check_trace
from reference.tables import Table, Trace, without_fixed_columns
from reference.trace.build import build_trace
from reference.trace.multiplicities import Index
from spec.air.chip import Chip
from spec.field import P
from spec.protocol.shape import LOOKUP_ROLES
from spec.rv64im.machine import CALL_CHIPS, CHIPS, RV64IM, WORK_CHIPS
from tests.changed_traces import table_of, with_table
from tests.reference.every_instruction import CORNERS, every_instruction_program
from tests.reference.mutation import lookup_indices, unnoticed_changes
from tests.reference.violations import rows_named

ROWS_PER_CHIP = 12
OF_CALLS = {chip.name for chip in (*CALL_CHIPS, *WORK_CHIPS)}
OF_CALLS |= {name for name, table in RV64IM.tables.items() if OF_CALLS & set(table.only_for)}
TRIED = [chip for chip in CHIPS if chip.name not in OF_CALLS]
"""Calls, work tables and their fixed tables apart: their cells are changed in tests/spec/air/chips, in
tests/reference/trace and by mutants."""

ALL_CHIPS = pytest.mark.parametrize("chip", TRIED, ids=lambda chip: chip.name)

_NOT_ACCESSED = "the row does not cross into the next doubleword, so no token is taken and no byte is used"

FREE: dict[tuple[str, str], str] = {
    **{("branch_equal", f"inverse_{i}"): "multiplies a difference that is zero" for i in range(4)},
    ("addi", "inverse"): "multiplies nothing where the carries do not stop, or never count",
    **{("load_misaligned", f"byte_{i}"): _NOT_ACCESSED for i in range(9, 16)},
    **{
        (chip, f"memory_next_{part}"): _NOT_ACCESSED
        for chip, part in product(("load_misaligned", "store_misaligned"), ("previous_clock", "clock_high"))
    },
    **{
        (chip, "quotient_sign"): "the sign of the quotient that a zero divisor is multiplied with"
        for chip in ("divide", "divide_word")
    },
}
"""Columns whose cell may be another one in some real rows, and why that is harmless."""


@dataclass(frozen=True)
class Honest:
    """A trace in which every chip has real rows of many kinds."""

    trace: Trace
    indices: Mapping[str, Index]


@pytest.fixture(scope="module")
def honest() -> Honest:
    pairs = [(left, right) for left in CORNERS[::3] for right in CORNERS[::3]]
    trace = build_trace(every_instruction_program(pairs, CORNERS[::3]), b"abcdefgh")
    return Honest(trace, lookup_indices(trace))


def _real_rows(table: Table) -> list[int]:
    """Some real rows, spread over the table."""
    real: list[int] = np.nonzero(table.main.any(axis=1))[0].tolist()
    return real[:: max(1, len(real) // ROWS_PER_CHIP)][:ROWS_PER_CHIP]


@ALL_CHIPS
def test_single_changed_cell_is_noticed_whatever_the_lookup_counts(chip: Chip, honest: Honest) -> None:
    table = table_of(honest.trace, chip.name)
    changes = unnoticed_changes(table, _real_rows(table), honest.trace.public_values, honest.indices)
    assert [change for change in changes if (chip.name, change.column) not in FREE] == []


@pytest.mark.parametrize(("chip", "column"), FREE)
def test_free_column_is_free_in_some_real_row(chip: str, column: str, honest: Honest) -> None:
    """A column that no longer is free does not belong in the list."""
    table = table_of(honest.trace, chip)
    rows: list[int] = np.nonzero(table.main.any(axis=1))[0].tolist()
    assert unnoticed_changes(table, rows, honest.trace.public_values, honest.indices, [column]) != []


@pytest.fixture(scope="module")
def reported(honest: Honest) -> dict[tuple[str, str], bool]:
    """Whether the checker, shown a trace with one changed cell in each of many rows, names the row of each column."""
    rows = {chip.name: _real_rows(table_of(honest.trace, chip.name)) for chip in TRIED}
    verdicts: dict[tuple[str, str], bool] = {}
    pending = {chip.name: list(chip.columns) for chip in TRIED}
    while any(pending.values()):
        trace, placed = honest.trace, []
        for chip in TRIED:
            table = table_of(trace, chip.name)
            main = table.main.copy()
            for row in rows[chip.name]:
                if pending[chip.name]:
                    column = pending[chip.name].pop()
                    position = chip.column_index(column)
                    main[row, position] = (int(main[row, position]) + 77) % P
                    placed.append((chip.name, column, row))
            trace = with_table(trace, replace(table, main=main))
        named = rows_named(check_trace(trace))
        verdicts |= {(name, column): (name, row) in named for name, column, row in placed}
    return verdicts


@ALL_CHIPS
def test_checker_names_the_row_of_a_changed_cell(chip: Chip, reported: Mapping[tuple[str, str], bool]) -> None:
    silent = [column for column in chip.columns if not reported[chip.name, column]]
    assert [column for column in silent if (chip.name, column) not in FREE] == []


@pytest.mark.parametrize("chip", [c for c in CHIPS if c.role not in LOOKUP_ROLES], ids=lambda chip: chip.name)
def test_padding_row_that_claims_to_be_real_is_noticed(chip: Chip, honest: Honest) -> None:
    padded = Table(chip, np.zeros((2, len(chip.columns)), dtype=np.uint64), without_fixed_columns(2))
    flags = {c for c in chip.columns if c == "real" or c.startswith(("is_", "from_round_"))}
    assert flags
    assert unnoticed_changes(padded, [0], honest.trace.public_values, honest.indices, sorted(flags)) == []
