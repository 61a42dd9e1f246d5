from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from soundcalc.published.regimes import JohnsonGap, JohnsonMultiplicity


def test_default_gap_by_hand() -> None:
    # rho = 1/16: small field: max(1/320, 1/400), m = ceil(0.25 * 160) = 40, L = 1 / (2/320 * 1/4) = 640
    small, rate = JohnsonGap(None, 2**124), Fraction(1, 16)
    assert small.agreement(rate) == Fraction(1, 4) + Fraction(1, 320)
    assert small.multiplicity(rate) == 40
    assert small.list_size(rate) == 640
    # large field: gap sqrt(rho)/100, L = 1 / (2/400 * 1/4) = 800
    large = JohnsonGap(None, 2**186)
    assert large.agreement(rate) == Fraction(1, 4) + Fraction(1, 400)
    assert large.list_size(rate) == 800


def test_wide_gap_still_has_multiplicity_three() -> None:
    assert JohnsonGap(Fraction(1, 5), 2**124).multiplicity(Fraction(1, 4)) == 3


@pytest.mark.parametrize("multiplicity", [1, 2, 10])
def test_stated_multiplicity_has_the_list_size_of_the_public_calculator(multiplicity: int) -> None:
    with mpmath.workdps(60):
        exact = (multiplicity + mpmath.mpf(1) / 2) / mpmath.sqrt(mpmath.mpf(1) / 8)
        size = JohnsonMultiplicity(multiplicity).list_size(Fraction(1, 8))
        relative = mpmath.mpf(size.numerator) / size.denominator / exact - 1
        assert 0 <= relative < mpmath.mpf(10) ** -50
