from __future__ import annotations

from fractions import Fraction

import pytest

from soundcalc.arguments.deep_ali import ali_points, deep_error, require_slack
from soundcalc.errors import ConditionViolatedError


def test_ali_points_by_hand() -> None:
    assert ali_points(Fraction(18), 300) == 5400


def test_deep_error_by_hand() -> None:
    # L (d (k + c - 1) + k - 1) / (F - k - n) = 18 (3 * (8 + 1) + 7) / (1009 - 8 - 16)
    error = deep_error(Fraction(18), 3, 8, 16, 2, 1009)
    assert Fraction(612, 985) <= error <= Fraction(612, 985) * (1 + Fraction(1, 2**250))


def test_single_point_slack_at_agreement_equal_to_rate_is_refused() -> None:
    with pytest.raises(ConditionViolatedError, match=r"'k < \(1 - theta\) n' fails: rho = 1/2, 1 - theta = 0.5000"):
        require_slack(Fraction(1, 2), Fraction(1, 2))
