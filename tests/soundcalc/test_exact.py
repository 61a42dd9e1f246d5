from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcalc.exact import (
    SIGNIFICANT_BITS,
    float_bits,
    floor_bits,
    log2_ceiling,
    log2_upper,
    power_upper,
    round_up,
    rounded_down,
    sqrt_lower,
    sqrt_upper,
)

positive = st.fractions(min_value=Fraction(1, 10**30), max_value=10**30)


@given(positive)
def test_square_root_bounds_enclose_the_root_tightly(value: Fraction) -> None:
    lower, upper = sqrt_lower(value), sqrt_upper(value)
    assert lower**2 <= value <= upper**2
    assert upper - lower <= Fraction(1, 1 << SIGNIFICANT_BITS)


def test_square_root_of_a_square_is_exact() -> None:
    assert sqrt_lower(Fraction(1, 16)) == sqrt_upper(Fraction(1, 16)) == Fraction(1, 4)


def test_square_root_of_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="no real square root of -1"):
        sqrt_lower(Fraction(-1))


def test_square_root_of_zero_is_zero() -> None:
    assert sqrt_lower(Fraction(0)) == sqrt_upper(Fraction(0)) == 0


@pytest.mark.parametrize("value", [Fraction(0), Fraction(-1, 2)])
def test_logarithm_of_what_is_not_positive_is_refused(value: Fraction) -> None:
    with pytest.raises(ValueError, match=f"no logarithm of {value}"):
        log2_ceiling(value)


def test_logarithm_of_an_integer_is_exact_for_one_and_refused_below() -> None:
    assert log2_upper(1) == 0
    with pytest.raises(ValueError, match="no logarithm of 0"):
        log2_upper(0)


@given(positive)
def test_round_up_never_falls_below_and_stays_close(value: Fraction) -> None:
    rounded = round_up(value)
    assert value <= rounded <= value * (1 + Fraction(4, 1 << SIGNIFICANT_BITS))


@given(st.fractions(min_value=Fraction(1, 100), max_value=1), st.integers(0, 300))
def test_power_upper_bounds_the_power_tightly(base: Fraction, exponent: int) -> None:
    exact = base**exponent
    assert exact <= power_upper(base, exponent) <= exact * (1 + Fraction(1, 1 << 200))


@given(st.integers(0, 400))
def test_floor_bits_at_a_power_of_two_is_decided_exactly(bits: int) -> None:
    at = Fraction(1, 1 << bits)
    nudge = Fraction(1, 1 << bits + 300)
    assert floor_bits(at) == bits
    assert floor_bits(at - nudge) == bits
    assert floor_bits(at + nudge) == max(0, bits - 1)


def test_bits_of_an_error_above_one_are_zero() -> None:
    assert floor_bits(Fraction(3)) == 0
    assert float_bits(Fraction(3)) == 0.0


@given(st.integers(0, 300))
def test_bits_for_printing_never_reach_an_integer_that_the_error_does_not(bits: int) -> None:
    at = Fraction(1, 1 << bits)
    assert float_bits(at) == bits
    assert math.floor(float_bits(at + Fraction(1, 1 << bits + 300))) == max(0, bits - 1)


@pytest.mark.parametrize(
    ("bits", "decimals", "printed"),
    [(4.999, 2, "4.99"), (4.95, 1, "4.9"), (127.999, 0, "127"), (128.0, 2, "128.00"), (0.0, 2, "0.00")],
)
def test_bits_printed_are_rounded_down(bits: float, decimals: int, printed: str) -> None:
    assert str(rounded_down(bits, decimals)) == printed


def test_bits_of_no_error_are_refused() -> None:
    with pytest.raises(ValueError, match="no logarithm of 0"):
        floor_bits(Fraction(0))


@given(st.integers(1, 2**200))
def test_log2_upper_bounds_the_logarithm(value: int) -> None:
    with mpmath.workdps(80):
        excess = mpmath.mpf(log2_upper(value).numerator) / log2_upper(value).denominator - mpmath.log(value, 2)
        assert -(mpmath.mpf(2) ** -200) <= excess <= mpmath.mpf(2) ** -39


def test_log2_upper_of_a_power_of_two_is_exact() -> None:
    assert log2_upper(1 << 22) == 22


def test_float_bits_of_a_field_of_degree_five_is_below_five_times_31() -> None:
    assert math.isclose(float_bits(Fraction(1, (2**31 - 2**24 + 1) ** 5)), 154.9434, abs_tol=1e-3)
