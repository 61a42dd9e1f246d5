from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from soundcalc.protocol.multiplicity import best_multiplicity, best_regime, best_regimes, group_error
from soundcalc.protocol.proximity import CurveBound, MutualJohnson
from soundcalc.protocol.shape import ProofShape
from soundcalc.protocol.terms import all_terms, opening_terms
from soundcalc.regimes.proximity import UniqueDecoding


@pytest.mark.parametrize("best", [3, 4, 5, 11, 12, 100, 1023, 2500])
def test_multiplicity_with_the_least_error_is_found(best: int) -> None:
    assert best_multiplicity(lambda m: Fraction(abs(m - best) + 1)) == best


def test_multiplicity_grows_to_the_bound_where_the_error_falls_throughout() -> None:
    assert best_multiplicity(lambda m: Fraction(1, m)) >= 1 << 12


def test_groups_add_up_to_all_terms(large_shape: ProofShape) -> None:
    regimes = [MutualJohnson(m) for m in (43, 62, 28, 20, 12)]
    groups = sum(group_error(large_shape, i, regime) for i, regime in enumerate(regimes))
    total = sum(term.error for term in all_terms(large_shape, regimes))
    assert float(groups / total) == pytest.approx(1, rel=1e-15)


@pytest.mark.parametrize("iteration", range(5))
def test_best_multiplicity_of_an_iteration_has_the_least_sum_of_all(large_shape: ProofShape, iteration: int) -> None:
    best = best_regime(large_shape, iteration)
    assert isinstance(best, MutualJohnson)
    least = group_error(large_shape, iteration, best)
    # The list size is an integer, so that the sum has steps; between them it is as smooth as it looks.
    others = [MutualJohnson(m) for m in range(max(3, best.multiplicity - 12), best.multiplicity + 13)]
    assert least <= min(group_error(large_shape, iteration, other) for other in others)
    far = (MutualJohnson(3), MutualJohnson(4 * best.multiplicity), UniqueDecoding())
    assert all(least < group_error(large_shape, iteration, other) for other in far)


def test_multiplicity_for_the_sum_is_not_the_one_for_the_largest_round(large_shape: ProofShape) -> None:
    best = best_regime(large_shape, 0)
    assert isinstance(best, MutualJohnson)

    def largest_round(m: int) -> Fraction:
        return max(term.error for term in opening_terms(large_shape, 0, MutualJohnson(m)))

    balanced = min(range(3, 120), key=largest_round)
    assert balanced != best.multiplicity
    assert group_error(large_shape, 0, best) < group_error(large_shape, 0, MutualJohnson(balanced))


def test_regimes_rest_on_the_bound_that_is_asked_for(large_shape: ProofShape) -> None:
    for curve in CurveBound:
        assert {getattr(regime, "curve", None) for regime in best_regimes(large_shape, curve)} == {curve}


def test_unique_decoding_is_chosen_where_its_errors_are_smaller(small_shape: ProofShape) -> None:
    schedule = replace(small_shape.schedule, queries=(900, 5), query_grinding_bits=(31, 0))
    shape = replace(small_shape, schedule=schedule)
    assert best_regime(shape, 0) == UniqueDecoding()
    assert isinstance(best_regime(shape, 1), MutualJohnson)
