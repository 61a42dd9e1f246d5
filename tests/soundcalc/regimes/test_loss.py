from __future__ import annotations

from fractions import Fraction

import pytest

from soundcalc.errors import ConditionViolatedError
from soundcalc.regimes.loss import UniqueDecodingWithLoss
from soundcalc.regimes.proximity import UniqueDecoding

HALF = Fraction(1, 2)


def test_exceptional_points_with_loss_by_hand() -> None:
    # rho = 1/2, eta = 2^-7: g = 1/4 - 1/128 = 31/128
    # (1/2 - g) / (g (1/2 - 2 g)) = (33/128) / (31/128 * 2/128) = 33 * 64 / 31; (g + eta)/eta = 32
    regime = UniqueDecodingWithLoss(7, 4)
    exact = Fraction(33 * 64, 31)
    assert exact <= regime.exceptional_points(HALF, Fraction(2**24)) <= exact * (1 + Fraction(1, 2**200))
    assert regime.exceptional_points(HALF, Fraction(2**30)) == regime.exceptional_points(HALF, Fraction(2**24))


def test_small_domain_has_the_points_without_loss() -> None:
    regime = UniqueDecodingWithLoss(7, 4)
    for points in (Fraction(8), Fraction(64), Fraction(128)):
        assert regime.exceptional_points(HALF, points) == UniqueDecoding().exceptional_points(HALF, points)


def test_queries_meet_a_word_that_is_nearer_by_every_loss() -> None:
    assert UniqueDecodingWithLoss(7, 4).agreement(HALF) == Fraction(3, 4) + Fraction(4, 128)
    assert UniqueDecodingWithLoss(7, 4).list_size(HALF) == 1


def test_losses_that_leave_less_than_a_third_of_the_distance_are_refused() -> None:
    # (1 - rho)/3 = 1/6 > 1/4 - 11/128 = 21/128
    assert UniqueDecodingWithLoss(7, 10).agreement(HALF) == Fraction(3, 4) + Fraction(10, 128)
    with pytest.raises(ConditionViolatedError, match=r"11 losses of 2\^-7 leave 0\.1641"):
        UniqueDecodingWithLoss(7, 11).agreement(HALF)


def test_loss_is_marked_proven_for_a_line_and_derived_for_folds() -> None:
    regime = UniqueDecodingWithLoss(7, 4)
    assert (regime.line_bound.status.value, regime.powers_bound.status.value) == ("proven", "derived")
    assert "derived" in regime.name
