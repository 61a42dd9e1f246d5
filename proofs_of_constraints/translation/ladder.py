"""A row's cells from its inputs, equation by equation, over the integers.

An equation with one unknown cell gives it; one whose unknown cells are digits, such as a limb and its carry, gives
them all. Such a definition always has a solution over the integers, so it is sound to assume it. That the cells so
found have their ranges and satisfy every other constraint is left to be proven.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from itertools import pairwise

import z3

from proofs_of_constraints.translation.formulas import all_of, any_of, sum_of_terms
from proofs_of_constraints.translation.interval import BOOLEAN, ELEMENT, Interval, centered_form, lifted
from proofs_of_constraints.translation.polynomial import Monomial, Polynomial
from proofs_of_constraints.translation.row_facts import Fact
from proofs_of_constraints.translation.row_system import RowSystem
from spec.field import P

MANY_MULTIPLES = 8
"""An equation that could be more multiples of p than these is taken to be 0, which is one way to satisfy it."""


class _Choice(Enum):
    """What an equation leaves open of its unknown cells: the less, the earlier it is solved."""

    NONE = auto()
    NOTHING_KNOWN = auto()
    """It has nothing but unknown cells, all of which are taken to be zero or what is left over."""
    ALIKE = auto()
    """Two digits have one size: the first of them is taken to be zero."""


class Ladder:
    """The cells of one case of a row. `definitions` may be assumed, `claims` make the row satisfy the case."""

    def __init__(self, system: RowSystem, prefix: str) -> None:
        self.declared = system.copy()
        """The case before it receives anything."""
        self.received: list[tuple[str, Polynomial, z3.ArithRef]] = []
        """What the row receives: a name, the polynomial in its place, and the value."""
        self.system = system
        self.cells: dict[str, z3.ArithRef] = {}
        self.definitions: list[z3.BoolRef] = []
        self.product_bounds: list[z3.BoolRef] = []
        """True if the cells in products have their ranges."""
        self.ranges: dict[str, z3.BoolRef] = {}
        """By cell, the claim that it has its range."""
        self.claims: dict[str, z3.BoolRef] = {}
        self.with_digits: set[str] = set()
        """Received cells of which their sender ensures that their digits are bits."""
        self._prefix = prefix
        self._products: dict[Monomial, z3.ArithRef] = {}

    def receive(self, source: str, polynomial: Polynomial, value: z3.ArithRef) -> None:
        """The row must receive this value in the place of the polynomial."""
        for spoken_of in polynomial.variables():
            # Of what no constraint speaks anything may be received.
            self.system.ranges.setdefault(spoken_of, ELEMENT)
            self.declared.ranges.setdefault(spoken_of, ELEMENT)
        polynomial = self.system.resolve(polynomial)
        self.received.append((source, polynomial, value))
        name = polynomial.only_variable()
        if name is not None and name not in self.cells:
            self.cells[name] = value
            self._claim_range(name)
        elif polynomial.is_constant or polynomial.variables() <= self.cells.keys():
            self.claims[source] = self._has_value(polynomial, value)
        else:
            name = f"{source}.received"
            self.system.ranges[name] = ELEMENT
            self.cells[name] = value
            # In front: inputs come before everything that is found from them.
            self.system.facts.insert(0, Fact(source, (polynomial - Polynomial.variable(name),)))

    def climb(self, seeds: Mapping[str, z3.ArithRef]) -> None:
        """Defines every cell: `seeds` are cells that no equation gives; what is left may be anything."""
        for name, seed in seeds.items():
            self.cells[name] = seed
            self._claim_range(name)
        pending = [(f.source, f.factors[0]) for f in self.system.facts if len(f.factors) == 1]
        # An equation that leaves no choice comes first.
        while any(self._define(*fact, choice) for choice in _Choice for fact in pending):
            pass
        found = self.cells.keys() | self.system.replaced.keys()
        open_cells: set[str | None] = {name for name in self.system.ranges if name not in found}
        looked_up = {name for c in self.system.conjunctions for name in c.conjunction.variables()}
        looked_up |= {name for t in self.system.taken_apart for part in (t.limb, *t.parts) for name in part.variables()}
        for name, interval in self.system.ranges.items():
            if name not in self.cells and name not in self.system.replaced:
                self.cells[name] = z3.Int(f"{self._prefix}{name}")
                # What is looked up exists and has its range; nothing else speaks of the other cells.
                self.definitions += _within(self.cells[name], interval if name in looked_up else Interval(0, 0))
        self._claim_conjunctions(open_cells)
        self._claim_bytes(open_cells)
        for fact in self.system.facts:
            self.claims[fact.source] = any_of(*map(self._vanishes, fact.factors))
        for implication in self.system.implications:
            solvable = [z3.Not(self._vanishes(premise)) for premise in implication.premises]
            self.claims[implication.source] = z3.Or(self._vanishes(implication.conclusion), *solvable)

    def _claim_conjunctions(self, open_cells: set[str | None]) -> None:
        """A conjunction is found by looking it up where nothing else says what it is; else there may be none."""
        for lookup in self.system.conjunctions:
            name = self.system.resolve(lookup.conjunction).only_variable()
            if name not in open_cells:
                self.claims[lookup.source] = z3.BoolVal(False)
            open_cells -= {name}

    def _claim_bytes(self, open_cells: set[str | None]) -> None:
        """Bytes are found by looking up their limb, or a limb by its bytes, where nothing else says what they are."""
        for lookup in self.system.taken_apart:
            limb, *parts = (self.system.resolve(part).only_variable() for part in (lookup.limb, *lookup.parts))
            has_bytes = limb in self.cells.keys() - open_cells and len(open_cells & {*parts}) == len(parts)
            has_limb = limb in open_cells and self.with_digits >= {*parts}
            if not has_bytes and not has_limb:
                self.claims[lookup.source] = z3.BoolVal(False)
            open_cells -= {limb, *parts}

    def factors(self) -> set[str]:
        """The cells that are multiplied with others."""
        return {name for monomial in self._products for name in monomial}

    def _claim_range(self, name: str) -> None:
        bounds = _within(self.cells[name], self.system.ranges[name])
        if bounds:
            self.ranges[name] = all_of(*bounds)

    def _define(self, source: str, polynomial: Polynomial, choice: _Choice) -> bool:
        """Defines the unknown cells of an equation, if it gives them and leaves this choice."""
        unknown = polynomial.variables() - self.cells.keys()
        if not unknown:
            return False
        terms = lifted(polynomial, self.system.ranges).form.terms
        if any(len(monomial) > 1 and unknown & set(monomial) for monomial in terms):
            return False
        rest = {monomial: c for monomial, c in terms.items() if not unknown & set(monomial)}
        digits = sorted((abs(terms[(name,)]), name) for name in unknown)
        sizes = [size for size, _ in digits]
        if any(larger % smaller for smaller, larger in pairwise(sizes)):
            return False
        says_nothing = len(digits) > 1 and rest.keys() <= {()}
        alike = len(set(sizes)) < len(sizes)
        if says_nothing and alike:
            return False
        if choice is not (_Choice.NOTHING_KNOWN if says_nothing else _Choice.ALIKE if alike else _Choice.NONE):
            return False
        self._take_digits(source, terms, digits, -self.term(rest))
        return True

    def _take_digits(
        self, source: str, terms: Mapping[Monomial, int], digits: list[tuple[int, str]], remaining: z3.ArithRef
    ) -> None:
        """Solves sum of coefficient * digit = remaining, from the smallest digit up."""
        unit = digits[0][0]
        if unit > 1:
            quotient, left_over = (z3.Int(f"{self._prefix}{source}: {part}") for part in ("quotient", "left over"))
            self.definitions += [remaining == unit * quotient + left_over, left_over >= 0, left_over < unit]
            self.claims[f"{source}: divisible by {unit}"] = left_over == 0
            remaining = quotient
        for position, (size, name) in enumerate(digits):
            sign = 1 if terms[(name,)] > 0 else -1
            cell = z3.Int(f"{self._prefix}{name}")
            if position + 1 == len(digits):
                self.definitions.append(cell == sign * remaining)
            else:
                base = digits[position + 1][0] // size
                quotient = z3.Int(f"{self._prefix}{source}: after {name}")
                self.definitions += [remaining == sign * cell + base * quotient, cell >= 0, cell < base]
                remaining = quotient
            self.cells[name] = cell
            self._claim_range(name)

    def _has_value(self, polynomial: Polynomial, value: z3.ArithRef) -> z3.BoolRef:
        return self.term(centered_form(polynomial, self.system.ranges).terms) == value

    def _vanishes(self, polynomial: Polynomial) -> z3.BoolRef:
        equation = lifted(polynomial, self.system.ranges)
        term = self.term(equation.form.terms)
        if equation.multiples.stop - equation.multiples.start > MANY_MULTIPLES:
            return term == 0
        return any_of(*(term == k * P for k in equation.multiples))

    def term(self, terms: Mapping[Monomial, int]) -> z3.ArithRef:
        """Integer terms in the cells."""
        return sum_of_terms([self._monomial(m) * c for m, c in terms.items()])

    def _monomial(self, monomial: Monomial) -> z3.ArithRef:
        flags = sorted({name for name in monomial if self.system.ranges[name] == BOOLEAN})
        product = self._product(tuple(name for name in monomial if name not in flags))
        for flag in flags:
            product = z3.If(self.cells[flag] == 1, product, 0)
        return product

    def _product(self, names: Monomial) -> z3.ArithRef:
        if len(names) < 2:
            return self.cells[names[0]] if names else z3.IntVal(1)
        if names not in self._products:
            bound = 1
            for name in names:
                bound *= self.system.ranges[name].high
            self._products[names] = z3.Int(f"{self._prefix}{'*'.join(names)}")
            self.product_bounds += _within(self._products[names], Interval(0, bound))
        return self._products[names]


def _within(cell: z3.ArithRef, interval: Interval) -> list[z3.BoolRef]:
    return [] if interval == ELEMENT else [cell >= interval.low, cell <= interval.high]
