"""A closed form that is not the extension of its table is noticed, wherever they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.closed_forms import closed_forms_are_their_tables, corner_weights, table_fault
from proofs_of_constraints.machine.example_values import extension_point
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.machine import MachineTable
from spec.field import ONE, Extension, P
from spec.protocol.algebra import Value
from spec.protocol.cube import equality
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT
from tests.proofs_of_constraints.undeclared import undeclared
from tests.small_machine import RANGE_TABLE, SMALL_MACHINE, range_closed_form, range_rows

TABLE = SMALL_MACHINE.tables["range_table"]


@pytest.mark.parametrize("audited", [SMALL_AUDIT, RV64IM_AUDIT], ids=["small", "rv64im"])
def test_closed_forms_of_a_machine_are_its_tables(audited: AuditedMachine) -> None:
    assert closed_forms_are_their_tables(audited) is None


def test_fault_of_a_table_names_it() -> None:
    wrong = replace(TABLE, rows=lambda: range_rows()[:-1])
    audited = undeclared(SMALL_AUDIT, tables={"range_table": wrong})
    assert closed_forms_are_their_tables(audited) == "range_table: 63 rows, not 2^6"


def test_table_without_a_closed_form_is_noticed() -> None:
    fault = "closed forms of [] for the tables ['range_table']"
    assert closed_forms_are_their_tables(undeclared(SMALL_AUDIT, tables={})) == fault


def _rows_with(number: int, *row: int) -> list[tuple[int, ...]]:
    return [row if i == number else other for i, other in enumerate(range_rows())]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (_rows_with(9), "not every row has 1 cells"),
        (_rows_with(9, 9, 9), "not every row has 1 cells"),
        (_rows_with(9, -1), "a cell is not canonical"),
        (_rows_with(9, P), "a cell is not canonical"),
        (_rows_with(9, 10), "the closed form is not value in row 9, which is 10"),
    ],
)
def test_rows_that_differ_in_one_place_are_noticed(rows: list[tuple[int, ...]], fault: str) -> None:
    assert table_fault(RANGE_TABLE, replace(TABLE, rows=lambda: rows)) == fault


def _reversed(point: Sequence[Value]) -> tuple[Value, ...]:
    return range_closed_form(point[::-1])


def _twice(point: Sequence[Value]) -> tuple[Value, ...]:
    return range_closed_form(point) * 2


def _quadratic(point: Sequence[Value]) -> tuple[Value, ...]:
    """The same at 0 and 1."""
    return range_closed_form([*point[:2], point[2] * point[2], *point[3:]])


def _for_numbers_only(point: Sequence[Value]) -> tuple[Value, ...]:
    """Something linear, and another thing for elements of the extension."""
    (number,) = range_closed_form(point)
    return (number + 1,) if isinstance(point[0], Extension) else (number,)


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        (_reversed, "the closed form is not value in row 1, which is 1"),
        (_twice, "the closed form has 2 values for 1 columns"),
        (_quadratic, "the closed form of value is not linear in coordinate 3"),
        (_for_numbers_only, "the closed form of value does not extend its rows"),
    ],
)
def test_form_of_another_table_is_noticed(form: object, fault: str) -> None:
    changed: MachineTable = replace(TABLE, closed_form=form)  # type: ignore[arg-type]
    assert table_fault(RANGE_TABLE, changed) == fault


def test_corner_weights_are_those_of_the_definition() -> None:
    point = extension_point("some point", 4)
    expected = []
    for corner in range(16):
        bits = [Extension.of(corner >> shift & 1) for shift in (3, 2, 1, 0)]
        expected.append(list(equality(ONE, point, bits).coefficients))
    assert corner_weights(point).tolist() == expected
