"""Expressions over columns agree with expressions over the integers of each row."""

from __future__ import annotations

import numpy as np
import pytest

from reference.columns import RowColumns
from spec.air.expression import FixedColumn, MainColumn, Named, Public, lift
from spec.field import P

A, B, F, S = MainColumn("a", 0), MainColumn("b", 1), FixedColumn("f", 0), Public("s")
MAIN = np.array([[P - 1, P - 1], [0, 5], [7, 0], [2**30, 2**30 + 1]], dtype=np.uint64)
FIXED = np.array([[1], [P - 2], [3], [4]], dtype=np.uint64)


def _columns() -> RowColumns:
    return RowColumns(MAIN, FIXED, {"s": 11})


def test_expression_over_columns_is_reduced_on_every_row() -> None:
    expression = Named("n", A * B - F) * S + 2 - (A - B)
    expected = [
        ((a * b - f) * 11 + 2 - (a - b)) % P for (a, b), (f,) in zip(MAIN.tolist(), FIXED.tolist(), strict=True)
    ]
    assert _columns().values(expression).tolist() == expected


def test_expression_without_columns_has_a_value_on_every_row() -> None:
    assert _columns().values(lift(3) - S).tolist() == [P - 8] * 4


def test_unknown_public_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="t"):
        _columns().values(A + Public("t"))
