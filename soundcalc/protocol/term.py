"""One error term: a challenge, how many values are drawn for it, and how likely it is bad."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from soundcalc.bounds import Bound
from soundcalc.exact import float_bits, floor_bits, round_up
from spec.field import EXTENSION_DEGREE, P

COEFFICIENT_BITS = 40
"""A coefficient of a challenge is a word of 32 bits and one further byte of the hash, as one number modulo p."""

FIELD_SIZE = P**EXTENSION_DEGREE


class Charge(Enum):
    """How often a run pays for a term."""

    PROOF = "every proof"
    RUN = "once in a run"


@dataclass(frozen=True)
class Term:
    """The error of one label, after sampling bias and grinding; `count` values are drawn under it."""

    label: str
    count: int
    error: Fraction
    bound: Bound
    grinding_bits: int = 0
    charge: Charge = Charge.PROOF

    @property
    def bits(self) -> int:
        """floor(-log2 error), decided exactly."""
        return floor_bits(self.error)

    @property
    def bits_float(self) -> float:
        """-log2 error, for printing."""
        return float_bits(self.error)


def challenge_bias() -> Fraction:
    """How much likelier than 1/|F| a challenge can be: below 0.017 bit.

    The likeliest residue of a uniform number of COEFFICIENT_BITS bits has ceil(2^bits / p) preimages; the bits of the
    six coefficients are disjoint, so the losses multiply.
    """
    numbers = 1 << COEFFICIENT_BITS
    return Fraction(-(-numbers // P) * P, numbers) ** EXTENSION_DEGREE


PER_VALUE = challenge_bias() / FIELD_SIZE
"""The most likely value of a challenge is as likely as this."""


@dataclass(frozen=True)
class BadValues:
    """How many values of a challenge let a false claim become true, by which bound."""

    label: str
    count: Fraction | int
    bound: Bound
    charge: Charge = Charge.PROOF

    @property
    def charged(self) -> Fraction | int:
        """No challenge is charged less than one bad value."""
        return max(self.count, 1)

    def term(self, grinding_bits: int = 0) -> Term:
        """The error after this much proof of work."""
        error = self.charged * PER_VALUE / (1 << grinding_bits)
        return Term(self.label, 1, round_up(error), self.bound, grinding_bits, self.charge)
