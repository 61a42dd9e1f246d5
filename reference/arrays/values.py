"""Columns as values with +, - and *: what the constraints are evaluated on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reference.arrays import extension_arrays as extension
from reference.arrays import field_arrays as base
from reference.arrays.extension_arrays import ExtensionArray
from reference.arrays.field_arrays import Matrix
from spec.field import Extension, P


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """A column of base elements, (count,), or of extension elements, (count, 6); a count of 1 broadcasts."""

    array: Matrix

    @property
    def is_extended(self) -> bool:
        return self.array.ndim == 2

    def extended(self) -> ExtensionArray:
        """The column as extension elements."""
        return self.array if self.is_extended else extension.from_base(self.array)

    def __add__(self, other: Values | Extension | int) -> Values:
        left, right = _aligned(self, _lifted(other))
        return Values(base.add(left, right))

    def __sub__(self, other: Values | Extension | int) -> Values:
        left, right = _aligned(self, _lifted(other))
        return Values(base.subtract(left, right))

    def __mul__(self, other: Values | Extension | int) -> Values:
        right = _lifted(other)
        if self.is_extended and right.is_extended:
            return Values(extension.multiply(self.array, right.array))
        if self.is_extended:
            return Values(base.multiply(self.array, right.array[:, None]))
        if right.is_extended:
            return Values(base.multiply(self.array[:, None], right.array))
        return Values(base.multiply(self.array, right.array))


def _lifted(value: Values | Extension | int) -> Values:
    if isinstance(value, Values):
        return value
    if isinstance(value, int):
        return Values(np.array([value % P], dtype=np.uint64))
    return Values(extension.from_elements([value]))


def _aligned(left: Values, right: Values) -> tuple[Matrix, Matrix]:
    """Both arrays in the larger of the two fields."""
    if left.is_extended or right.is_extended:
        return left.extended(), right.extended()
    return left.array, right.array


@dataclass(frozen=True)
class RowValues:
    """The columns of a table, as an interpretation of its expressions: all rows, or all points, at once."""

    main_columns: Matrix
    fixed_columns: Matrix
    public_values: Mapping[str, int]

    def constant(self, element: int) -> Values:
        return _lifted(element)

    def main(self, index: int) -> Values:
        return Values(self.main_columns[:, index])

    def fixed(self, index: int) -> Values:
        return Values(self.fixed_columns[:, index])

    def public(self, name: str) -> Values:
        return _lifted(self.public_values[name])

    def add(self, left: Values, right: Values) -> Values:
        return left + right

    def subtract(self, left: Values, right: Values) -> Values:
        return left - right

    def multiply(self, left: Values, right: Values) -> Values:
        return left * right
