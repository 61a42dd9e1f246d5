"""Columns over the cube against scalars of the extension."""

from __future__ import annotations

from reference.arrays.extension_arrays import from_elements, to_elements
from reference.arrays.values import Values
from reference.prover import extension_columns
from spec.field import Extension, P, X
from spec.protocol.cube import extension_at

POINT = [X - 3, X * X + 1, Extension((5, P - 2, 3, P - 4, 1, 0))]
CORNERS = [[Extension.of(x >> (2 - i) & 1) for i in range(3)] for x in range(8)]
VECTOR = [X * i + (P - i) for i in range(8)]
COLUMN = Values(from_elements(VECTOR))


def test_halves_are_the_entries_whose_last_coordinate_is_0_and_1() -> None:
    low, high = extension_columns.halves(COLUMN)
    assert (to_elements(low.array), to_elements(high.array)) == (VECTOR[0::2], VECTOR[1::2])


def test_binding_every_coordinate_gives_the_multilinear_extension() -> None:
    column = COLUMN
    for coordinate in reversed(POINT):
        column = extension_columns.bound(column, coordinate)
    assert to_elements(column.array) == [extension_at(VECTOR, POINT)]


def test_total_is_the_sum_of_all_entries() -> None:
    largest = Extension((P - 1,) * 6)
    assert extension_columns.total(Values(from_elements([largest] * 9))) == largest * 9


def test_lifted_element_stands_beside_every_entry() -> None:
    assert to_elements((COLUMN + extension_columns.lifted(X)).array) == [element + X for element in VECTOR]
