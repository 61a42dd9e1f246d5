"""Intervals of integers, and polynomials modulo p as equations over the integers.

A polynomial vanishes modulo p where some multiple k p equals it over the integers. The scaling by a field unit with
the smallest interval leaves the fewest k; mostly just k = 0, an exact equation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from proofs_of_constraints.translation.polynomial import Monomial, Polynomial, centered
from spec.field import P, inverse


class WrapError(ValueError):
    """A polynomial wraps around p too often to be encoded; the message names it and its values."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The integers from low to high, both included."""

    low: int
    high: int

    def meet(self, other: Interval) -> Interval:
        """What both contain; low > high if that is nothing."""
        return Interval(max(self.low, other.low), min(self.high, other.high))

    @property
    def is_empty(self) -> bool:
        return self.low > self.high

    @property
    def bits(self) -> int:
        """How many bits hold every number of a nonnegative interval."""
        return max(1, self.high.bit_length())


ELEMENT = Interval(0, P - 1)
BOOLEAN = Interval(0, 1)

Ranges = Mapping[str, Interval]


def bits(count: int) -> Interval:
    """The numbers of so many bits."""
    return Interval(0, (1 << count) - 1)


@dataclass(frozen=True)
class IntegerForm:
    """A polynomial with integer coefficients and its interval under given ranges."""

    terms: Mapping[Monomial, int]
    interval: Interval


@dataclass(frozen=True)
class LiftedEquation:
    """The form equals multiple * p for one of the multiples; empty: it never vanishes."""

    form: IntegerForm
    multiples: range

    @property
    def is_exact(self) -> bool:
        """Whether this is one equation over the integers."""
        return self.multiples.stop - self.multiples.start == 1


def monomial_interval(monomial: Monomial, ranges: Ranges) -> Interval:
    """The interval of a product of variables."""
    low = high = 1
    for name in monomial:
        ends = [low * ranges[name].low, low * ranges[name].high, high * ranges[name].low, high * ranges[name].high]
        low, high = min(ends), max(ends)
    return Interval(low, high)


def integer_form(terms: Mapping[Monomial, int], ranges: Ranges) -> IntegerForm:
    """The terms with their interval."""
    low = high = 0
    for monomial, coefficient in terms.items():
        part = monomial_interval(monomial, ranges)
        ends = (coefficient * part.low, coefficient * part.high)
        low, high = low + min(ends), high + max(ends)
    return IntegerForm(terms, Interval(low, high))


def centered_form(polynomial: Polynomial, ranges: Ranges) -> IntegerForm:
    """The polynomial with its coefficients of least absolute value."""
    return integer_form({m: centered(c) for m, c in polynomial.terms.items()}, ranges)


_POWERS = tuple(unit for e in (1, 2, 3, 8, 14, 16, 24) for unit in (pow(2, e, P), inverse(pow(2, e, P))))


def lifted(polynomial: Polynomial, ranges: Ranges) -> LiftedEquation:
    """The equation polynomial = 0 over the integers, in the scaling whose interval is smallest."""
    best = centered_form(polynomial, ranges)
    is_smallest = max(map(abs, best.terms.values()), default=1) == 1
    if not is_smallest or best.interval.low <= -P or best.interval.high >= P:
        units = {*_POWERS, *(inverse(coefficient) for coefficient in polynomial.terms.values())}
        for unit in sorted(units):
            form = centered_form(polynomial.scaled(unit), ranges)
            if form.interval.high - form.interval.low < best.interval.high - best.interval.low:
                best = form
    return LiftedEquation(best, range(-(-best.interval.low // P), best.interval.high // P + 1))


def tightened(equation: LiftedEquation, ranges: Ranges) -> dict[str, Interval]:
    """The smaller intervals that an exact equation leaves to the variables that stand in it alone."""
    if not equation.is_exact:
        return {}
    found = {}
    target = equation.multiples[0] * P
    total = equation.form.interval
    occurrences: dict[str, int] = {}
    for monomial in equation.form.terms:
        for name in set(monomial):
            occurrences[name] = occurrences.get(name, 0) + 1
    for monomial, coefficient in equation.form.terms.items():
        if len(monomial) != 1 or occurrences[monomial[0]] != 1:
            continue
        known = ranges[monomial[0]]
        own = sorted((coefficient * known.low, coefficient * known.high))
        rest = Interval(total.low - own[0], total.high - own[1])
        # coefficient * variable = target - rest
        low, high = target - rest.high, target - rest.low
        if coefficient < 0:
            low, high = -high, -low
        size = abs(coefficient)
        smaller = known.meet(Interval(-(-low // size), high // size))
        if smaller != known:
            found[monomial[0]] = smaller
    return found
