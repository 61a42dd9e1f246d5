"""A row system as linear arithmetic over the integers, with every product of variables one bounded integer.

Anything proven with products replaced by arbitrary integers holds for the products. A product with a flag is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import z3

from proofs_of_constraints.translation.formulas import all_of, any_of, sum_of_terms
from proofs_of_constraints.translation.interval import (
    BOOLEAN,
    IntegerForm,
    WrapError,
    centered_form,
    integer_form,
    lifted,
    monomial_interval,
)
from proofs_of_constraints.translation.polynomial import Monomial, Polynomial
from proofs_of_constraints.translation.row_system import RowSystem
from spec.field import P

IntegerTerms = Mapping[Monomial, int]
"""A polynomial with integer coefficients, not reduced modulo anything."""


class IntegerRow:
    """The formulas of one system over the integers."""

    def __init__(self, system: RowSystem) -> None:
        self.system = system
        self._integers: dict[Monomial, z3.ArithRef] = {}
        self._bounds: list[z3.BoolRef] = []

    def formulas(self, *, linear_only: bool = False) -> list[z3.BoolRef]:
        """What the row satisfies; `linear_only` leaves out the facts that multiply two variables of many values."""
        found = []
        for fact in self.system.facts:
            if not linear_only or all(self._is_linear(factor) for factor in fact.factors):
                found.append(any_of(*map(self.vanishes, fact.factors)))
        return [*found, *self._bounds]

    def bounds(self) -> list[z3.BoolRef]:
        """The ranges of every variable and product used so far."""
        return list(self._bounds)

    def vanishes(self, polynomial: Polynomial) -> z3.BoolRef:
        """That the polynomial is zero modulo p."""
        equation = lifted(self.system.resolve(polynomial), self.system.ranges)
        term = self._term(equation.form)
        if equation.is_exact:
            return term == equation.multiples.start * P
        multiple = z3.FreshInt("multiple")
        bounds = (multiple >= equation.multiples.start, multiple < equation.multiples.stop)
        return z3.And(term == multiple * P, *bounds)

    def value(self, polynomial: Polynomial) -> z3.ArithRef:
        """The polynomial's canonical value in [0, p)."""
        form = centered_form(self.system.resolve(polynomial), self.system.ranges)
        if form.interval.low >= 0 and form.interval.high < P:
            return self._term(form)
        value, multiple = z3.FreshInt("value"), z3.FreshInt("multiple")
        self._bounds += [value >= 0, value < P, value == self._term(form) + multiple * P]
        return value

    def terms(self, polynomial: Polynomial) -> IntegerTerms:
        """The polynomial's canonical value as integer terms. Raises WrapError if it may wrap around p."""
        form = centered_form(self.system.resolve(polynomial), self.system.ranges)
        if form.interval.low < 0 or form.interval.high >= P:
            raise WrapError(f"{polynomial} has values from {form.interval.low} to {form.interval.high}")
        return form.terms

    def word_terms(self, limbs: Sequence[Polynomial], limb_bits: int) -> IntegerTerms:
        """The number that limbs stand for, least significant first."""
        total: dict[Monomial, int] = {}
        for i, limb in enumerate(limbs):
            total = dict(sum_of(total, scaled(self.terms(limb), 1 << (limb_bits * i))))
        return total

    def integer(self, terms: IntegerTerms) -> z3.ArithRef:
        """Integer terms as a Z3 integer."""
        return self._term(integer_form(terms, self.system.ranges))

    def cells(self, model: z3.ModelRef) -> dict[str, int]:
        """Every variable of the declaration and its value modulo p in a model; what is left open is 0 if that fits."""
        values: dict[str, int] = {}
        for name, interval in self.system.ranges.items():
            known = self._integers.get((name,))
            value = max(0, interval.low) if known is None else model.eval(known, model_completion=True).as_long()
            values[name] = value % P
        for implication in self.system.implications:
            implication.solve(values)
        for name, polynomial in self.system.replaced.items():
            values[name] = polynomial.value(values)
        return values

    def _is_linear(self, polynomial: Polynomial) -> bool:
        """Whether each monomial has at most one variable that is not a flag."""
        return all(
            sum(self.system.ranges[name] != BOOLEAN for name in monomial) <= 1
            for monomial in self.system.resolve(polynomial).terms
        )

    def _term(self, form: IntegerForm) -> z3.ArithRef:
        parts = [self._monomial(monomial) * coefficient for monomial, coefficient in form.terms.items()]
        return sum_of_terms(parts)

    def _monomial(self, monomial: Monomial) -> z3.ArithRef:
        flags = sorted({name for name in monomial if self.system.ranges[name] == BOOLEAN})
        rest = tuple(name for name in monomial if name not in flags)
        if not rest:
            return self._all_set(flags) if len(flags) != 1 else self._integer((flags[0],))
        product = self._integer(rest)
        return z3.If(self._all_set(flags) == 1, product, 0) if flags else product

    def _all_set(self, flags: Sequence[str]) -> z3.ArithRef:
        if not flags:
            return z3.IntVal(1)
        return z3.If(all_of(*(self._integer((flag,)) == 1 for flag in flags)), z3.IntVal(1), z3.IntVal(0))

    def _integer(self, monomial: Monomial) -> z3.ArithRef:
        if monomial not in self._integers:
            variable = z3.Int("*".join(monomial))
            interval = monomial_interval(monomial, self.system.ranges)
            self._integers[monomial] = variable
            self._bounds += [variable >= interval.low, variable <= interval.high]
        return self._integers[monomial]


def sum_of(left: IntegerTerms, right: IntegerTerms) -> IntegerTerms:
    """left + right."""
    total = dict(left)
    for monomial, coefficient in right.items():
        total[monomial] = total.get(monomial, 0) + coefficient
    return total


def scaled(terms: IntegerTerms, factor: int) -> IntegerTerms:
    """The terms times an integer."""
    return {monomial: coefficient * factor for monomial, coefficient in terms.items()}


def product_of(left: IntegerTerms, right: IntegerTerms) -> IntegerTerms:
    """left * right, expanded."""
    total: dict[Monomial, int] = {}
    for one, one_coefficient in left.items():
        for other, other_coefficient in right.items():
            monomial = tuple(sorted(one + other))
            total[monomial] = total.get(monomial, 0) + one_coefficient * other_coefficient
    return total
