"""Tables that do not prove what is claimed, committed and proven honestly: each is refused for what is wrong in it.

Everything else in the tables is made to fit, so that exactly one rule is broken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from reference.prover.keys import proving_key
from reference.tables import Table
from spec.field import P, inverse
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.changed_traces import Cell, cell, plus_cells, split, table_number, with_cells, with_public, with_tables
from tests.forging.verdicts import refusal
from tests.small_machine import SMALL_MACHINE, Move, program_cells
from tests.small_runs import (
    KERNELS,
    ONE_SEGMENT,
    SMALL,
    TWO_SEGMENTS,
    Example,
    Output,
    counted,
    encoded,
    output_of,
    prove_claiming,
)

R = Rejection
SEGMENT = ONE_SEGMENT.segments[0]
ZEROCHECK = Refusal(R.ZEROCHECK_MISMATCH, "segment 0")
LOCAL = Refusal(R.LOCAL_BUSES_UNBALANCED, "segment 0")


def refusal_of(changes: Mapping[Cell, int], output: Output | None = None) -> Refusal | None:
    """The refusal of the one segment with differences in cells."""
    claimed = ONE_SEGMENT.run.output if output is None else encoded(output)
    return refusal(ONE_SEGMENT.proven([plus_cells(SEGMENT, changes)], claimed))


def test_accounts_of_the_examples_are_as_the_tests_assume() -> None:
    """Three moves on two accounts, the first and the third on account 1."""
    assert output_of(ONE_SEGMENT) == [(1, 70, 1), (2, 50, 1)]
    assert [cell(SEGMENT, "move", row, "account") for row in range(4)] == [1, 2, 1, 0]
    assert [cell(SEGMENT, "boundary", row, "account") for row in range(2)] == [1, 2]


def test_change_of_nothing_is_accepted() -> None:
    assert refusal_of({}) is None


def test_cells_of_a_padding_row_that_nothing_constrains_are_accepted() -> None:
    assert refusal_of({("move", 3, "before"): 5, ("move", 3, "clock"): 9, ("halt", 1, "pc"): 3}) is None


# Constraints.


def test_constraint_of_degree_three_is_refused() -> None:
    """Account 2 gets one more than the program says, and everything that follows from it is consistent."""
    changes: dict[Cell, int] = {("move", 1, "after"): 1, ("boundary", 1, "balance_out"): 1}
    assert refusal_of(changes, [(1, 70, 1), (2, 51, 1)]) == ZEROCHECK


def test_constraint_on_a_padding_row_is_refused() -> None:
    """The halt counts twice on its row and minus once on a padding row: the buses see it once."""
    changes: dict[Cell, int] = {("halt", 0, "real"): 1, ("halt", 1, "real"): -1}
    changes |= {("halt", 1, name): cell(SEGMENT, "halt", 0, name) for name in ("pc", "clock", "code")}
    assert refusal_of(changes) == ZEROCHECK


def test_constraint_of_a_continuation_table_is_refused() -> None:
    """A row counts twice and its copy minus once: local and global buses see it once."""
    rows = ("account", "balance_in", "balance_out", "last_clock", "origin")
    taller = with_tables(
        SEGMENT,
        [t if t.chip.name != "boundary" else split(SEGMENT, "boundary", (2,)).tables[-1] for t in SEGMENT.tables],
    )
    cells: dict[Cell, int] = {("boundary", 0, "real"): 2, ("boundary", 2, "real"): -1}
    cells |= {("boundary", 2, name): cell(SEGMENT, "boundary", 0, name) for name in rows}
    assert refusal(ONE_SEGMENT.proven([taller])) is None
    assert refusal(ONE_SEGMENT.proven([with_cells(taller, cells)])) == ZEROCHECK


def test_constraint_in_a_second_instance_is_refused() -> None:
    """Row 2 of the moves stands in row 0 of the smaller instance."""
    changes: dict[Cell, int] = {("move", 2, "after"): 1, ("boundary", 0, "balance_out"): 1}
    segment = split(plus_cells(SEGMENT, changes), "move", (2, 1))
    tables = list(segment.tables)
    first = table_number(segment, "move")
    taller, smaller = tables[first].main.copy(), tables[first + 1].main.copy()
    smaller[0], taller[2] = taller[2], 0
    tables[first] = Table(tables[first].chip, taller, tables[first].fixed)
    tables[first + 1] = Table(tables[first].chip, smaller, tables[first + 1].fixed)
    output = encoded([(1, 71, 1), (2, 50, 1)])
    assert refusal(ONE_SEGMENT.proven([replace(segment, tables=tuple(tables))], output)) == ZEROCHECK


def test_row_that_its_program_allows_and_its_constraints_do_not_is_refused() -> None:
    """The program itself has a flag of two, so that the fetch succeeds: after = before + 50 - 2 * 2 * 50."""
    tables = program_cells(ONE_SEGMENT.moves)
    fixed = tables[0].fixed.copy()
    fixed[1, tables[0].chip.fixed_columns.index("is_withdrawal")] = 2
    tables = [Table(tables[0].chip, tables[0].main, fixed)]
    key = proving_key(KERNELS, SMALL_MACHINE, SMALL, tables, [0])
    segment = with_cells(
        SEGMENT,
        {
            ("program_table", 1, "is_withdrawal"): 2,
            ("move", 1, "is_withdrawal"): 2,
            ("move", 1, "after"): -150,
            ("boundary", 1, "balance_out"): -150,
        },
    )
    output = encoded([(1, 70, 1), (2, P - 150, 1)])
    assert refusal(prove_claiming(KERNELS, key, [segment], output)) == ZEROCHECK


# Local buses.


@pytest.mark.parametrize(
    "changes",
    [
        {("range_table", 0, "multiplicity"): 1},
        {("range_table", 63, "multiplicity"): 1},
        {("program_table", 1, "multiplicity"): 1},
        {("program_table", 1, "multiplicity"): -1},
        {("range_table", 63, "multiplicity"): -1},
        {("range_table", 0, "multiplicity"): inverse(2)},
        {("program_table", 1, "multiplicity"): inverse(2)},
        {("range_table", 0, "multiplicity"): -inverse(2), ("range_table", 1, "multiplicity"): inverse(2)},
    ],
    ids=str,
)
def test_multiplicity_of_a_lookup_is_refused(changes: dict[Cell, int]) -> None:
    assert refusal_of(changes) == LOCAL


@pytest.mark.parametrize(
    "column", ["pc", "clock", "account", "before", "previous_clock"], ids=lambda column: f"move {column}"
)
def test_message_of_a_row_is_refused(column: str) -> None:
    """Constraints hold: where `before` changes, so does `after`."""
    changes: dict[Cell, int] = {("move", 1, column): 1}
    if column == "before":
        changes[("move", 1, "after")] = 1
    assert refusal_of(changes) == LOCAL


def test_instruction_that_the_program_does_not_have_is_refused() -> None:
    changes: dict[Cell, int] = {("move", 1, name): 1 for name in ("amount", "after")}
    changes[("boundary", 1, "balance_out")] = 1
    assert refusal_of(changes, [(1, 70, 1), (2, 51, 1)]) == LOCAL


def test_accesses_of_an_account_in_the_wrong_order_are_refused() -> None:
    """The withdrawal at clock 3 comes first; the deposit at clock 1 takes what it puts back: 1 - 3 - 1 is negative."""
    cells: dict[Cell, int] = {
        ("move", 2, "before"): 0,
        ("move", 2, "after"): -30,
        ("move", 2, "previous_clock"): 0,
        ("move", 0, "before"): -30,
        ("move", 0, "after"): 70,
        ("move", 0, "previous_clock"): 3,
        ("boundary", 0, "last_clock"): 1,
    }
    # Honestly 3 - 1 - 1 and 1 - 0 - 1 are looked up; now 3 - 0 - 1, and what no row of the table has.
    segment = plus_cells(with_cells(SEGMENT, cells), counted({1: -1, 0: -1, 2: 1}))
    assert refusal(ONE_SEGMENT.proven([segment])) == LOCAL


def test_access_that_takes_what_it_puts_back_itself_is_refused() -> None:
    """An account that nothing else knows: 0 - 0 - 1 is negative."""
    example = Example((Move(5, 0),))
    cells: dict[Cell, int] = {
        ("move", 0, "before"): 9,
        ("move", 0, "after"): 9,
        ("move", 0, "previous_clock"): 1,
        ("boundary", 0, "real"): 0,
    }
    # Neither the clocks' difference nor the index's is looked up any more, both of which were 0.
    segment = plus_cells(with_cells(example.segments[0], cells), counted({0: -2}))
    assert refusal(example.proven([segment], b"")) == LOCAL


def test_account_twice_in_a_segment_is_refused() -> None:
    """A second row takes what the first one leaves: it would have to come from this segment's successor."""
    taller = split(SEGMENT, "boundary", (2,))
    cells = {"real": 1, "account": 1, "balance_in": 70, "balance_out": 70, "last_clock": 0, "origin": 1}
    segment = with_cells(taller, {("boundary", 2, name): number for name, number in cells.items()})
    assert refusal(ONE_SEGMENT.proven([segment])) == LOCAL


