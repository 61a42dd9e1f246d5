"""What can be known of a row: products that vanish, implications, conjunctions and bytes, and messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofs_of_constraints.translation.polynomial import Polynomial
from spec.air.chip import Interaction
from spec.field import P, inverse


@dataclass(frozen=True)
class Fact:
    """A product of polynomials that vanishes, and where that is declared."""

    source: str
    factors: tuple[Polynomial, ...]


@dataclass(frozen=True)
class Implication:
    """Where all premises vanish, the conclusion does: what is left of `sum free_j premise_j + conclusion = 0`."""

    source: str
    free: tuple[str, ...]
    premises: tuple[Polynomial, ...]
    conclusion: Polynomial

    def solve(self, cells: dict[str, int]) -> None:
        """Sets the free variables so that the equation holds at these cells."""
        remaining = -self.conclusion.value(cells) % P
        for name, premise in zip(self.free, self.premises, strict=True):
            factor = premise.value(cells)
            cells[name] = remaining * inverse(factor) % P if factor else 0
            remaining = (remaining - cells[name] * factor) % P


@dataclass(frozen=True)
class Conjunction:
    """On bytes, conjunction = left & right."""

    source: str
    left: Polynomial
    right: Polynomial
    conjunction: Polynomial


@dataclass(frozen=True)
class TakenApart:
    """The two bytes of a limb, the lower one first, each with its bits as digits of so many bits."""

    source: str
    limb: Polynomial
    parts: tuple[Polynomial, ...]
    digit_bits: int


@dataclass(frozen=True)
class Lookup:
    """A received message whose multiplicity is not decided yet."""

    interaction: Interaction
    multiplicity: Polynomial
    message: tuple[Polynomial, ...]


def is_boolean(factors: Sequence[Polynomial]) -> bool:
    """Whether the factors vanish just where one variable is 0 or 1."""
    names = {name for factor in factors for name in factor.variables()}
    if len(names) != 1 or any(factor.degree != 1 for factor in factors):
        return False
    (name,) = names
    return {-f.constant_term * inverse(f.terms[(name,)]) % P for f in factors} == {0, 1}
