"""Expressions over whole columns: the interpretation that the trace checker and the reference prover share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reference.prover.field_arrays import Matrix, add, multiply, subtract
from spec.air.expression import Expression, evaluate


class RowColumns:
    """Every row of one table at once: a column is a (height,) array of canonical elements, a constant is ().

    An `Interpretation`, for `evaluate`. Shared subexpressions are computed once per instance, so one instance
    serves all expressions of a chip over the same cells.
    """

    def __init__(self, main: Matrix, fixed: Matrix, public_values: Mapping[str, int]) -> None:
        self._main = main
        self._fixed = fixed
        self._public_values = public_values
        self._known: dict[Expression, Matrix] = {}

    def values(self, expression: Expression) -> Matrix:
        """The expression on every row: (height,). Raises KeyError for an unknown public value."""
        values = evaluate(expression, self, self._known)
        return values if np.ndim(values) else np.full(len(self._main), values)

    def constant(self, element: int) -> Matrix:
        return np.array(element, dtype=np.uint64)

    def main(self, index: int) -> Matrix:
        return self._main[:, index]

    def fixed(self, index: int) -> Matrix:
        return self._fixed[:, index]

    def public(self, name: str) -> Matrix:
        return self.constant(self._public_values[name])

    def add(self, left: Matrix, right: Matrix) -> Matrix:
        return add(left, right)

    def subtract(self, left: Matrix, right: Matrix) -> Matrix:
        return subtract(left, right)

    def multiply(self, left: Matrix, right: Matrix) -> Matrix:
        return multiply(left, right)
