"""Arrays on the cube against scalars of the extension."""

from __future__ import annotations

import numpy as np
import pytest

from reference.arrays.extension_arrays import from_elements, to_elements
from reference.prover import cube_arrays
from spec.field import ONE, Extension, P, X
from spec.protocol.cube import equality, extension_at, horner

POINT = [X + 3, X * X - 1, Extension((P - 1, 2, 3, P - 4, 5, 6))]
CORNERS = [[Extension.of(x >> (2 - i) & 1) for i in range(3)] for x in range(8)]
COLUMN = np.array([0, P - 1, 5, 7, P - 2, 11, 1, 13], dtype=np.uint64)


def test_equality_vector_has_the_weight_of_every_corner_in_order_of_their_numbers() -> None:
    assert to_elements(cube_arrays.equality_vector([])) == [ONE]
    assert to_elements(cube_arrays.equality_vector(POINT)) == [equality(ONE, POINT, corner) for corner in CORNERS]


def test_binding_base_columns_at_a_point_gives_the_multilinear_extension() -> None:
    columns = COLUMN[:, None]
    for coordinate in reversed(POINT):
        columns = cube_arrays.bound(columns, coordinate)
    expected = extension_at([Extension.of(cell) for cell in COLUMN.tolist()], POINT)
    assert columns.shape == (1, 1, 6)
    assert to_elements(columns[0]) == [expected]


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_binding_base_columns_at_a_number_keeps_them_in_the_base_field(number: int) -> None:
    cells = COLUMN.tolist()
    expected = [[(low + (high - low) * number) % P] for low, high in zip(cells[::2], cells[1::2], strict=True)]
    assert cube_arrays.bound(COLUMN[:, None], number).tolist() == expected


def test_inner_product_of_weights_and_a_vector_is_its_extension() -> None:
    vector = [X * i + (P - i) for i in range(8)]
    product = cube_arrays.inner_product(cube_arrays.equality_vector(POINT), from_elements(vector))
    assert product == extension_at(vector, POINT)


def test_cubic_coefficients_are_those_of_the_polynomial() -> None:
    coefficients = [X + 1, *POINT]
    values = [horner(coefficients, Extension.of(number)) for number in range(4)]
    assert cube_arrays.cubic_coefficients(values) == tuple(POINT)
