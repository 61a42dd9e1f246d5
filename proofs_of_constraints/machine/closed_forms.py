"""Closed forms: what the verifier evaluates in the place of a table is the multilinear extension of its rows.

A polynomial that has the rows' values on the whole cube, and degree 1 at most in each variable, is their multilinear
extension; there is no other. Random points of the extension are compared besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.example_values import extension_point
from spec.air.chip import Chip, Role
from spec.air.machine import MachineTable
from spec.field import EXTENSION_DEGREE, Extension, P

Elements = NDArray[np.int64]
"""Elements in [0, p): sums and products of two of them fit in 64 bits."""

RANDOM_POINTS = 3
"""Beside all corners: a wrong form of low degree agrees at one with a chance of less than 2^-20."""


CORNERS_AT_ONCE = 1 << 14
"""A form may need hundreds of values at every corner, so that all corners at once would take a gigabyte."""


@dataclass(frozen=True)
class _Corners:
    """A value at many corners of the cube at once."""

    elements: Elements

    def __add__(self, other: _Corners | int) -> _Corners:
        return _Corners((self.elements + _operand(other)) % P)

    def __sub__(self, other: _Corners | int) -> _Corners:
        return _Corners((self.elements - _operand(other)) % P)

    def __mul__(self, other: _Corners | int) -> _Corners:
        return _Corners(self.elements * _operand(other) % P)


def _operand(other: _Corners | int) -> Elements | int:
    return other % P if isinstance(other, int) else other.elements


def closed_forms_are_their_tables(audited: AuditedMachine) -> str | None:
    """Every fixed table has a closed form, which has the rows' values, is multilinear and extends the rows."""
    chips = [chip.name for chip in audited.machine.chips_of(Role.MACHINE_TABLE)]
    if sorted(chips) != sorted(audited.machine.tables):
        return f"closed forms of {sorted(audited.machine.tables)} for the tables {sorted(chips)}"
    for name, table in audited.machine.tables.items():
        fault = table_fault(audited.machine.chip_by_name[name], table)
        if fault is not None:
            return f"{name}: {fault}"
    return None


def table_fault(chip: Chip, table: MachineTable) -> str | None:
    """What is wrong with a table's closed form, or None."""
    rows = table.rows()
    if len(rows) != 1 << table.height_log2:
        return f"{len(rows)} rows, not 2^{table.height_log2}"
    if any(len(row) != len(chip.fixed_columns) for row in rows):
        return f"not every row has {len(chip.fixed_columns)} cells"
    cells = np.array(rows, dtype=np.int64).reshape(len(rows), len(chip.fixed_columns))
    if cells.min() < 0 or cells.max() >= P:
        return "a cell is not canonical"
    return (
        _fault_on_the_cube(chip, table, cells)
        or _fault_of_degree(chip, table)
        or _fault_at_random_points(chip, table, cells)
    )


def _fault_on_the_cube(chip: Chip, table: MachineTable, cells: Elements) -> str | None:
    """The values at all corners, computed for many of them at once."""
    for first in range(0, len(cells), CORNERS_AT_ONCE):
        fault = _fault_from(chip, table, cells[first : first + CORNERS_AT_ONCE], first)
        if fault is not None:
            return fault
    return None


def _fault_from(chip: Chip, table: MachineTable, cells: Elements, first: int) -> str | None:
    """The same at the corners from one on, of which these are the rows."""
    numbers = first + np.arange(len(cells), dtype=np.int64)
    coordinates = [_Corners(numbers >> shift & 1) for shift in reversed(range(table.height_log2))]
    values = table.closed_form(coordinates)
    if len(values) != len(chip.fixed_columns):
        return f"the closed form has {len(values)} values for {len(chip.fixed_columns)} columns"
    for column, value in enumerate(values):
        wrong = np.flatnonzero(np.broadcast_to(value.elements, numbers.shape) != cells[:, column])
        if len(wrong):
            row, name = int(wrong[0]), chip.fixed_columns[column]
            return f"the closed form is not {name} in row {first + row}, which is {int(cells[row, column])}"
    return None


def _fault_of_degree(chip: Chip, table: MachineTable) -> str | None:
    """In each variable, at a random point in all others, three values that lie on a line."""
    point = extension_point(f"degree of {chip.name}", table.height_log2)
    for variable in range(table.height_log2):
        at = [table.closed_form([*point[:variable], Extension.of(x), *point[variable + 1 :]]) for x in range(3)]
        for column, (first, second, third) in enumerate(zip(*at, strict=True)):
            if third - second != second - first:
                return f"the closed form of {chip.fixed_columns[column]} is not linear in coordinate {variable + 1}"
    return None


def _fault_at_random_points(chip: Chip, table: MachineTable, cells: Elements) -> str | None:
    for number in range(RANDOM_POINTS):
        point = extension_point(f"point {number} of {chip.name}", table.height_log2)
        weights = corner_weights(point)
        for column, value in enumerate(table.closed_form(point)):
            if value != _weighted_sum(weights, cells[:, column]):
                return f"the closed form of {chip.fixed_columns[column]} does not extend its rows"
    return None


def corner_weights(point: Sequence[Extension]) -> Elements:
    """eq(point, x) for every corner x, by its number: one row of EXTENSION_DEGREE coefficients each."""
    weights = np.zeros((1, EXTENSION_DEGREE), dtype=np.int64)
    weights[0, 0] = 1
    for coordinate in point:
        upper = weights @ _matrix(coordinate, 0) % P + (weights @ _matrix(coordinate, 1) % P << _PART_BITS) % P
        upper %= P
        weights = np.stack([(weights - upper) % P, upper], axis=1).reshape(-1, EXTENSION_DEGREE)
    return weights


_PART_BITS = 16
"""Factors are split: six products of 31 and 16 bits add up to less than 2^63."""


def _matrix(factor: Extension, half: int) -> Elements:
    """What multiplication by the factor makes of each power of X; the low or the high half of every entry."""
    basis = [Extension.from_coefficients(int(i == j) for i in range(EXTENSION_DEGREE)) for j in range(EXTENSION_DEGREE)]
    rows = [(element * factor).coefficients for element in basis]
    split = [[entry >> _PART_BITS if half else entry & (1 << _PART_BITS) - 1 for entry in row] for row in rows]
    return np.array(split, dtype=np.int64)


def _weighted_sum(weights: Elements, cells: Elements) -> Extension:
    totals = (weights * cells[:, np.newaxis] % P).sum(axis=0)
    return Extension.from_coefficients(int(total) for total in totals)
