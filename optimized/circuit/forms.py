"""Messages and multiplicities of a chip as linear forms, and what its pairs of interactions need of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, unique
from functools import lru_cache

from spec.air.chip import Chip, Interaction
from spec.air.expression import Expression, evaluate
from spec.air.machine import public_names
from spec.field import P
from spec.protocol.gkr import SCOPES, pairs_of

CACHED_PLANS = 1024
"""Chips times the public values that their interactions mention, which are few."""


@dataclass(frozen=True)
class LinearForm:
    """A constant plus columns times factors, canonical and not zero. Fixed columns follow the committed ones."""

    constant: int
    terms: tuple[tuple[int, int], ...]
    """(column, factor), by ascending column."""

    def times(self, factor: int) -> LinearForm:
        """The form times an element that is not zero."""
        return LinearForm(self.constant * factor % P, tuple((column, c * factor % P) for column, c in self.terms))


@dataclass(frozen=True)
class LinearRow:
    """The columns of a table as an interpretation of expressions that are linear in them."""

    committed: int
    public_values: Mapping[str, int]

    def constant(self, element: int) -> LinearForm:
        return LinearForm(element % P, ())

    def main(self, index: int) -> LinearForm:
        return LinearForm(0, ((index, 1),))

    def fixed(self, index: int) -> LinearForm:
        return LinearForm(0, ((self.committed + index, 1),))

    def public(self, name: str) -> LinearForm:
        return self.constant(self.public_values[name])

    def add(self, left: LinearForm, right: LinearForm) -> LinearForm:
        factors = dict(left.terms)
        for column, factor in right.terms:
            factors[column] = (factors.get(column, 0) + factor) % P
        terms = tuple((column, factor) for column, factor in sorted(factors.items()) if factor)
        return LinearForm((left.constant + right.constant) % P, terms)

    def subtract(self, left: LinearForm, right: LinearForm) -> LinearForm:
        return self.add(left, right.times(P - 1))

    def multiply(self, left: LinearForm, right: LinearForm) -> LinearForm:
        """The product of two forms. Raises ValueError if neither of them is constant."""
        constant, other = (left, right) if not left.terms else (right, left)
        if constant.terms:
            raise ValueError("a product of two columns is not linear")
        return other.times(constant.constant) if constant.constant else LinearForm(0, ())


@unique
class PairKind(IntEnum):
    """How the numerator of a pair comes from its multiplicities m, signs included, and fingerprints f."""

    SINGLE = 0
    """The pair is one interaction: m_0."""

    COMMON = 1
    """m_0 and m_1 are the same up to sign: m (f_1 + f_0) or m (f_1 - f_0), fingerprints negated where m_0 = -m."""

    DIFFERENT = 2
    """m_0 f_1 + m_1 f_0."""


@dataclass(frozen=True)
class FingerprintForm:
    """sign * (alpha + identity + sum of beta^i message_i) with the message as linear forms."""

    sign: int
    identity: int
    message: tuple[LinearForm, ...]

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns that stand in the message."""
        return tuple(sorted({column for part in self.message for column, _ in part.terms}))


@dataclass(frozen=True)
class PairPlan:
    """One fraction of a row."""

    kind: PairKind
    fingerprints: tuple[FingerprintForm, ...]
    multiplicities: tuple[LinearForm, ...]
    """m of a common one, m_0 of a single one, m_0 and m_1 of different ones."""

    is_difference: bool = False
    """Whether the numerator of a common one is m (f_1 - f_0) instead of m (f_1 + f_0)."""


def pair_plans(chip: Chip, public_values: Mapping[str, int]) -> tuple[PairPlan, ...]:
    """The plans of a chip's pairs, local ones first: the order of the blocks of its tables."""
    return _pair_plans(chip, tuple((name, public_values[name]) for name in _mentioned(chip)))


@lru_cache(CACHED_PLANS)
def _mentioned(chip: Chip) -> tuple[str, ...]:
    parts = [part for i in chip.interactions for part in (i.multiplicity, *i.message)]
    return tuple(sorted(public_names(*parts)))


@lru_cache(CACHED_PLANS)
def _pair_plans(chip: Chip, public_values: tuple[tuple[str, int], ...]) -> tuple[PairPlan, ...]:
    row = LinearRow(len(chip.columns), dict(public_values))
    evaluated: dict[Expression, LinearForm] = {}
    return tuple(_plan(pair, row, evaluated) for scope in SCOPES for pair in pairs_of(chip, scope))


def _plan(pair: tuple[Interaction, ...], row: LinearRow, evaluated: dict[Expression, LinearForm]) -> PairPlan:
    messages = [tuple(evaluate(part, row, evaluated) for part in interaction.message) for interaction in pair]
    forms = [evaluate(i.multiplicity, row, evaluated).times(i.sign % P) for i in pair]

    def fingerprints(sign: int) -> tuple[FingerprintForm, ...]:
        return tuple(FingerprintForm(sign, i.bus.identity, m) for i, m in zip(pair, messages, strict=True))

    if len(pair) == 1:
        return PairPlan(PairKind.SINGLE, fingerprints(1), (forms[0],))
    first, second = forms
    if second in (first, first.times(P - 1)):
        # Of m and -m the one whose first factor is small: most often it is a column of zeros and ones.
        sign = -1 if _leading(first) > P // 2 else 1
        return PairPlan(PairKind.COMMON, fingerprints(sign), (first.times(sign % P),), second != first)
    return PairPlan(PairKind.DIFFERENT, fingerprints(1), (first, second))


def _leading(form: LinearForm) -> int:
    return form.terms[0][1] if form.terms else form.constant
