"""Closed forms that are not those of their rows are refuted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from proofs_of_constraints.closed_form_checks import closed_form_fault
from proofs_of_constraints.obligation import Kind, Verdict
from spec.air.chips.fixed_tables import CLOSED_FORMS
from spec.air.closed_form import ClosedForm, ColumnsAt, Value, number_of
from spec.air.machine import CHIP_BY_NAME
from tests.proofs_of_constraints.broken_chips import result_of

SHIFT_COLUMNS = CLOSED_FORMS["shift_table"].columns


def _without_power(point: Sequence[Value]) -> tuple[Value, ...]:
    return SHIFT_COLUMNS(point)[:-1]


def _off_at_the_end(point: Sequence[Value]) -> tuple[Value, ...]:
    amount, *others = SHIFT_COLUMNS(point)
    return (amount + point[0] * point[1] * point[2] * point[3] * point[4] * point[5], *others)


def _square(point: Sequence[Value]) -> tuple[Value, ...]:
    """On bits the number that they stand for, but of degree two in the first."""
    return (number_of([point[0] * point[0], *point[1:]]),)


@pytest.mark.parametrize(
    ("variables", "columns", "fault"),
    [
        (6, _without_power, "the closed form is not row 0"),
        (6, _off_at_the_end, "the closed form is not row 63"),
        (5, SHIFT_COLUMNS, "a form of 5 variables is not one of 64 rows"),
    ],
)
def test_closed_form_that_is_not_the_rows_is_refuted(
    variables: int, columns: ColumnsAt, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CLOSED_FORMS, "shift_table", ClosedForm(variables, columns))
    outcome = result_of(CHIP_BY_NAME["shift_table"], Kind.FUNCTION).outcome
    assert (outcome.verdict, outcome.detail) == (Verdict.REFUTED, fault)


def test_closed_form_of_a_higher_degree_is_found_out() -> None:
    fault = closed_form_fault(ClosedForm(3, _square), [(number,) for number in range(8)])
    assert fault == "the closed form is not of degree one in variable 0"
