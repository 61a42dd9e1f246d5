from __future__ import annotations

from fractions import Fraction

from soundcalc.commitments.fri import batching_points, folding_points, query_error
from soundcalc.regimes.proximity import Batching, Johnson, UniqueDecoding

HALF = Fraction(1, 2)


def test_batching_by_powers_by_hand() -> None:
    # (B - 1)(theta n + 1) = 99 * (512/4 + 1)
    assert batching_points(UniqueDecoding(), HALF, Fraction(256), 100) == 99 * 129


def test_affine_batching_costs_one_line() -> None:
    assert batching_points(UniqueDecoding(), HALF, Fraction(256), 100, Batching.AFFINE) == 129


def test_folding_by_four_by_hand() -> None:
    # arity - 1 = 3 lines at height 64 after the fold: 3 * (128/4 + 1)
    assert folding_points(UniqueDecoding(), HALF, Fraction(64), 3) == 99


def test_query_error_in_unique_decoding_by_hand() -> None:
    error = query_error(UniqueDecoding(), HALF, 10)
    assert error == Fraction(3, 4) ** 10


def test_query_error_in_johnson_regime_by_hand() -> None:
    # rho = 1/16, m = 4: agreement 9/32
    assert query_error(Johnson(4), Fraction(1, 16), 20) == Fraction(9, 32) ** 20
