"""Unique decoding with proximity loss: exceptional points whose number does not grow with the domain.

A step that may lose eta of the proximity has few exceptional points. Fold after fold loses again, so that the queries
meet a word that is eta nearer for every step before them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from soundcalc.bounds import Bound, Status, register
from soundcalc.exact import round_up
from soundcalc.regimes.proximity import UniqueDecoding

UNIQUE_LOSS_LINE = register(
    key="unique_decoding_loss_line",
    formula="max((1 - rho - g) / (g (1 - rho - 2 g)), (g + eta)/eta) points for a line that is g-near, its words "
    "(g + eta)-near",
    source="2025/2055 Theorem 1.3",
    status=Status.PROVEN,
    conditions={"radius": "(1 - rho)/3 <= g <= (1 - rho)/2 - 1/n"},
    note="as its formalisation in ArkLib (rs_epsCa_le_in_unique_decoding_range) states it; the paper was not at hand",
)
UNIQUE_LOSS_FOLDS = register(
    key="unique_decoding_loss_folds",
    formula="the same for every fold and for powers, theta less eta for each step before the queries",
    source="2025/2055 Theorem 1.3, step after step, and for curves B - 1 times a line",
    status=Status.DERIVED,
    note="the theorem is about correlated agreement on one line; nobody states its use for every fold of FRI",
)

MAXIMUM_LOSS_LOG2 = 24
"""A loss below 2^-24 has more exceptional points than the bound without loss has on a domain of 2^24."""


@dataclass(frozen=True)
class UniqueDecodingWithLoss(UniqueDecoding):
    """theta = (1 - rho)/2 - steps * 2^-loss_log2 at the queries, after `steps` steps that lose 2^-loss_log2 each."""

    loss_log2: int
    steps: int

    @property
    def loss(self) -> Fraction:
        """eta."""
        return Fraction(1, 1 << self.loss_log2)

    @property
    def name(self) -> str:
        return f"unique decoding, a loss of 2^-{self.loss_log2} in each of {self.steps} steps (derived)"

    @property
    def line_bound(self) -> Bound:
        return UNIQUE_LOSS_LINE

    @property
    def powers_bound(self) -> Bound:
        return UNIQUE_LOSS_FOLDS

    def agreement(self, rate: Fraction) -> Fraction:
        """At the queries. Raises ConditionViolatedError where the losses leave less than a third of the distance."""
        proximity = (1 - rate) / 2 - self.steps * self.loss
        detail = f"{self.steps} losses of 2^-{self.loss_log2} leave {float(proximity):.4f}"
        UNIQUE_LOSS_LINE.require("radius", proximity >= (1 - rate) / 3, detail)
        return 1 - proximity

    def exceptional_points(self, rate: Fraction, domain_size: Fraction) -> Fraction:
        """The fewer of those with loss and those without, which alone a domain of fewer than 1/eta points admits."""
        without = super().exceptional_points(rate, domain_size)
        # Both counts grow with g, which is largest in the first step.
        near = (1 - rate) / 2 - self.loss
        if self.loss * domain_size < 1 or near < (1 - rate) / 3:
            return without
        lines = (1 - rate - near) / (near * (1 - rate - 2 * near))
        return min(without, round_up(max(lines, (near + self.loss) / self.loss)))
