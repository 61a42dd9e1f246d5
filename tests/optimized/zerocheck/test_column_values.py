"""Extensions of columns at a point against their definition."""

from __future__ import annotations

import numpy as np
import pytest

from optimized.lanes.vectors import LANES
from optimized.zerocheck.column_values import LOW_VARIABLES, column_values
from spec.field import Extension, P
from spec.protocol.cube import extension_at
from tests.reference.prover.zerocheck_example import random_cells, random_elements


def expected_values(
    matrix: np.ndarray[tuple[int, int], np.dtype[np.uint64]], point: list[Extension]
) -> list[Extension]:
    variables = len(matrix).bit_length() - 1
    return [
        extension_at([Extension.of(cell) for cell in column], point[len(point) - variables :])
        for column in matrix.T.tolist()
    ]


@pytest.mark.parametrize("variables", [1, 2, LOW_VARIABLES - 1, LOW_VARIABLES, LOW_VARIABLES + 3])
@pytest.mark.parametrize("width", [0, 1, LANES - 1, LANES, 2 * LANES + 3])
def test_values_of_columns_are_their_extensions(variables: int, width: int) -> None:
    source = np.random.default_rng(variables)
    point = random_elements(source, variables)
    matrix = random_cells(source, 1 << variables, width)
    assert column_values([matrix], point) == [tuple(expected_values(matrix, point))]


def test_matrices_of_several_heights_take_the_last_coordinates() -> None:
    source = np.random.default_rng(3)
    point = random_elements(source, 9)
    matrices = [random_cells(source, 1 << variables, 3) for variables in (1, 9, 4, 8)]
    matrices.append(np.full((4, 2), P - 1, dtype=np.uint64))
    assert column_values(matrices, point) == [tuple(expected_values(matrix, point)) for matrix in matrices]
