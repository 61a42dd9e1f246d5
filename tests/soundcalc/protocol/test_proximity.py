from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from soundcalc.bounds import Status
from soundcalc.errors import ConditionViolatedError, ParameterError
from soundcalc.protocol.proximity import CurveBound, MutualJohnson, johnson_at
from soundcalc.published.regimes import JohnsonMultiplicity

HALF = Fraction(1, 2)


def test_list_of_the_cited_theorem_is_25_where_the_simple_bound_is_84() -> None:
    assert MutualJohnson(59).list_size(HALF) == 25
    assert float(JohnsonMultiplicity(59).list_size(HALF)) == pytest.approx(84.1, abs=0.1)


@pytest.mark.parametrize("rate_log2", [1, 3, 4, 11])
@pytest.mark.parametrize("multiplicity", [3, 10, 59, 400])
def test_list_is_the_floor_of_the_second_moments_and_never_above_the_simple_bound(
    rate_log2: int, multiplicity: int
) -> None:
    rate = Fraction(1, 1 << rate_log2)
    with mpmath.workdps(60):
        rho = mpmath.mpf(2) ** -rate_log2
        agreement = mpmath.sqrt(rho) * (1 + mpmath.mpf(1) / (2 * multiplicity))
        expected = int((agreement - rho) / (agreement**2 - rho))
    assert MutualJohnson(multiplicity).list_size(rate) == expected
    assert MutualJohnson(multiplicity).list_size(rate) <= JohnsonMultiplicity(multiplicity).list_size(rate)


@pytest.mark.parametrize(("rate_log2", "domain_log2"), [(1, 24), (3, 12), (11, 13)])
@pytest.mark.parametrize("curve", CurveBound)
def test_exceptional_points_agree_with_high_precision(rate_log2: int, domain_log2: int, curve: CurveBound) -> None:
    m = 37
    found = MutualJohnson(m, curve).exceptional_points(Fraction(1, 1 << rate_log2), Fraction(1 << domain_log2))
    with mpmath.workdps(60):
        n = mpmath.mpf(2) ** domain_log2
        rho = mpmath.mpf(2) ** -rate_log2
        below = (n * rho - 1) / n
        theta = 1 - mpmath.sqrt(rho) * (1 + mpmath.mpf(1) / (2 * m))
        shifted = mpmath.mpf(2 * m + 1) / 2 if curve is not CurveBound.PRINTED else 2 * mpmath.mpf(m) + 0.5
        if curve is CurveBound.CUBIC:
            expected = mpmath.mpf(8) / 3 * shifted**3 * n / below
        else:
            slope = (2 * shifted**5 + 3 * shifted * theta * below) / (3 * below ** mpmath.mpf("1.5"))
            expected = slope * n + shifted / mpmath.sqrt(below)
        assert abs(mpmath.mpf(found.numerator) / found.denominator / expected - 1) < mpmath.mpf(10) ** -50


def test_printed_multiplicity_costs_five_bits_and_the_cubic_bound_saves_many() -> None:
    domain = Fraction(2**23)
    corrected, printed, cubic = (
        MutualJohnson(50, curve).exceptional_points(HALF, domain)
        for curve in (CurveBound.CORRECTED, CurveBound.PRINTED, CurveBound.CUBIC)
    )
    assert float(printed / corrected) == pytest.approx(32, rel=0.03)
    assert corrected > 500 * cubic


def test_names_say_which_multiplicity_is_meant() -> None:
    assert MutualJohnson(7).name == "Johnson bound, m = 7 (2025/2055 Theorem 4.6, corrected m)"
    assert MutualJohnson(7, CurveBound.PRINTED).name == "Johnson bound, m = 7 (2025/2055 Theorem 4.6, printed m)"
    assert MutualJohnson(7).line_bound.status is Status.PROVEN
    assert MutualJohnson(7, CurveBound.CUBIC).powers_bound.status is Status.DERIVED


def test_code_of_dimension_one_is_refused() -> None:
    with pytest.raises(ConditionViolatedError) as violation:
        MutualJohnson(5).exceptional_points(Fraction(1, 8), Fraction(8))
    assert str(violation.value) == (
        "mutual_curve: the condition 'the code has a dimension of at least 2' fails: 1 coefficients"
    )


def test_multiplicity_below_three_is_refused() -> None:
    with pytest.raises(ConditionViolatedError, match=r"^mutual_curve: the condition 'm >= 3' fails: m = 2$"):
        MutualJohnson(2)


def test_proximity_short_of_the_bound_has_the_least_multiplicity_that_reaches_it() -> None:
    proximity = Fraction(28, 100)
    regime = johnson_at(HALF, proximity)
    assert regime.agreement(HALF) <= 1 - proximity
    assert MutualJohnson(regime.multiplicity - 1).agreement(HALF) > 1 - proximity
    assert johnson_at(HALF, Fraction(0)).multiplicity == 3


def test_proximity_at_or_beyond_the_johnson_bound_is_refused() -> None:
    with pytest.raises(ConditionViolatedError, match=r"^mutual_curve: the condition 'theta < 1 - sqrt"):
        johnson_at(Fraction(1, 4), Fraction(1, 2))
    with pytest.raises(ConditionViolatedError, match=r"^mutual_curve_cubic: "):
        johnson_at(Fraction(1, 4), Fraction(3, 4), CurveBound.CUBIC)
    with pytest.raises(ParameterError, match=r"^proximity: -1 is negative$"):
        johnson_at(Fraction(1, 4), Fraction(-1))