def test_account_from_a_later_segment_is_refused() -> None:
    assert refusal_of({("boundary", 1, "origin"): 1} | counted({0: -1})) == LOCAL


def test_second_halt_is_refused() -> None:
    cells: dict[Cell, int] = {("halt", 1, name): cell(SEGMENT, "halt", 0, name) for name in ("pc", "clock", "code")}
    segment = plus_cells(
        with_cells(SEGMENT, {**cells, ("halt", 1, "real"): 1}), {("program_table", 3, "multiplicity"): 1}
    )
    assert refusal(ONE_SEGMENT.proven([segment])) == LOCAL


def test_absent_table_has_no_messages_and_is_refused_where_one_is_needed() -> None:
    """The moves are left out, with everything that they would have looked up."""
    tables = [table for table in SEGMENT.tables if table.chip.name != "move"]
    segment = with_cells(with_tables(SEGMENT, tables), {("program_table", row, "multiplicity"): 0 for row in range(3)})
    assert refusal(ONE_SEGMENT.proven([plus_cells(segment, counted({0: -2, 1: -1}))])) == LOCAL


def test_exit_code_that_the_halt_does_not_have_is_refused() -> None:
    segment = with_public(SEGMENT, exit=1)
    assert refusal(ONE_SEGMENT.proven([segment]), (1,)) == LOCAL
    assert refusal(ONE_SEGMENT.proven([segment]), None) == LOCAL


