"""Conditions modulo any prime as integer arithmetic for Z3, for one row or for two with some cells in common.

As for the chips of the machine: polynomials are expanded, equations lifted to the integers in the scaling with the
smallest interval, products of variables abstract at first. What holds for any integers in place of the products holds
for the products.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import z3
from sympy import ZZ, Symbol
from sympy.polys.orderings import lex
from sympy.polys.rings import PolyRing

from proofs_of_constraints.picus.program import (
    Comparison,
    Condition,
    Connective,
    Determined,
    Expression,
    Name,
    Number,
    Operation,
)
from proofs_of_constraints.picus.system import System, conjuncts
from proofs_of_constraints.translation.formulas import all_of, any_of, sum_of_terms
from proofs_of_constraints.translation.interval import BOOLEAN, IntegerForm, Interval, integer_form
from proofs_of_constraints.translation.polynomial import Monomial

Terms = Mapping[Monomial, int]


class Polynomials:
    """The polynomials of a system's expressions, expanded by sympy."""

    def __init__(self, system: System) -> None:
        self.prime = system.prime
        self._names = system.variables()
        self._ring: Any = PolyRing([Symbol(name) for name in self._names] or [Symbol("none")], ZZ, lex)
        self._generators = dict(zip(self._names, self._ring.gens, strict=False))

    def terms(self, expression: Expression) -> Terms:
        """By monomial, the coefficients of least absolute value that are not zero."""
        found = {}
        for exponents, coefficient in self._expanded(expression).terms():
            centered = _centered(int(coefficient), self.prime)
            if centered:
                monomial = (name for name, power in zip(self._names, exponents, strict=False) for _ in range(power))
                found[tuple(sorted(monomial))] = centered
        return found

    def _expanded(self, expression: Expression) -> Any:
        match expression:
            case Number(value):
                return self._ring(value % self.prime)
            case Name(text):
                return self._generators[text]
            case Operation(operator, arguments):
                if not arguments:
                    return self._ring(1)
                first, *others = map(self._expanded, arguments)
                if operator == "-" and not others:
                    return -first
                for other in others:
                    first = {"+": first.__add__, "-": first.__sub__, "*": first.__mul__}[operator](other)
                return first


def _centered(number: int, prime: int) -> int:
    number %= prime
    return number if number <= prime // 2 else number - prime


def factors_of(comparison: Comparison) -> list[Expression]:
    """Expressions of which one vanishes just where the equation holds."""
    if comparison.right == Number(0):
        return _factors(comparison.left)
    if comparison.left == Number(0):
        return _factors(comparison.right)
    return [Operation("-", (comparison.left, comparison.right))]


def _factors(expression: Expression) -> list[Expression]:
    if isinstance(expression, Operation) and expression.operator == "*":
        return [factor for argument in expression.arguments for factor in _factors(argument)]
    return [expression]


def ranges_of(system: System, polynomials: Polynomials) -> dict[str, Interval]:
    """By variable, the interval that comparisons with constants and equations in it alone leave to it."""
    prime = system.prime
    ranges = {name: Interval(0, prime - 1) for name in system.variables()}
    for condition in conjuncts([*system.asserted, *system.assumed]):
        if not isinstance(condition, Comparison):
            continue
        found = _single_range(condition, polynomials, prime)
        if found is not None:
            name, interval = found
            ranges[name] = ranges[name].meet(interval)
    return ranges


def _single_range(condition: Comparison, polynomials: Polynomials, prime: int) -> tuple[str, Interval] | None:
    left, right = condition.left, condition.right
    if condition.operator == "=":
        return _range_of_roots([polynomials.terms(factor) for factor in factors_of(condition)], prime)
    mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    operator = condition.operator
    if isinstance(left, Number) and operator in mirrored:
        left, right, operator = right, left, mirrored[operator]
    if not isinstance(left, Name) or not isinstance(right, Number):
        return None
    bound = right.value % prime
    intervals = {
        "<": Interval(0, bound - 1),
        "<=": Interval(0, bound),
        ">": Interval(bound + 1, prime - 1),
        ">=": Interval(bound, prime - 1),
    }
    return (left.text, intervals[operator]) if operator in intervals else None


def _range_of_roots(factors: list[Terms], prime: int) -> tuple[str, Interval] | None:
    """Where all factors are linear in one variable, its least and greatest root."""
    names = {name for factor in factors for monomial in factor for name in monomial}
    if len(names) != 1 or any(len(monomial) > 1 for factor in factors for monomial in factor):
        return None
    (name,) = names
    if any((name,) not in factor for factor in factors):
        return None
    roots = [-factor.get((), 0) * pow(factor[(name,)], -1, prime) % prime for factor in factors]
    return name, Interval(min(roots), max(roots))


