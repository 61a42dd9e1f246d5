from __future__ import annotations

import math

from soundcalc.arguments.lookup import gkr_points


def test_gkr_points_of_powers_of_two_by_hand() -> None:
    # x = 10 + 2: 12 * 37 / 2
    assert gkr_points(1024, 4) == 222


def test_gkr_points_of_other_numbers_are_rounded_up() -> None:
    x = math.log2(1000) + math.log2(3)
    assert 0 <= float(gkr_points(1000, 3)) - x * (3 * x + 1) / 2 < 1e-9
