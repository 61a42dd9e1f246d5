from __future__ import annotations

from fractions import Fraction

from soundcalc.arguments.deep_ali import ali_points, deep_error


def test_ali_points_by_hand() -> None:
    assert ali_points(Fraction(18), 300) == 5400


def test_deep_error_by_hand() -> None:
    # L (d (k + c - 1) + k - 1) / (F - k - n) = 18 (3 * (8 + 1) + 7) / (1009 - 8 - 16)
    error = deep_error(Fraction(18), 3, 8, 16, 2, 1009)
    assert Fraction(612, 985) <= error <= Fraction(612, 985) * (1 + Fraction(1, 2**250))
