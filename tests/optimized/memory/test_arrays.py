"""Memory that is used again, but never while an array lies in it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from optimized.memory import arrays
from optimized.memory.arrays import SMALLEST_KEPT_WORDS
from optimized.words import Words

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
    assert address(arrays.empty(COUNT // 2, 1)) == before


def test_rest_of_memory_is_used_for_other_arrays() -> None:
    before = address(arrays.empty(COUNT))
    first, second = arrays.empty(COUNT // 2), arrays.empty(COUNT // 2)
    assert {address(first), address(second)} == {before, before + first.nbytes}


def test_neighbours_that_are_gone_make_room_for_a_larger_array() -> None:
    three = [arrays.empty(SMALLEST_KEPT_WORDS) for _ in range(3)]
    first, last = address(three[0]), arrays.empty(SMALLEST_KEPT_WORDS)
    del three
    assert address(arrays.empty(3 * SMALLEST_KEPT_WORDS)) == first
    last.fill(5)
    assert (last == 5).all()


def test_smallest_memory_that_fits_is_taken() -> None:
    large, between, small, behind = (arrays.empty(i * SMALLEST_KEPT_WORDS) for i in (3, 1, 2, 1))
    expected = address(small)
    del large, small
    assert address(arrays.empty(2 * SMALLEST_KEPT_WORDS)) == expected
    assert between.size == behind.size


def test_large_free_memory_is_kept_whole_for_large_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "WHOLE_PIECE_BYTES", 0)
    free, behind = arrays.empty(2 * arrays.CUT_PARTS * SMALLEST_KEPT_WORDS), arrays.empty(SMALLEST_KEPT_WORDS)
    before = address(free)
    del free
    small = arrays.empty(SMALLEST_KEPT_WORDS)
    assert address(small) > address(behind)
    assert address(arrays.empty(2 * SMALLEST_KEPT_WORDS)) == before


@pytest.mark.parametrize("kept", [lambda array: array, lambda array: array[5:7], lambda array: array.reshape(2, -1)[1]])
def test_memory_is_not_used_again_while_a_view_is_left(kept: object) -> None:
    assert callable(kept)
    view = kept(arrays.empty(COUNT))
    view[...] = 7
    arrays.zeros(COUNT)
    assert (view == 7).all()


def test_memory_that_does_not_fit_is_left_alone() -> None:
    first, behind = arrays.empty(COUNT), arrays.empty(COUNT)
    before = address(first)
    del first
    assert address(arrays.empty(COUNT + 1)) != before
    assert behind.size == COUNT


def test_free_memory_at_the_end_of_what_was_taken_grows() -> None:
    first, last = arrays.empty(COUNT), arrays.empty(COUNT)
    before = address(last)
    first.fill(3)
    del last
    larger = arrays.empty(3 * COUNT)
    assert address(larger) == before
    larger.fill(4)
    assert (first == 3).all()
    # What comes next lies behind all of it.
    assert address(arrays.empty(COUNT)) == before + larger.nbytes


@pytest.mark.parametrize("seed", range(5))
def test_arrays_that_come_and_go_never_share_a_word(seed: int) -> None:
    random = np.random.default_rng(seed)
    held: dict[int, Words] = {}
    for value in range(200):
        if held and random.random() < 0.5:
            number = int(random.choice(list(held)))
            assert (held.pop(number) == number).all()
        array = arrays.empty(int(random.integers(1, 4)) * SMALLEST_KEPT_WORDS // 2 + SMALLEST_KEPT_WORDS // 2)
        array.fill(value)
        # Only a view of it is held.
        held[value] = array[1:] if value % 2 else array.reshape(2, -1)
    for value, array in held.items():
        assert (array == value).all()


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
