"""Memory that is used again, but never while an array lies in it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from optimized import arrays
from optimized.arrays import LARGEST_SURPLUS, SMALLEST_KEPT_WORDS
from optimized.roots import Words

COUNT = 2 * SMALLEST_KEPT_WORDS


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    arrays.release()
    yield
    arrays.release()


def address(array: Words) -> int:
    return int(array.ctypes.data)


def test_memory_of_an_array_that_is_gone_is_used_again() -> None:
    before = address(arrays.empty(COUNT))
    assert address(arrays.empty(COUNT // LARGEST_SURPLUS, 1)) == before


@pytest.mark.parametrize("kept", [lambda array: array, lambda array: array[5:7], lambda array: array.reshape(2, -1)[1]])
def test_memory_is_not_used_again_while_a_view_is_left(kept: object) -> None:
    assert callable(kept)
    view = kept(arrays.empty(COUNT))
    view[...] = 7
    arrays.zeros(COUNT)
    assert (view == 7).all()


@pytest.mark.parametrize("count", [COUNT + 1, COUNT // LARGEST_SURPLUS - 1])
def test_memory_that_does_not_fit_is_left_alone(count: int) -> None:
    before = address(arrays.empty(COUNT))
    assert address(arrays.empty(count)) != before


def test_arrays_have_their_shape_and_zeros_where_asked_for() -> None:
    arrays.empty(COUNT).fill(9)
    array = arrays.zeros(2, SMALLEST_KEPT_WORDS)
    assert array.shape == (2, SMALLEST_KEPT_WORDS)
    assert not array.any()


def test_small_arrays_are_not_kept() -> None:
    small = arrays.empty(3, 5)
    assert small.shape == (3, 5)
    assert small.base is None


def test_released_memory_is_not_taken_from_arrays() -> None:
    array = arrays.zeros(COUNT)
    arrays.release()
    arrays.empty(COUNT).fill(1)
    assert not array.any()
    assert np.shares_memory(array, array[:1])
