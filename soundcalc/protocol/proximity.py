"""Mutual correlated agreement: how many challenges let a combination of words agree where the words do not.

A code of dimension K on n points has the rate rho = K/n here; the theorems count degrees, so they are used with
rho^- = (K - 1)/n. At the agreement sqrt(rho) (1 + 1/(2m)) their condition on m holds, since the distance to
sqrt(rho^-) is at least sqrt(rho^-)/(2m).

The text of 2025/2055 prints m = ceil(sqrt(rho)/eta) for the agreement sqrt(rho) + eta; its authors confirm
m = ceil(sqrt(rho)/(2 eta)). Both are here, and every regime's name says which it uses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache

import soundcalc.protocol.sources  # noqa: F401  the titles of what is cited here
from soundcalc.bounds import Bound, Status, register
from soundcalc.errors import ParameterError
from soundcalc.exact import round_up, sqrt_lower, sqrt_upper
from soundcalc.regimes.proximity import REMEMBERED, Johnson, johnson_points

_CONDITIONS = {
    "multiplicity": "m >= 3",
    "dimension": "the code has a dimension of at least 2",
    "radius": "theta < 1 - sqrt(rho)",
}
_OTHER_PROOFS = (
    "mutual correlated agreement up to the Johnson bound is also shown in 2025/2110 Theorem 2 and 2025/2051 Theorem "
    "9.2 (CCC 2026), both with a count quadratic in n; the linear count is that of 2025/2055, whose proof of 4.6 is a "
    "sketch along 2025/2110"
)

MUTUAL_CURVE = register(
    key="mutual_curve",
    formula="M ((2 m'^5 + 3 m' theta rho^-) n / (3 (rho^-)^(3/2)) + m' / sqrt(rho^-)) for a curve of degree M, "
    "m' = m + 1/2, m = ceil(sqrt(rho)/(2 eta))",
    source="2025/2055 Theorem 4.6 with the corrected m",
    status=Status.PROVEN,
    conditions=_CONDITIONS,
    note=_OTHER_PROOFS,
)
MUTUAL_CURVE_PRINTED = register(
    key="mutual_curve_printed",
    formula="the same with m = ceil(sqrt(rho)/eta)",
    source="2025/2055 Theorem 4.6 with m as printed",
    status=Status.PROVEN,
    conditions=_CONDITIONS,
    note=_OTHER_PROOFS,
)
MUTUAL_CURVE_CUBIC = register(
    key="mutual_curve_cubic",
    formula="M (8/3) m'^3 n / rho^- for a curve of degree M, m' = m + 1/2",
    source="2026/2056 Theorem 5.12, carried over to mutual agreement and to curves",
    status=Status.DERIVED,
    conditions=_CONDITIONS,
    note="the theorem states correlated agreement on lines",
)


class CurveBound(Enum):
    """Which count of exceptional challenges a figure rests on."""

    CORRECTED = "2025/2055 Theorem 4.6, corrected m"
    PRINTED = "2025/2055 Theorem 4.6, printed m"
    CUBIC = "2026/2056, cubic, derived for mutual agreement on curves, corrected m"


_BOUNDS = {
    CurveBound.CORRECTED: MUTUAL_CURVE,
    CurveBound.PRINTED: MUTUAL_CURVE_PRINTED,
    CurveBound.CUBIC: MUTUAL_CURVE_CUBIC,
}


@dataclass(frozen=True)
class MutualJohnson(Johnson):
    """The agreement sqrt(rho) (1 + 1/(2m)), with the list that it has and mutual agreement on curves."""

    curve: CurveBound = CurveBound.CORRECTED

    @property
    def name(self) -> str:
        return f"Johnson bound, m = {self.multiplicity} ({self.curve.value})"

    @property
    def least_multiplicity(self) -> int:
        return 3

    @property
    def line_bound(self) -> Bound:
        return _BOUNDS[self.curve]

    @property
    def powers_bound(self) -> Bound:
        return _BOUNDS[self.curve]

    def exceptional_points(self, rate: Fraction, domain_size: Fraction) -> Fraction:
        """For a line; a curve of degree M has M times as many. Raises ConditionViolatedError for dimension 1."""
        self.line_bound.require("dimension", rate * domain_size > 1, f"{rate * domain_size} coefficients")
        return _exceptional_points(self.multiplicity, self.curve, rate, domain_size)


@lru_cache(maxsize=REMEMBERED)
def _exceptional_points(multiplicity: int, curve: CurveBound, rate: Fraction, domain_size: Fraction) -> Fraction:
    rate_below = rate - 1 / domain_size
    if curve is CurveBound.CUBIC:
        shifted = multiplicity + Fraction(1, 2)
        return round_up(Fraction(8, 3) * shifted**3 * domain_size / rate_below)
    proximity_upper = 1 - sqrt_lower(rate) * (1 + Fraction(1, 2 * multiplicity))
    counted = 2 * multiplicity if curve is CurveBound.PRINTED else multiplicity
    return johnson_points(rate_below, domain_size, counted, proximity_upper)


def johnson_at(rate: Fraction, proximity: Fraction, curve: CurveBound = CurveBound.CORRECTED) -> MutualJohnson:
    """The regime whose agreement is at most 1 - proximity: the least multiplicity that reaches so far.

    Raises ConditionViolatedError for a proximity at or beyond the Johnson bound, ParameterError for a negative one.
    """
    if proximity < 0:
        raise ParameterError("proximity", f"{proximity} is negative")
    eta = 1 - proximity - sqrt_upper(rate)
    bound = _BOUNDS[curve]
    bound.require("radius", eta > 0, f"theta = {float(proximity):.6f}, 1 - sqrt(rho) = {1 - float(rate) ** 0.5:.6f}")
    return MutualJohnson(max(3, math.ceil(sqrt_upper(rate) / (2 * eta))), curve)
