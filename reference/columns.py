"""Expressions over whole columns of base-field elements: what the checker and the counting of lookups look at."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reference.arrays.field_arrays import Matrix
from reference.arrays.values import RowValues, Values
from spec.air.expression import Expression, evaluate


class RowColumns:
    """Every row of one table at once.

    Shared subexpressions are computed once per instance, so one instance serves all expressions of a chip over the
    same cells.
    """

    def __init__(self, main: Matrix, fixed: Matrix, public_values: Mapping[str, int]) -> None:
        self._height = len(main)
        self._row = RowValues(main, fixed, public_values)
        self._known: dict[Expression, Values] = {}

    def values(self, expression: Expression) -> Matrix:
        """The expression on every row: (height,). Raises KeyError for an unknown public value."""
        return np.broadcast_to(evaluate(expression, self._row, self._known).array, (self._height,))
