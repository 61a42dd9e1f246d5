"""Columns of either field as values, against the scalar extension."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from reference.arrays.extension_arrays import from_elements, to_elements
from reference.arrays.values import RowValues, Values
from spec.air.expression import FixedColumn, MainColumn, Public, evaluate
from spec.field import Extension, P, X

BASE = [P - 1, 0, 5]
EXTENDED = [X - 1, X * X * 3 + P - 2, Extension((P - 1, 1, 2, 3, 4, P - 5))]
OPERANDS: dict[str, tuple[Values | Extension | int, list[Extension]]] = {
    "base column": (Values(np.array(BASE, dtype=np.uint64)), [Extension.of(element) for element in BASE]),
    "extension column": (Values(from_elements(EXTENDED)), EXTENDED),
    "one entry": (Values(from_elements([X + 7])), [X + 7] * 3),
    "element": (X * X - 4, [X * X - 4] * 3),
    "number": (-3, [Extension.of(-3)] * 3),
}
"""What may stand beside a column of three entries, and what it is on each."""

COLUMNS = ("base column", "extension column")


@pytest.mark.parametrize(("left", "right"), list(product(COLUMNS, OPERANDS)))
def test_arithmetic_of_columns_is_that_of_their_entries(left: str, right: str) -> None:
    (column, of_column), (operand, of_operand) = OPERANDS[left], OPERANDS[right]
    assert isinstance(column, Values)
    pairs = list(zip(of_column, of_operand, strict=True))
    assert to_elements((column + operand).extended()) == [a + b for a, b in pairs]
    assert to_elements((column - operand).extended()) == [a - b for a, b in pairs]
    assert to_elements((column * operand).extended()) == [a * b for a, b in pairs]


def test_arithmetic_within_the_base_field_stays_there() -> None:
    column = Values(np.array(BASE, dtype=np.uint64))
    assert [value.is_extended for value in (column + 1, column - column, column * 5, column * X)] == [
        False,
        False,
        False,
        True,
    ]


def test_rows_are_an_interpretation_of_expressions_in_either_field() -> None:
    main, fixed = [[1, P - 1], [2, 3]], [[7], [P - 2]]
    expression = (MainColumn("a", 0) - FixedColumn("f", 0)) * MainColumn("b", 1) + Public("s") * 2
    expected = [(a - f) * b + 22 for (a, b), (f,) in zip(main, fixed, strict=True)]
    rows = RowValues(np.array(main, dtype=np.uint64), np.array(fixed, dtype=np.uint64), {"s": 11})
    assert evaluate(expression, rows).array.tolist() == [value % P for value in expected]
    of_extension = RowValues(
        np.stack([from_elements([X * cell for cell in row]) for row in main]),
        np.stack([from_elements([X * cell for cell in row]) for row in fixed]),
        {"s": 11},
    )
    times_square = [X * X * (value - 22) + 22 for value in expected]
    assert to_elements(evaluate(expression, of_extension).array) == times_square
