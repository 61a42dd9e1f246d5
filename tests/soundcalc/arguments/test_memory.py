from __future__ import annotations

from fractions import Fraction

from soundcalc.arguments.memory import pinning_points


def test_pinning_points_by_hand() -> None:
    # 1024 segments of 4096 rows: 1024 * 18^2 / 2 * 4096
    assert pinning_points(Fraction(18), 1024 * 4096) == 1024 * 162 * 4096
