from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from soundcalc.commitments.fri import query_error
from soundcalc.errors import NoSolutionError
from soundcalc.parameters import ProofShape, TableShape, uniform_folding
from soundcalc.regimes.proximity import Johnson, UniqueDecoding
from soundcalc.search.candidates import Goal, SearchSpace, least_queries, search

SPACE = SearchSpace(
    blowups_log2=(1, 3),
    arities_log2=(1, 3),
    final_heights_log2=(2,),
    deep_batching_grinding=(0, 16),
    folding_grinding=(0, 16),
    query_grinding=(0, 16),
    maximum_queries=300,
)


@pytest.fixture(scope="module")
def small_shape(segment_shape: ProofShape) -> ProofShape:
    heights = (14, 9)
    return replace(
        segment_shape,
        tables=tuple(TableShape(f"t{h}", h, {"main": 40}, {"z": 40}, 30, 3) for h in heights),
        folding=uniform_folding(heights, 2, 2),
        global_argument=None,
        local_interactions=(),
    )


@pytest.mark.parametrize("goal", list(Goal))
def test_search_reaches_the_target(small_shape: ProofShape, goal: Goal) -> None:
    candidate = search(small_shape, 128, goal, SPACE)
    assert candidate.report.security_bits >= 128
    assert candidate.shape.tables == small_shape.tables


def test_search_for_size_and_for_time_trade_against_each_other(small_shape: ProofShape) -> None:
    small, fast = (search(small_shape, 128, goal, SPACE) for goal in (Goal.SIZE, Goal.TIME))
    assert small.size.total_bytes < fast.size.total_bytes
    assert fast.prover_seconds < small.prover_seconds
    assert small.shape.blowup_log2 == 3
    assert fast.shape.blowup_log2 == 1


def test_search_in_a_larger_space_is_never_worse(small_shape: ProofShape) -> None:
    narrow = search(small_shape, 128, Goal.SIZE, replace(SPACE, blowups_log2=(1,)))
    assert search(small_shape, 128, Goal.SIZE, SPACE).size.total_bytes <= narrow.size.total_bytes


def test_rates_beyond_the_largest_domain_are_skipped(small_shape: ProofShape) -> None:
    space = replace(SPACE, blowups_log2=(1, 30))
    assert search(small_shape, 100, Goal.SIZE, space).shape.blowup_log2 == 1


def test_target_beyond_the_field_is_refused(small_shape: ProofShape) -> None:
    with pytest.raises(NoSolutionError, match="no parameters in the space reach 190 bits"):
        search(small_shape, 190, Goal.SIZE, SPACE)


@pytest.mark.parametrize("regime", [UniqueDecoding(), Johnson(3), Johnson(1000)])
@pytest.mark.parametrize("rate", [Fraction(1, 2), Fraction(1, 64)])
@pytest.mark.parametrize(("target_bits", "grinding_bits"), [(128, 0), (128, 20), (10, 20)])
def test_least_queries_are_enough_and_one_less_is_not(
    regime: Johnson | UniqueDecoding, rate: Fraction, target_bits: int, grinding_bits: int
) -> None:
    target = Fraction(1, 1 << target_bits)
    queries = least_queries(regime, rate, target, grinding_bits)
    needed = target * (1 << grinding_bits)
    assert query_error(regime, rate, queries) <= needed
    assert queries == 1 or query_error(regime, rate, queries - 1) > needed
