"""The division of a modular call's row over the integers: left * right + addend = quotient * modulus + result.

Equations are found by their names, which are hints: a wrong one makes a proof fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce

import z3

from proofs_of_constraints.calls.call_row import executed_call
from proofs_of_constraints.calls.call_view import CallView
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Outcome, Session, Verdict
from proofs_of_constraints.translation.cells import cells_of
from proofs_of_constraints.translation.execution import executed_row
from proofs_of_constraints.translation.interval import Interval, bits, integer_form
from proofs_of_constraints.translation.polynomial import Monomial, Polynomial, centered, factors_of, polynomial_of
from proofs_of_constraints.translation.row_system import RowSystem
from spec.air.expression import Expression
from spec.field import P
from spec.memory_map import DOUBLEWORD_BYTES
from spec.rv64im.buses import LIMB_BITS
from spec.word import BYTE_BITS

LIMB_BASE = 1 << LIMB_BITS

Integers = Mapping[Monomial, int]
"""A polynomial with integer coefficients."""


class RefutedError(Exception):
    """A claim does not hold; the message says which."""

    def __init__(self, claim: str, found: Counterexample | None = None) -> None:
        super().__init__(claim)
        self.outcome = Outcome(Verdict.REFUTED, f"not so: {claim}", found)


@dataclass
class Division:
    """A row's division, with its polynomials over the integers."""

    view: CallView
    claims: int = field(default=0)

    @cached_property
    def size(self) -> int:
        """The bytes of each operand, which is also how many equations of 16 bits there are."""
        return DOUBLEWORD_BYTES * self.view.call.operands[0].doublewords

    @cached_property
    def system(self) -> RowSystem:
        """What lookups, the program and memory say of the row's cells. Raises RefutedError if none satisfies it."""
        system = executed_row(self.view.row, executed_call())
        system.propagate()
        if system.contradiction is not None:
            raise RefutedError(f"some row satisfies {system.contradiction}")
        return system

    @cached_property
    def definitions(self) -> Mapping[str, Polynomial]:
        """By name, in columns."""
        return {name: polynomial_of(body) for name, body in self.view.chip.definitions().items()}

    @cached_property
    def constraints(self) -> Mapping[str, Expression]:
        """Constraints by name."""
        return {constraint.name: constraint.expression for constraint in self.view.chip.constraints}

    @cached_property
    def own(self) -> frozenset[str]:
        """The columns that only the division speaks of: none that the call receives."""
        size = self.size
        names = [f"quotient_{i}" for i in range(size)] + [f"result_{i}" for i in range(size // 2)]
        names += [f"carry_{i}" for i in range(size - 1)] + [f"decides_{i}" for i in range(1, size // 2)]
        return frozenset([*names, "margin"])

    def factors(self, name: str) -> list[Polynomial]:
        """The factors of a constraint of a real row, in columns. Raises RefutedError where there is none."""
        if name not in self.constraints:
            raise RefutedError(f"the row has {name}")
        return [self.in_columns(factor) for factor in factors_of(self.constraints[name])]

    def in_columns(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial without names of definitions, on a real row."""
        while self.definitions.keys() & polynomial.variables():
            polynomial = polynomial.substituted(self.definitions)
        return self.system.resolve(polynomial)

    def integers(self, polynomial: Polynomial) -> Integers:
        """The terms with coefficients of least absolute value."""
        return {monomial: centered(c) for monomial, c in self.in_columns(polynomial).terms.items()}

    def interval(self, terms: Integers) -> Interval:
        """What the columns' ranges say of the terms together."""
        return integer_form(terms, self.system.ranges).interval

    def exact(self, name: str, terms: Integers) -> Integers:
        """Terms that vanish over the integers where they do modulo p. Raises RefutedError if they may be p or more."""
        interval = self.interval(terms)
        if interval.low <= -P or interval.high >= P:
            raise RefutedError(f"{name} does not wrap around p")
        return terms

    def range_of(self, name: str) -> Interval:
        """What is known of a column."""
        return self.system.ranges[name]

    @cached_property
    def equations(self) -> list[Integers]:
        """The limbs of the division. Raises RefutedError if one is not one exact equation."""
        found = []
        for i in range(self.size):
            name = f"limb_{i}_of_the_division"
            factors = self.factors(name)
            if len(factors) != 1:
                raise RefutedError(f"{name} is one equation")
            found.append(self.exact(name, self.integers(factors[0])))
        return found

    def number(self, limbs: Sequence[Polynomial]) -> Integers:
        """The number of limbs of 16 bits."""
        return sum_of({m: c << LIMB_BITS * i for m, c in self.integers(limb).items()} for i, limb in enumerate(limbs))

    def operand(self, name: str) -> list[Polynomial]:
        """The limbs of an operand as they are in memory before the call."""
        return [limb for access in self.view.doublewords[name] for limb in access.before]

    @property
    def modulus(self) -> list[Polynomial]:
        """The limbs of the modulus, which stands behind the addend."""
        return self.operand("addend_and_modulus")[self.size // 2 :]

    @property
    def result(self) -> list[Polynomial]:
        """The limbs that the call leaves."""
        return [limb for access in self.view.doublewords["result"] for limb in access.after]

    @cached_property
    def identity(self) -> Integers:
        """left * right + addend - quotient * modulus - result."""
        left, right = (self.number(self.operand(name)) for name in ("left", "right"))
        addend = self.number(self.operand("addend_and_modulus")[: self.size // 2])
        quotient: Integers = {(f"quotient_{i}",): 1 << BYTE_BITS * i for i in range(self.size)}
        multiple = product(quotient, self.number(self.modulus))
        return sum_of([product(left, right), addend, scaled(multiple, -1), scaled(self.number(self.result), -1)])

    def claim(self, claim: str, holds: bool) -> None:
        """Counts a claim. Raises RefutedError if it does not hold."""
        if not holds:
            raise RefutedError(claim)
        self.claims += 1

    def refute(self, session: Session, claim: str, formulas: Sequence[z3.BoolRef]) -> None:
        """Proves that formulas contradict each other. Raises RefutedError if they have a model."""
        title = f"{Kind.FUNCTION.value}/{self.view.chip.name}/{claim}"
        model = session.satisfying(title, formulas)
        if model is not None:
            cells = {str(d): model[d].as_long() for d in model.decls() if z3.is_int_value(model[d])}
            raise RefutedError(claim, Counterexample(cells, (claim,)))
        self.claims += 1


def sum_of(parts: Iterator[Integers] | Sequence[Integers]) -> Integers:
    """The sum, without terms that cancel."""
    total: dict[Monomial, int] = {}
    for part in parts:
        for monomial, coefficient in part.items():
            total[monomial] = total.get(monomial, 0) + coefficient
    return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}


def scaled(terms: Integers, factor: int) -> Integers:
    """Every term times a number."""
    return {monomial: coefficient * factor for monomial, coefficient in terms.items()}


def product(left: Integers, right: Integers) -> Integers:
    """The product, written out."""
    return sum_of(
        {tuple(sorted(one + other)): coefficient * factor for other, factor in right.items()}
        for one, coefficient in left.items()
    )


def linear(terms: Integers) -> z3.ArithRef:
    """The terms over integers named as their columns."""
    return z3.Sum([z3.IntVal(0), *(reduce(lambda a, b: a * b, map(z3.Int, m), z3.IntVal(c)) for m, c in terms.items())])


def bounds_of(division: Division, *terms: Integers) -> list[z3.BoolRef]:
    """The ranges of all columns that the terms speak of."""
    names = sorted({name for part in terms for monomial in part for name in monomial})
    ranges = [(z3.Int(name), division.range_of(name)) for name in names]
    return [bound for cell, known in ranges for bound in (cell >= known.low, cell <= known.high)]


def leave_out_division(system: RowSystem, division: Division) -> None:
    """Leaves out what speaks of the division's own columns, and what its products are."""
    chip = division.view.chip
    known: dict[Expression, frozenset[str]] = {}
    bodies = chip.definitions().items()
    products = {name for name, body in bodies if body.degree > 1 or cells_of(body, known) & division.own}
    left_out = {f"definition of {name}" for name in products}
    left_out |= {c.name for c in chip.constraints if cells_of(c.expression, known) & division.own}
    system.facts = [fact for fact in system.facts if fact.source not in left_out]


def prove_division(division: Division) -> None:
    """The equations with the weights of their limbs are the division. Bytes make a quotient that is not too wide."""
    weighted = sum_of([scaled(equation, 1 << LIMB_BITS * i) for i, equation in enumerate(division.equations)])
    division.claim("left * right + addend = quotient * modulus + result", weighted == division.identity)
    for i in range(division.size):
        division.claim(f"quotient_{i} is a byte", division.range_of(f"quotient_{i}") == bits(BYTE_BITS))
    for i, limb in enumerate(division.result):
        interval = division.interval(division.integers(limb))
        division.claim(f"limb {i} of the result has 16 bits", interval.low >= 0 and interval.high < LIMB_BASE)


def _deciding(division: Division, number: int) -> dict[str, Polynomial]:
    """The flags' columns where one limb decides."""
    return {f"decides_{i}": Polynomial.constant(int(i == number)) for i in range(1, division.size // 2)}


def comparison(division: Division, number: int) -> list[Integers]:
    """What the comparison's equations say where this limb decides."""
    names = [f"undecided_limb_{i}_is_equal" for i in range(1, division.size // 2)]
    found = []
    for name in (*names, "margin_is_of_the_deciding_limb"):
        factors = [factor.substituted(_deciding(division, number)) for factor in division.factors(name)]
        if any(not factor.terms for factor in factors):
            continue
        (equation,) = [factor for factor in factors if not factor.is_constant] or [Polynomial.constant(1)]
        found.append(division.exact(name, division.integers(equation)))
    return found
