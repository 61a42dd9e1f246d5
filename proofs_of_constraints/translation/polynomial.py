"""Declared expressions as polynomials over the base field, in variables with names.

Variables are the chip's columns and its named definitions: a definition is a variable with an equation of its own, so
that a carry is spoken of as a carry and not as sixteen columns.

These are not sympy's polynomials: its rings fix their variables beforehand, while cases of a row bring new ones, and it
takes eleven times as long to substitute, which is most of what is done with them. A test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spec.air.expression import (
    Constant,
    Difference,
    Expression,
    FixedColumn,
    MainColumn,
    Named,
    Product,
    Public,
    Sum,
)
from spec.field import P

Monomial = tuple[str, ...]
"""The sorted names of its variables, each as often as its exponent; empty for the constant term."""


@dataclass(frozen=True, eq=True)
class Polynomial:
    """A polynomial modulo p: nonzero canonical coefficients by monomial."""

    terms: Mapping[Monomial, int]

    @staticmethod
    def constant(number: int) -> Polynomial:
        return Polynomial({(): number % P} if number % P else {})

    @staticmethod
    def variable(name: str) -> Polynomial:
        return Polynomial({(name,): 1})

    def __add__(self, other: Polynomial) -> Polynomial:
        total = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            total[monomial] = (total.get(monomial, 0) + coefficient) % P
        return Polynomial({monomial: coefficient for monomial, coefficient in total.items() if coefficient})

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + other.scaled(-1)

    def __mul__(self, other: Polynomial) -> Polynomial:
        total: dict[Monomial, int] = {}
        for left, left_coefficient in self.terms.items():
            for right, right_coefficient in other.terms.items():
                monomial = tuple(sorted(left + right)) if left and right else left or right
                total[monomial] = (total.get(monomial, 0) + left_coefficient * right_coefficient) % P
        return Polynomial({monomial: coefficient for monomial, coefficient in total.items() if coefficient})

    def scaled(self, factor: int) -> Polynomial:
        """This polynomial times a constant."""
        return self * Polynomial.constant(factor)

    @property
    def constant_term(self) -> int:
        return self.terms.get((), 0)

    @property
    def is_constant(self) -> bool:
        return not self.terms or (len(self.terms) == 1 and () in self.terms)

    @property
    def degree(self) -> int:
        return max(map(len, self.terms), default=0)

    def variables(self) -> set[str]:
        """The names of all variables that occur."""
        return {name for monomial in self.terms for name in monomial}

    def coefficient_alone(self, name: str) -> int | None:
        """The variable's coefficient if it occurs only by itself, to the first power; else None."""
        if sum(name in monomial for monomial in self.terms) != 1:
            return None
        return self.terms.get((name,))

    def only_variable(self) -> str | None:
        """The one variable of a polynomial that is one variable with coefficient 1; else None."""
        if len(self.terms) != 1:
            return None
        ((monomial, coefficient),) = self.terms.items()
        return monomial[0] if len(monomial) == 1 and coefficient == 1 else None

    def substituted(self, replacements: Mapping[str, Polynomial]) -> Polynomial:
        """This polynomial with variables replaced, all at once."""
        if not any(name in replacements for name in self.variables()):
            return self
        total: dict[Monomial, int] = {}
        for monomial, coefficient in self.terms.items():
            product: dict[Monomial, int] = {tuple(n for n in monomial if n not in replacements): coefficient}
            for name in monomial:
                if name in replacements:
                    product = dict((Polynomial(product) * replacements[name]).terms)
            for part, value in product.items():
                total[part] = (total.get(part, 0) + value) % P
        return Polynomial({monomial: coefficient for monomial, coefficient in total.items() if coefficient})

    def value(self, cells: Mapping[str, int]) -> int:
        """The value modulo p at known variables."""
        total = 0
        for monomial, coefficient in self.terms.items():
            for name in monomial:
                coefficient = coefficient * cells[name] % P
            total += coefficient
        return total % P

    def __str__(self) -> str:
        parts = []
        for monomial, coefficient in sorted(self.terms.items()):
            signed = centered(coefficient)
            parts.append("*".join([*([str(signed)] if signed != 1 or not monomial else []), *monomial]))
        return " + ".join(parts) or "0"


def centered(coefficient: int) -> int:
    """The representative of least absolute value."""
    return coefficient if coefficient <= P // 2 else coefficient - P


def public_variable(name: str) -> str:
    """The variable of a polynomial that stands for a public value."""
    return f"public.{name}"


def polynomial_of(expression: Expression) -> Polynomial:
    """The expression as a polynomial in its columns, definitions and public values (`public.name`).

    Raises TypeError for what is no expression.
    """
    match expression:
        case Constant(value):
            return Polynomial.constant(value)
        case MainColumn(name, _) | FixedColumn(name, _) | Named(name, _):
            return Polynomial.variable(name)
        case Public(name):
            return Polynomial.variable(public_variable(name))
        case Sum(left, right):
            return polynomial_of(left) + polynomial_of(right)
        case Difference(left, right):
            return polynomial_of(left) - polynomial_of(right)
        case Product(left, right):
            return polynomial_of(left) * polynomial_of(right)
    raise TypeError(f"{type(expression).__name__} is not a kind of expression")


def factors_of(expression: Expression) -> Iterator[Polynomial]:
    """The factors that the expression is written as a product of.

    A field has no zero divisors, so a product vanishes where one of its factors does.
    """
    match expression:
        case Product(left, right):
            yield from factors_of(left)
            yield from factors_of(right)
        case _:
            yield polynomial_of(expression)
