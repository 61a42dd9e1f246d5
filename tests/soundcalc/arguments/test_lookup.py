from __future__ import annotations

import math
from fractions import Fraction

import pytest

from soundcalc.arguments.lookup import alpha_points, beta_points, gkr_points, require_no_wrap
from soundcalc.errors import ConditionViolatedError
from soundcalc.parameters import BusInteractions


def test_challenge_points_by_hand() -> None:
    interactions = (BusInteractions("a", width=3, count=100), BusInteractions("b", width=7, count=10))
    assert alpha_points(Fraction(5), interactions) == 5 * 2 * 110
    assert beta_points(Fraction(5), interactions) == 5 * (300 + 70)


def test_points_bound_the_bad_challenge_pairs_of_a_small_field() -> None:
    """Counts every (alpha, beta) that lets an unbalanced sum vanish or a denominator vanish."""
    prime = 101
    sent, received = [(1, 2), (3, 4), (3, 4)], [(1, 2), (3, 5), (7, 4)]
    bad = 0
    for alpha in range(prime):
        for beta in range(prime):
            denominators = [(alpha + beta * x + beta**2 * y) % prime for x, y in (*sent, *received)]
            if 0 in denominators:
                bad += 1
                continue
            signs = [1] * len(sent) + [-1] * len(received)
            total = sum(s * pow(d, -1, prime) for s, d in zip(signs, denominators, strict=True)) % prime
            bad += total == 0
    interactions = (BusInteractions("a", width=2, count=6),)
    bound = alpha_points(Fraction(1), interactions) + beta_points(Fraction(1), interactions)
    assert bound == 6 * (2 + 2)
    assert 0 < bad <= bound * prime


def test_gkr_points_of_powers_of_two_by_hand() -> None:
    # x = 10 + 2: 12 * 37 / 2
    assert gkr_points(1024, 4) == 222


def test_gkr_points_of_other_numbers_are_rounded_up() -> None:
    x = math.log2(1000) + math.log2(3)
    assert 0 <= float(gkr_points(1000, 3)) - x * (3 * x + 1) / 2 < 1e-9


def test_bus_whose_booleans_could_wrap_is_refused() -> None:
    interactions = (BusInteractions("a", 1, 60), BusInteractions("b", 1, 100), BusInteractions("a", 1, 41))
    with pytest.raises(ConditionViolatedError, match="bus a has 101 of 101"):
        require_no_wrap(interactions, 101)


def test_counted_multiplicities_do_not_wrap() -> None:
    require_no_wrap((BusInteractions("a", 1, 100), BusInteractions("a", 1, 50, counted=True)), 101)
