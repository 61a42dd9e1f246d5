from __future__ import annotations

import itertools
import random
from fractions import Fraction

import mpmath
import pytest

from soundcalc.errors import ConditionViolatedError, ParameterError
from soundcalc.protocol.proximity import MutualJohnson
from soundcalc.regimes.proximity import Batching, Johnson, JohnsonCubic, UniqueDecoding, check_rate, johnson_points

RATES = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), Fraction(1, 64)]


def test_unique_decoding_at_rate_one_half_by_hand() -> None:
    regime = UniqueDecoding()
    assert regime.agreement(Fraction(1, 2)) == Fraction(3, 4)
    assert regime.list_size(Fraction(1, 2)) == 1
    # theta n + 1 = 1024 / 4 + 1
    assert regime.exceptional_points(Fraction(1, 2), Fraction(1024)) == 257


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("multiplicity", [3, 10, 51, 300])
def test_johnson_figures_agree_with_high_precision(rate: Fraction, multiplicity: int) -> None:
    regime, domain = Johnson(multiplicity), Fraction(2**23)
    with mpmath.workdps(60):
        rho = mpmath.mpf(rate.numerator) / rate.denominator
        eta = mpmath.sqrt(rho) / (2 * multiplicity)
        theta = 1 - mpmath.sqrt(rho) - eta
        shifted = multiplicity + mpmath.mpf(1) / 2
        points = (2 * shifted**5 + 3 * shifted * theta * rho) / (3 * rho**1.5) * 2**23
        points += shifted / mpmath.sqrt(rho)
        for computed, reference in (
            (regime.agreement(rate), 1 - theta),
            (regime.exceptional_points(rate, domain), points),
        ):
            relative = (mpmath.mpf(computed.numerator) / computed.denominator) / reference - 1
            assert -(mpmath.mpf(10) ** -55) <= relative <= mpmath.mpf(10) ** -50


def test_johnson_at_rate_one_sixteenth_by_hand() -> None:
    # sqrt(rho) = 1/4, m = 4: agreement a = 9/32, list floor((a - 1/16)/(a^2 - 1/16)) = floor(224/17), theta = 23/32;
    # line: (2 * 4.5^5 + 3 * 4.5 * 23/32 / 16) * 64 / 3 * 1024 + 18
    regime, rate = Johnson(4), Fraction(1, 16)
    line = (2 * Fraction(9, 2) ** 5 + Fraction(27, 2) * Fraction(23, 512)) * Fraction(64, 3) * 1024 + 18
    assert regime.agreement(rate) == Fraction(9, 32)
    assert regime.list_size(rate) == 13
    assert line <= regime.exceptional_points(rate, Fraction(1024)) <= line * (1 + Fraction(1, 2**250))


def test_cubic_line_bound_by_hand() -> None:
    # (8/3) * 3.5^3 * 1024 / (511/1024)
    points = JohnsonCubic(3).exceptional_points(Fraction(1, 2), Fraction(1024))
    exact = Fraction(8, 3) * Fraction(343, 8) * 1024 * Fraction(1024, 511)
    assert exact <= points <= exact * (1 + Fraction(1, 2**250))


def test_cubic_line_bound_of_constants_is_the_quintic_one() -> None:
    rate, domain = Fraction(1, 4), Fraction(4)
    assert JohnsonCubic(3).exceptional_points(rate, domain) == Johnson(3).exceptional_points(rate, domain)


def test_cubic_regime_is_marked_derived_for_powers() -> None:
    assert "derived" in JohnsonCubic(5).name
    assert JohnsonCubic(5).powers_bound.key == "johnson_powers_cubic"
    assert Johnson(5).powers_bound.key == "powers_batching"