@dataclass
class Encoder:
    """Makes formulas of conditions. `shared` variables are the same in all copies of a row.

    With `exact` products are multiplied, else a product of two variables that are no flags is any integer in its
    interval that is zero with a factor: one and the same where the same shared variables are multiplied.
    """

    polynomials: Polynomials
    ranges: Mapping[str, Interval]
    shared: Collection[str]
    exact: bool = False
    known: Mapping[str, int] = field(default_factory=dict)
    """Variables that are tried with one number only."""
    bounds: list[z3.BoolRef] = field(default_factory=list)
    """What defines the values and products used so far."""
    cells: dict[str, z3.ArithRef] = field(default_factory=dict)

    def condition(self, condition: Condition, copy: str) -> z3.BoolRef:
        """That a condition holds in a copy. What is determined is said of two copies elsewhere."""
        match condition:
            case Comparison("=", _, _):
                return any_of(*(self.vanishes(factor, copy) for factor in factors_of(condition)))
            case _:
                return self._nested(condition, copy)

    def _nested(self, condition: Condition, copy: str) -> z3.BoolRef:
        """As a term that may stand under a negation: values are defined beside it."""
        match condition:
            case Comparison(operator, left, right):
                if operator in ("=", "!="):
                    equal = self.value(Operation("-", (left, right)), copy) == 0
                    return equal if operator == "=" else z3.Not(equal)
                one, other = self.value(left, copy), self.value(right, copy)
                return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[operator]
            case Connective(operator, arguments):
                parts = [self._nested(argument, copy) for argument in arguments]
                match operator:
                    case "&&":
                        return all_of(*parts)
                    case "||":
                        return any_of(*parts)
                    case "=>":
                        return z3.Implies(*parts)
                    case "<=>":
                        return parts[0] == parts[1]
                    case _:
                        return z3.Not(parts[0])
            case Determined():
                return z3.BoolVal(True)

    def vanishes(self, expression: Expression, copy: str) -> z3.BoolRef:
        """That an expression is zero modulo p; not to be negated."""
        form = self._lifted(self.polynomials.terms(expression))
        prime = self.polynomials.prime
        term = self._term(form.terms, copy)
        least, greatest = -(-form.interval.low // prime), form.interval.high // prime
        if least >= greatest:
            return term == least * prime if least == greatest else z3.BoolVal(False)
        multiple = z3.FreshInt("multiple")
        return z3.And(term == multiple * prime, multiple >= least, multiple <= greatest)

    def value(self, expression: Expression, copy: str) -> z3.ArithRef:
        """An expression's value in [0, p)."""
        form = integer_form(self.polynomials.terms(expression), self.ranges)
        term, prime = self._term(form.terms, copy), self.polynomials.prime
        if form.interval.low >= 0 and form.interval.high < prime:
            return term
        value, multiple = z3.FreshInt("value"), z3.FreshInt("multiple")
        self.bounds += [value >= 0, value < prime, term == value + multiple * prime]
        return value

    def cell(self, name: str, copy: str) -> z3.ArithRef:
        """A variable in a copy."""
        full = name if name in self.shared else f"{name} {copy}"
        if name in self.known:
            return z3.IntVal(self.known[name])
        if full not in self.cells:
            self.cells[full] = z3.Int(full)
            self.bounds += _within(self.cells[full], self.ranges[name])
        return self.cells[full]

    def row(self, model: z3.ModelRef, copy: str) -> dict[str, int]:
        """Every variable's number in a copy."""
        return {name: int(model.eval(self.cell(name, copy), model_completion=True).as_long()) for name in self.ranges}

    def _lifted(self, terms: Terms) -> IntegerForm:
        """The terms in the scaling with the smallest interval."""
        prime = self.polynomials.prime
        best = integer_form(terms, self.ranges)
        for coefficient in sorted(set(terms.values())):
            unit = pow(coefficient, -1, prime)
            form = integer_form({m: _centered(c * unit, prime) for m, c in terms.items()}, self.ranges)
            if form.interval.high - form.interval.low < best.interval.high - best.interval.low:
                best = form
        return best

    def _term(self, terms: Terms, copy: str) -> z3.ArithRef:
        return sum_of_terms([self._monomial(monomial, copy) * coefficient for monomial, coefficient in terms.items()])

    def _monomial(self, monomial: Monomial, copy: str) -> z3.ArithRef:
        flags = sorted({name for name in monomial if self.ranges[name] == BOOLEAN})
        rest = tuple(name for name in monomial if name not in flags)
        product = self._product(rest, copy)
        for flag in flags:
            product = z3.If(self.cell(flag, copy) == 1, product, z3.IntVal(0))
        return product

    def _product(self, names: Monomial, copy: str) -> z3.ArithRef:
        if len(names) < 2 or self.exact:
            product: z3.ArithRef = z3.IntVal(1) if not names else self.cell(names[0], copy)
            for name in names[1:]:
                product = product * self.cell(name, copy)
            return product
        full = "*".join(name if name in self.shared else f"{name} {copy}" for name in names)
        if full not in self.cells:
            low = high = 1
            for name in names:
                low, high = low * self.ranges[name].low, high * self.ranges[name].high
            self.cells[full] = z3.Int(full)
            self.bounds += _within(self.cells[full], Interval(low, high))
            is_zero = [self.cell(name, copy) == 0 for name in names]
            self.bounds.append(z3.Implies(any_of(*is_zero), self.cells[full] == 0))
        return self.cells[full]


def _within(cell: z3.ArithRef, interval: Interval) -> list[z3.BoolRef]:
    return [cell >= interval.low, cell <= interval.high]