def test_exit_code_claimed_to_be_zero_is_refused() -> None:
    example = Example(ONE_SEGMENT.moves, exit_code=1)
    assert refusal(example.proven([with_public(example.segments[0], exit=0)])) == LOCAL


@pytest.mark.parametrize("name", ["pc_out", "clock_out"])
def test_end_that_the_rows_do_not_reach_is_refused(name: str) -> None:
    first, second = TWO_SEGMENTS.segments
    segment = with_public(first, **{name: first.public_values[name] + 1})
    following = with_public(second, pc_in=second.public_values["pc_in"] + (name == "pc_out"))
    assert refusal(TWO_SEGMENTS.proven([segment, following])) == LOCAL


# Fixed tables.


def test_program_table_other_than_the_keys_is_refused() -> None:
    """Rows, lookups and program cells agree with one another, and not with the key."""
    changes: dict[Cell, int] = {("move", 1, name): 1 for name in ("amount", "after")}
    changes |= {("boundary", 1, "balance_out"): 1, ("program_table", 1, "amount"): 1}
    segment, output = plus_cells(SEGMENT, changes), encoded([(1, 70, 1), (2, 51, 1)])
    stacking = Refusal(R.STACKING_MISMATCH, "segment 0")
    assert refusal(ONE_SEGMENT.proven([segment], output)) == stacking
    # The same with the commitment to the other program opened as well.
    other = replace(ONE_SEGMENT.key, tables=(segment.tables[table_number(segment, "program_table")],))
    assert refusal(prove_claiming(KERNELS, other, [segment], output)) == stacking


def test_rows_of_the_machines_table_other_than_its_closed_form_are_refused() -> None:
    """A row of the range table is said to hold minus three, which the wrong order of accesses needs."""
    cells: dict[Cell, int] = {
        ("move", 2, "before"): 0,
        ("move", 2, "after"): -30,
        ("move", 2, "previous_clock"): 0,
        ("move", 0, "before"): -30,
        ("move", 0, "after"): 70,
        ("move", 0, "previous_clock"): 3,
        ("boundary", 0, "last_clock"): 1,
        ("range_table", 40, "value"): -3,
    }
    segment = plus_cells(with_cells(SEGMENT, cells), counted({1: -1, 0: -1, 2: 1, 40: 1}))
    assert refusal(ONE_SEGMENT.proven([segment])) == ZEROCHECK