@pytest.mark.parametrize("multiplicity", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("rate", RATES)
def test_list_size_is_that_of_the_agreement_and_below_the_coarser_bound(rate: Fraction, multiplicity: int) -> None:
    with mpmath.workdps(60):
        rho = mpmath.mpf(rate.numerator) / rate.denominator
        agreement = mpmath.sqrt(rho) * (1 + mpmath.mpf(1) / (2 * multiplicity))
        exact = (agreement - rho) / (agreement**2 - rho)
        assert Johnson(multiplicity).list_size(rate) == max(1, int(mpmath.floor(exact)))
        assert exact < (multiplicity + mpmath.mpf(1) / 2) / mpmath.sqrt(rho)


def test_johnson_multiplicity_of_one_is_admitted_and_zero_refused() -> None:
    # m = 1 at rate 1/16: agreement 3/8, list (3/8 - 1/16)/(9/64 - 1/16) = 4
    assert Johnson(1).agreement(Fraction(1, 16)) == Fraction(3, 8)
    assert Johnson(1).list_size(Fraction(1, 16)) == 4
    with pytest.raises(ConditionViolatedError, match="'m >= 1' fails: m = 0"):
        Johnson(0)


def test_bound_of_the_exceptional_points_asks_for_its_multiplicity_itself() -> None:
    assert johnson_points(Fraction(1, 16), Fraction(1024), 1, Fraction(5, 8)) > 0
    with pytest.raises(ConditionViolatedError, match="'m >= 1' fails: m = 0"):
        johnson_points(Fraction(1, 16), Fraction(1024), 0, Fraction(0))


@pytest.mark.parametrize("regime", [JohnsonCubic, MutualJohnson])
def test_multiplicity_below_three_is_refused_where_the_theorem_has_three(regime: type[Johnson]) -> None:
    with pytest.raises(ConditionViolatedError, match="'m >= 3' fails: m = 2"):
        regime(2)


@pytest.mark.parametrize(
    ("batching", "functions", "count"),
    [
        (Batching.POWERS, 1000, 999),
        (Batching.AFFINE, 1000, 1),
        (Batching.MULTILINEAR, 1000, 10),
        (Batching.MULTILINEAR, 1024, 10),
        (Batching.POWERS, 1, 0),
        (Batching.AFFINE, 1, 0),
        (Batching.MULTILINEAR, 1, 0),
    ],
)
def test_batching_costs_its_number_of_lines(batching: Batching, functions: int, count: int) -> None:
    assert batching.line_count(functions) == count


@pytest.mark.parametrize("rate", [Fraction(0), Fraction(1), Fraction(2), Fraction(-1, 2)])
def test_rate_outside_the_unit_interval_is_refused(rate: Fraction) -> None:
    with pytest.raises(ParameterError, match="does not lie strictly between 0 and 1"):
        check_rate(rate)


@pytest.mark.parametrize("rate", [Fraction(1, 3), Fraction(3, 4)])
def test_rate_that_is_no_power_of_two_is_refused(rate: Fraction) -> None:
    with pytest.raises(ParameterError, match=f"rate: {rate} is not a power of two"):
        check_rate(rate)


SMALL_PRIME = 17


def _codewords(degree: int, points: list[int]) -> list[tuple[int, ...]]:
    """All evaluations of polynomials of at most this degree."""
    return [
        tuple(sum(c * x**i for i, c in enumerate(coefficients)) % SMALL_PRIME for x in points)
        for coefficients in itertools.product(range(SMALL_PRIME), repeat=degree + 1)
    ]


def _agreement(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    return sum(a == b for a, b in zip(left, right, strict=True))


def test_list_size_holds_on_a_small_code_for_polynomials_of_degree_up_to_the_height() -> None:
    # k = 2, n = 8, polynomials of degree at most k, m = 3: agreement above 4.66 of 8 points.
    rate, multiplicity = Fraction(1, 4), 3
    codewords = _codewords(2, list(range(8)))
    regime = Johnson(multiplicity)
    generator = random.Random(1)
    longest = 0
    for _ in range(20):
        halves = generator.sample(codewords, 2)
        word = tuple(halves[0][:4] + halves[1][4:])
        near = sum(_agreement(word, codeword) >= regime.agreement(rate) * 8 for codeword in codewords)
        longest = max(longest, near)
    assert 1 <= longest <= regime.list_size(rate)


def _is_codeword(word: list[int], points: list[int], height: int) -> bool:
    """Whether the Newton coefficients from `height` on vanish: interpolation of degree below it."""
    coefficients = list(word)
    for order in range(1, len(points)):
        for i in range(len(points) - 1, order - 1, -1):
            span = pow(points[i] - points[i - order], -1, SMALL_PRIME)
            coefficients[i] = (coefficients[i] - coefficients[i - 1]) * span % SMALL_PRIME
    return not any(coefficients[height:])


def _near_scalars(left: list[int], right: list[int], points: list[int], height: int, errors: int) -> int:
    """For how many scalars s left + s right agrees with a codeword except at `errors` positions."""
    count = 0
    for scalar in range(SMALL_PRIME):
        word = [(a + scalar * b) % SMALL_PRIME for a, b in zip(left, right, strict=True)]
        count += any(
            _is_codeword([word[i] for i in kept], [points[i] for i in kept], height)
            for kept in itertools.combinations(range(len(points)), len(points) - errors)
        )
    return count


def test_unique_line_bound_holds_on_a_small_code_strictly_inside_the_radius() -> None:
    # k = 4, n = 8, theta n = 2: one error is strictly inside; two words whose errors lie at different positions.
    points = [1, 2, 4, 8, 9, 13, 15, 16]
    bound = UniqueDecoding().exceptional_points(Fraction(1, 2), Fraction(8))
    counts = [
        _near_scalars([error, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0], points, 4, 1) for error in (1, 3, 7)
    ]
    assert bound == 3
    assert 1 <= max(counts) <= bound


def test_unique_line_bound_fails_on_a_small_code_at_the_radius_itself() -> None:
    # k = 2, n = 4, theta n = 1: with one error admitted three scalars are exceptional, not theta n + 1 = 2.
    counts = [_near_scalars([error, 0, 0, 0], [0, 1, 0, 0], [1, 4, 13, 16], 2, 1) for error in range(1, 17)]
    assert max(counts) == 3 > UniqueDecoding().exceptional_points(Fraction(1, 2), Fraction(4))


@pytest.mark.parametrize("multiplicity", [1, 2, 3, 100])
@pytest.mark.parametrize("rate_log2", range(1, 9))
def test_list_has_a_member_at_any_agreement(multiplicity: int, rate_log2: int) -> None:
    """At rate 1/2 and m = 1 the agreement exceeds 1: a list of none would take away every round that it multiplies."""
    assert Johnson(multiplicity).list_size(Fraction(1, 1 << rate_log2)) >= 1
