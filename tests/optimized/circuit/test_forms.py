"""Linear forms of messages, and what a pair of interactions needs of a row."""

from __future__ import annotations

import pytest

from optimized.circuit.forms import FingerprintForm, LinearForm, LinearRow, PairKind, PairPlan, pair_plans
from spec.air.expression import Constant, MainColumn, Public, evaluate
from spec.field import P
from tests.reference.prover.circuit_example import LINK, RANGE, WORK

REAL, X, Y, COUNT = range(4)
HALF = (P + 1) // 2


def _column(index: int, factor: int = 1) -> LinearForm:
    return LinearForm(0, ((index, factor % P),))


def test_pairs_of_a_chip_are_told_apart_by_their_multiplicities() -> None:
    number = LinearForm
    assert pair_plans(WORK, {}) == (
        # Both are received real times, or one is sent: -real and real.
        PairPlan(
            PairKind.COMMON,
            (
                FingerprintForm(-1, RANGE.identity, (_column(X),)),
                FingerprintForm(-1, LINK.identity, (_column(X), number(5, ((X, P - 3), (Y, 1))), number(7, ()))),
            ),
            (_column(REAL),),
            is_difference=True,
        ),
        PairPlan(
            PairKind.DIFFERENT,
            (
                FingerprintForm(1, LINK.identity, (_column(Y), _column(X, HALF), _column(Y))),
                FingerprintForm(1, LINK.identity, (number(0, ((X, 1), (Y, 1))), number(0, ()), _column(X, -1))),
            ),
            (number(2, ((REAL, P - 3),)), number(0, ((Y, P - 1), (COUNT, P - 1)))),
        ),
        PairPlan(
            PairKind.SINGLE,
            (FingerprintForm(1, RANGE.identity, (number(0, ((X, P - 1), (Y, 1))),)),),
            (_column(REAL, 2),),
        ),
    )


def test_form_of_factors_that_cancel_has_no_term() -> None:
    row = LinearRow(2, {"start": 4})
    column = MainColumn("x", 0)
    assert evaluate(column * Public("start") - column - column * 3 + 6, row) == LinearForm(6, ())


def test_product_of_two_columns_is_no_linear_form() -> None:
    row = LinearRow(2, {})
    with pytest.raises(ValueError, match="a product of two columns is not linear"):
        evaluate(MainColumn("x", 0) * MainColumn("y", 1), row)


def test_product_with_zero_is_zero() -> None:
    row = LinearRow(2, {"start": 0})
    assert evaluate(MainColumn("x", 0) * Public("start") + Constant(3), row) == LinearForm(3, ())
