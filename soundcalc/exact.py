"""Rational arithmetic that errs on the safe side.

Errors are upper bounds and are rounded up; square roots come as a lower and an upper rational bound. The
precision is far beyond what a bit count shows, so that a floor is wrong only for an error within a relative
2^-250 of a power of two, and then it is too low.
"""

from __future__ import annotations

import math
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import lru_cache

SIGNIFICANT_BITS = 256
"""The size to which numerators are cut: keeps powers of hundreds of queries small."""


def sqrt_lower(value: Fraction) -> Fraction:
    """The largest multiple of 2^-s that is at most the square root, with s at least SIGNIFICANT_BITS."""
    scale = _sqrt_scale(value)
    return Fraction(math.isqrt((value.numerator << 2 * scale) // value.denominator), 1 << scale)


def sqrt_upper(value: Fraction) -> Fraction:
    """A rational that is at least the square root; equal to it where the root is a multiple of 2^-s."""
    scale = _sqrt_scale(value)
    lower = sqrt_lower(value)
    return lower if lower * lower == value else lower + Fraction(1, 1 << scale)


def _sqrt_scale(value: Fraction) -> int:
    if value < 0:
        raise ValueError(f"no real square root of {value}")
    return SIGNIFICANT_BITS + max(0, value.denominator.bit_length() - value.numerator.bit_length())


def round_up(value: Fraction) -> Fraction:
    """A rational at least `value` (non-negative) with SIGNIFICANT_BITS significant bits."""
    shift = SIGNIFICANT_BITS - (value.numerator.bit_length() - value.denominator.bit_length())
    if shift >= 0:
        return Fraction(-((-value.numerator << shift) // value.denominator), 1 << shift)
    return Fraction(-(-value.numerator // (value.denominator << -shift)) << -shift)


@lru_cache(maxsize=1 << 12)
def power_upper(base: Fraction, exponent: int) -> Fraction:
    """An upper bound of base^exponent for base >= 0, exponent >= 0, cut to SIGNIFICANT_BITS."""
    power, square = Fraction(1), round_up(base)
    while exponent:
        if exponent & 1:
            power = round_up(power * square)
        square = round_up(square * square)
        exponent >>= 1
    return power


def log2_ceiling(value: Fraction) -> int:
    """The least integer k with value <= 2^k. Raises ValueError unless value is positive."""
    if value <= 0:
        raise ValueError(f"no logarithm of {value}")
    exponent = value.numerator.bit_length() - value.denominator.bit_length() - 1
    while value > _power_of_two(exponent):
        exponent += 1
    return exponent


def floor_bits(error: Fraction) -> int:
    """The largest integer k with error <= 2^-k, and 0 for an error above one. Decided on integers."""
    return max(0, -log2_ceiling(error))


def float_bits(error: Fraction) -> float:
    """-log2(error) for printing, and 0.0 for an error above one. Its floor is floor_bits(error)."""
    least = floor_bits(error)
    bits = math.log2(error.denominator) - math.log2(error.numerator)
    # The logarithm of an error just above 2^-k is rounded to k, of which the error falls short.
    return max(float(least), min(bits, math.nextafter(least + 1, 0)))


def rounded_down(bits: float, decimals: int = 2) -> Decimal:
    """Bits of security as they are printed, everywhere: rounded down, so that no figure says more than there is."""
    return Decimal(bits).quantize(Decimal(1).scaleb(-decimals), ROUND_FLOOR)


def _power_of_two(exponent: int) -> Fraction:
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


def is_power_of_two(value: int) -> bool:
    """Whether value is 1, 2, 4, ..."""
    return value > 0 and value & (value - 1) == 0


def log2_upper(value: int) -> Fraction:
    """An upper bound of log2 of a positive integer, exact for a power of two. Raises ValueError below 1."""
    if value < 1:
        raise ValueError(f"no logarithm of {value}")
    if is_power_of_two(value):
        return Fraction(value.bit_length() - 1)
    # 2^-40 exceeds the rounding of the floating-point logarithm of any integer below 2^1000.
    return Fraction(math.log2(value)) + Fraction(1, 1 << 40)
