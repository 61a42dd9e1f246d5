"""The folding schedule."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec.parameters import TINY
from spec.protocol.folding import final_height_log2, folding_schedule

heights = st.sets(st.integers(1, 23), min_size=1)


@given(heights, st.integers(1, 4), st.integers(0, 8))
@settings(deadline=None)
def test_schedule_visits_every_height_and_ends_at_the_final_degree(
    heights_log2: set[int], arity_log2: int, final_log2: int
) -> None:
    parameters = replace(TINY, folding_arity_log2=arity_log2, final_degree_log2=final_log2)
    schedule = folding_schedule(heights_log2, parameters)
    visited = list(accumulate(schedule, lambda height, arity: height - arity, initial=max(heights_log2)))
    assert heights_log2 <= set(visited)
    assert visited[-1] == final_height_log2(heights_log2, parameters) == min(final_log2, *heights_log2)
    assert all(1 <= arity <= arity_log2 for arity in schedule)


@given(heights, st.integers(1, 4), st.integers(0, 8))
@settings(deadline=None)
def test_schedule_folds_by_less_than_the_arity_only_to_meet_a_height(
    heights_log2: set[int], arity_log2: int, final_log2: int
) -> None:
    parameters = replace(TINY, folding_arity_log2=arity_log2, final_degree_log2=final_log2)
    current = max(heights_log2)
    for arity in folding_schedule(heights_log2, parameters):
        current -= arity
        assert arity == arity_log2 or current in heights_log2 or current == final_log2


@pytest.mark.parametrize(
    ("heights_log2", "expected"),
    [([2], []), ([1], []), ([9], [3, 3, 1]), ([9, 8, 4, 1], [1, 3, 1, 3]), ([5, 1, 5], [3, 1]), ([2, 1], [1])],
)
def test_schedule_of_example_is_as_computed_by_hand(heights_log2: list[int], expected: list[int]) -> None:
    parameters = replace(TINY, folding_arity_log2=3, final_degree_log2=2)
    assert folding_schedule(heights_log2, parameters) == expected


def test_schedule_without_heights_raises() -> None:
    with pytest.raises(ValueError, match="at least one codeword"):
        folding_schedule([], TINY)
