"""The regimes in which the public calculator analyses a code: unique decoding, and lists by a gap or by an m."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.bounds import Bound
from soundcalc.exact import round_up, sqrt_lower, sqrt_upper
from soundcalc.regimes.proximity import JOHNSON_LINE, Johnson, Regime, johnson_points

UNIQUE = "UDR"
LIST = "JBR"
"""The public calculator's names of the two regimes."""

LARGE_FIELD_LOG2 = 150
"""Above this size of the extension field the public calculator goes nearer to the Johnson bound."""

LEAST_GAP_MULTIPLICITY = 3
"""The least m that the public calculator derives from a gap."""


@dataclass(frozen=True)
class JohnsonGap(Regime):
    """theta = 1 - sqrt(rho) - eta for a gap eta, with m = max(ceil(sqrt(rho) / (2 eta)), 3), L = 1/(2 eta sqrt(rho)).

    Without a gap the public calculator's default: sqrt(rho)/100, and for a small field at least rho/20.
    """

    gap: Fraction | None
    field_size: int

    @property
    def name(self) -> str:
        return LIST

    @property
    def line_bound(self) -> Bound:
        return JOHNSON_LINE

    def _gap_bounds(self, rate: Fraction) -> tuple[Fraction, Fraction]:
        """Below and above eta."""
        if self.gap is not None:
            return self.gap, self.gap
        floor = Fraction(0) if self.field_size > 1 << LARGE_FIELD_LOG2 else rate / 20
        return max(floor, sqrt_lower(rate) / 100), max(floor, sqrt_upper(rate) / 100)

    def multiplicity(self, rate: Fraction) -> int:
        """m, in binary floating point as the public calculator does: its rounding can raise m by one."""
        root = math.sqrt(rate)
        proximity = 1 - root - float(self._gap_bounds(rate)[0])
        return max(math.ceil(root / (2 * (1 - root - proximity))), LEAST_GAP_MULTIPLICITY)

    def agreement(self, rate: Fraction) -> Fraction:
        return sqrt_upper(rate) + self._gap_bounds(rate)[1]

    def list_size(self, rate: Fraction) -> Fraction:
        return round_up(1 / (2 * self._gap_bounds(rate)[0] * sqrt_lower(rate)))

    def exceptional_points(self, rate: Fraction, domain_size: Fraction) -> Fraction:
        proximity_upper = 1 - sqrt_lower(rate) - self._gap_bounds(rate)[0]
        return johnson_points(rate, domain_size, self.multiplicity(rate), proximity_upper)


@dataclass(frozen=True)
class JohnsonMultiplicity(Johnson):
    """The multiplicity that a file states, with the list size that the public calculator takes: (m + 1/2)/sqrt(rho)."""

    def list_size(self, rate: Fraction) -> Fraction:
        return round_up((self.multiplicity + Fraction(1, 2)) / sqrt_lower(rate))
