"""Vectors and points on arrays are those of the protocol's formulas."""

from __future__ import annotations

import numpy as np

from optimized.verifier import folding
from optimized.verifier.elements import Elements, to_element, to_scalars
from spec.field import GENERATOR, Extension, P, root_of_unity
from spec.protocol.cube import extension_at

VECTOR = [Extension((i, P - 1 - i, i * i, 7, 0, P - i * 3 - 1)) for i in range(8)]
POINT = [Extension((2 + i, 3, P - 1, i, 5, 8 * i)) for i in range(3)]


def test_bound_vector_starts_with_its_extension_at_the_point() -> None:
    vector = to_scalars(VECTOR)
    folding.bind_vector(vector, to_scalars(POINT))
    assert to_element(vector[0]) == extension_at(VECTOR, POINT)


def test_multiples_are_added() -> None:
    sums = to_scalars(VECTOR[:3])
    folding.add_multiples(to_scalars(VECTOR[5:]), to_scalars(POINT[:1])[0], sums)
    expected = [before + value * POINT[0] for before, value in zip(VECTOR[:3], VECTOR[5:], strict=True)]
    assert list(Elements(sums)) == expected


def test_points_of_a_domain_and_their_powers_are_those_of_the_base_field() -> None:
    positions, step = np.array([0, 1, 5, 2**20 - 1]), root_of_unity(20)
    points, raised = np.empty((2, len(positions)), dtype=np.uint64)
    folding.domain_points(positions, np.uint64(GENERATOR), np.uint64(step), points)
    folding.raised(points, 16, raised)
    expected = [GENERATOR * pow(step, position, P) % P for position in positions.tolist()]
    assert points.tolist() == expected
    assert raised.tolist() == [pow(point, 16, P) for point in expected]
