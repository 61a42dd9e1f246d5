"""Arrays of extension elements against the scalar extension."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.arrays import extension_arrays
from spec.field import ONE, ZERO, Extension, P, X

coefficients = st.one_of(st.integers(0, P - 1), st.sampled_from([0, 1, P - 1]))
elements = st.tuples(*[coefficients] * 6).map(Extension)


@given(st.lists(st.tuples(elements, elements), min_size=1, max_size=5))
@settings(deadline=None)
def test_product_agrees_with_the_scalar_product(pairs: list[tuple[Extension, Extension]]) -> None:
    left = extension_arrays.from_elements([a for a, _ in pairs])
    right = extension_arrays.from_elements([b for _, b in pairs])
    product = extension_arrays.multiply(left, right)
    assert extension_arrays.to_elements(product) == [a * b for a, b in pairs]


def test_product_of_largest_coefficients_does_not_overflow() -> None:
    largest = Extension((P - 1,) * 6)
    array = extension_arrays.from_elements([largest] * 2)
    assert extension_arrays.to_elements(extension_arrays.multiply(array, array)) == [largest * largest] * 2


def test_product_broadcasts_one_element_over_an_array() -> None:
    array = extension_arrays.from_elements([ONE, X, X + 5])
    expected = [X * X, X * X * X, (X + 5) * X * X]
    assert extension_arrays.to_elements(extension_arrays.scale(array, X * X)) == expected


def test_from_base_embeds_elements() -> None:
    embedded = extension_arrays.from_base(np.array([0, P - 1], dtype=np.uint64))
    assert extension_arrays.to_elements(embedded) == [ZERO, Extension.of(-1)]


@pytest.mark.parametrize("count", [0, 1, 5, 8])
def test_powers_are_repeated_products(count: int) -> None:
    powers = extension_arrays.powers(X + 7, count)
    assert extension_arrays.to_elements(powers) == [(X + 7) ** i for i in range(count)]
