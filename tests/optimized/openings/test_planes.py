"""Vectors that points make, against the plain ones."""

from __future__ import annotations

import numpy as np
import pytest

from optimized.openings.planes import (
    Planes,
    add_scaled,
    equality_vector,
    equality_vectors,
    montgomery_rows,
    place,
    power_vector,
)
from optimized.openings.powers import add_base_powers
from reference.arrays import extension_arrays
from reference.arrays.extension_arrays import ExtensionArray
from reference.prover import cube_arrays as plain
from spec.field import Extension, P
from tests.reference.prover.stacking_example import random_value, random_values

RADIX_INVERSE = np.uint64(pow(2**32, -1, P))


def canonical(weight: Planes) -> ExtensionArray:
    """The elements that a weight stands for: (length, 6)."""
    return weight.words[:, : weight.length].T.astype(np.uint64) * RADIX_INVERSE % np.uint64(P)


@pytest.mark.parametrize("variables", [0, 1, 2, 3, 4, 5, 9])
def test_equality_and_power_vectors_are_the_plain_ones(variables: int) -> None:
    point, base, first = random_values(1, variables), random_value(2), random_value(3)
    equality = extension_arrays.scale(plain.equality_vector(point), first)
    powers = extension_arrays.scale(extension_arrays.powers(base, 1 << variables), first)
    assert np.array_equal(canonical(equality_vector(point, first)), equality)
    assert np.array_equal(canonical(power_vector(base, variables, first)), powers)


def test_equality_vectors_of_several_lengths_lie_one_after_the_other() -> None:
    point = random_values(1, 6)
    vectors, starts = equality_vectors(point, [4, 0, 6, 4, 1])
    found = canonical(vectors)
    assert starts == {0: 0, 1: 1, 4: 3, 6: 19}
    for count, start in starts.items():
        expected = plain.equality_vector(point[len(point) - count :])
        assert np.array_equal(found[start : start + (1 << count)], expected)


def test_pieces_are_placed_without_harming_their_neighbours() -> None:
    source, scales = power_vector(random_value(1), 6), random_values(2, 3)
    pieces = np.array([[0, 32, 8, 2], [32, 2, 5, 0], [34, 1, 0, 1], [35, 4, 1, 0]], dtype=np.int64)
    target = Planes.room(50)
    place(pieces, source, montgomery_rows(scales), target)
    expected = np.zeros((50, 6), dtype=np.uint64)
    for to, count, taken, number in pieces.tolist():
        piece = canonical(source)[taken : taken + count]
        expected[to : to + count] = extension_arrays.scale(piece, scales[number])
    assert np.array_equal(canonical(target), expected)


@pytest.mark.parametrize(("added_log2", "target_log2", "at"), [(2, 2, 0), (6, 10, 64), (10, 10, 0)])
def test_scaled_vector_is_added_from_a_place_on(added_log2: int, target_log2: int, at: int) -> None:
    added, target = power_vector(random_value(1), added_log2), power_vector(random_value(2), target_log2)
    expected, scale = canonical(target), random_value(3)
    places = slice(at, at + added.length)
    expected[places] = (expected[places] + extension_arrays.scale(canonical(added), scale)) % np.uint64(P)
    add_scaled(added, scale, target, at)
    assert np.array_equal(canonical(target), expected)


@pytest.mark.parametrize("length_log2", [0, 2, 5, 6, 7, 10])
@pytest.mark.parametrize("count", [1, 7, 8, 30])
def test_powers_of_base_points_are_added(length_log2: int, count: int) -> None:
    weight = power_vector(random_value(1), length_log2)
    points, scales = [0, 1, P - 1, *range(2, 40)][:count], random_values(2, count)
    expected = canonical(weight)
    for point, scale in zip(points, scales, strict=True):
        powers = extension_arrays.powers(Extension.of(point), 1 << length_log2)
        expected = (expected + extension_arrays.scale(powers, scale)) % np.uint64(P)
    add_base_powers(weight, points, scales)
    assert np.array_equal(canonical(weight), expected)


def test_room_for_a_few_elements_is_zero_where_it_may_be_read() -> None:
    planes = Planes.room(3)
    assert not planes.words[:, 3:].any()
