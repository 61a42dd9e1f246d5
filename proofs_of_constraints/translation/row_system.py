"""What a row of a chip is known to satisfy, in one case of its selectors and flags, in the form solvers take.

Everything comes from the chip's declaration, its buses' contracts and named assumptions. A system is simplified as
it is built: constants are propagated, ranges are tightened, and a variable that may be any field element is replaced
by the polynomial that some equation makes it. Each step keeps the set of solutions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from proofs_of_constraints.translation.contracts import (
    BytesWithDigits,
    Conjoined,
    Contracts,
    RowOfKey,
    ValueOfWidth,
)
from proofs_of_constraints.translation.interval import (
    BOOLEAN,
    ELEMENT,
    Interval,
    LiftedEquation,
    bits,
    centered_form,
    lifted,
    tightened,
)
from proofs_of_constraints.translation.polynomial import (
    Monomial,
    Polynomial,
    centered,
)
from proofs_of_constraints.translation.row_facts import Conjunction, Fact, Implication, Lookup, TakenApart, is_boolean
from spec.air.chip import Interaction
from spec.field import P, inverse

SMALL_INTERVAL = 1 << 16
"""Two numbers that a variable may be tell something of it if both lie in less than this: an element tells nothing."""


MOST_TERMS = 8
"""The most products of a sum: one of more is no part of a flag, an address or a clock."""


@dataclass
class RowSystem:
    """One case of a row. `contradiction` names the source that rules the case out, if one does."""

    ranges: dict[str, Interval] = field(default_factory=dict)
    replaced: dict[str, Polynomial] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    implications: list[Implication] = field(default_factory=list)
    conjunctions: list[Conjunction] = field(default_factory=list)
    taken_apart: list[TakenApart] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    contradiction: str | None = None
    contracts: Contracts = field(default_factory=dict)

    def copy(self) -> RowSystem:
        return RowSystem(
            dict(self.ranges),
            dict(self.replaced),
            list(self.facts),
            list(self.implications),
            list(self.conjunctions),
            list(self.taken_apart),
            list(self.lookups),
            self.contradiction,
            self.contracts,
        )

    def resolve(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial in the variables that are left."""
        return polynomial.substituted(self.replaced)

    def variable(self, name: str) -> Polynomial:
        """A variable of the declaration in the variables that are left."""
        return self.replaced.get(name) or Polynomial.variable(name)

    def constrain(self, source: str, *factors: Polynomial) -> None:
        """Adds that the product of the factors vanishes."""
        self.facts.append(Fact(source, factors))

    def restrict(self, source: str, polynomial: Polynomial, interval: Interval) -> None:
        """Adds that the polynomial's canonical value lies in the interval."""
        polynomial = self.resolve(polynomial)
        if polynomial.is_constant:
            if not interval.low <= polynomial.constant_term <= interval.high:
                self.contradiction = source
            return
        shift = Polynomial.constant(polynomial.constant_term)
        name = (polynomial - shift).only_variable()
        if name is not None:
            self.ranges.setdefault(name, ELEMENT)
        if name is not None and (not shift.terms or self.ranges[name] == ELEMENT):
            # The variable stands for the representative that this makes small, if need be a negative one.
            offset = centered(polynomial.constant_term)
            interval = Interval(interval.low - offset, interval.high - offset)
            if offset:
                self.ranges[name] = interval
        else:
            name = f"{source}.value"
            self.ranges.setdefault(name, ELEMENT)
            if name not in self.replaced:
                # In front: what lookups say of a sum tells more about its parts than other equations do.
                self.facts.insert(0, Fact(source, (Polynomial.variable(name) - polynomial,)))
        self._narrow(source, name, interval)

    def assume(self, values: Mapping[str, int]) -> None:
        """Adds that variables have known values."""
        for name, value in values.items():
            self.constrain(f"case {name} = {value}", Polynomial.variable(name) - Polynomial.constant(value))

    def forget_long_products(self) -> None:
        """Drops the facts about long sums of products: what follows from the others follows from all. For questions of
        flags, addresses and clocks, which stand in none; simplifying takes twenty times as long with them."""
        self.facts = [f for f in self.facts if all(len(p.terms) <= MOST_TERMS or p.degree < 2 for p in f.factors)]

    def propagate(self) -> None:
        """Propagates constants, flags and decided lookups to a fixed point."""
        while self.contradiction is None and (self._simplify_facts() or self._take_lookups()):
            pass

    def simplify(self) -> None:
        """Propagates everything. A system that is to be split into cases is only propagated before."""
        self.propagate()
        while self.contradiction is None and (self._replace_element() or self._tighten()):
            self.propagate()
        if self.contradiction is None:
            self.eliminate_free_variables()
            self.implications = [
                Implication(i.source, i.free, tuple(map(self.resolve, i.premises)), self.resolve(i.conclusion))
                for i in self.implications
            ]
            self.conjunctions = [
                Conjunction(c.source, self.resolve(c.left), self.resolve(c.right), self.resolve(c.conjunction))
                for c in self.conjunctions
            ]
            self.taken_apart = [
                TakenApart(t.source, self.resolve(t.limb), tuple(map(self.resolve, t.parts)), t.digit_bits)
                for t in self.taken_apart
            ]

    def replace_multiples(self) -> None:
        """Replaces variables that an equation makes multiples of another one, where their range has all of these."""
        for fact in list(self.facts):
            polynomial = self.resolve(fact.factors[0])
            if len(fact.factors) > 1 or polynomial.degree != 1 or len(polynomial.variables()) != 2:
                continue
            for name in sorted(polynomial.variables()):
                coefficient = polynomial.terms[(name,)]
                rest = (polynomial - Polynomial({(name,): coefficient})).scaled(-inverse(coefficient))
                multiples = centered_form(rest, self.ranges).interval
                if self.ranges[name].meet(multiples) == multiples:
                    self._replace(name, rest)
                    break
        self.propagate()

    def eliminate_free_variables(self, kept: Collection[str] = ()) -> None:
        """Drops variables that may be any element and stand in one equation only, linearly: sum x_j a_j + b = 0 has a
        solution x just where some a_j is not zero or b is. Those that are to be spoken of are kept."""
        uses: dict[str, int] = {}
        polynomials = [f for fact in self.facts for f in fact.factors] + list(self.replaced.values())
        polynomials += [c for look in self.lookups for c in (look.multiplicity, *look.message)]
        polynomials += [c for look in self.conjunctions for c in (look.left, look.right, look.conjunction)]
        polynomials += [c for look in self.taken_apart for c in (look.limb, *look.parts)]
        for polynomial in polynomials:
            for name in polynomial.variables():
                uses[name] = uses.get(name, 0) + 1
        others = []
        for fact in self.facts:
            free = {n for f in fact.factors for n in f.variables() if self.ranges[n] == ELEMENT and uses[n] == 1}
            free -= set(kept)
            terms = fact.factors[0].terms
            if len(fact.factors) > 1 or not free or any(sum(n in free for n in m) > 1 for m in terms):
                others.append(fact)
                continue
            parts: dict[str, dict[Monomial, int]] = {}
            for monomial, coefficient in terms.items():
                name = next((n for n in monomial if n in free), "")
                parts.setdefault(name, {})[tuple(n for n in monomial if n != name)] = coefficient
            conclusion = Polynomial(parts.pop("", {}))
            premises = tuple(map(Polynomial, parts.values()))
            self.implications.append(Implication(fact.source, tuple(parts), premises, conclusion))
        self.facts = others

    def equations(self) -> list[tuple[str, LiftedEquation]]:
        """Every fact of a single factor, over the integers."""
        return [(f.source, lifted(f.factors[0], self.ranges)) for f in self.facts if len(f.factors) == 1]

    def wraps(self) -> dict[str, range]:
        """By source, the multiples of p of every equation that is not exact over the integers."""
        return {source: equation.multiples for source, equation in self.equations() if not equation.is_exact}

    def _narrow(self, source: str, name: str, interval: Interval) -> None:
        known = self.ranges[name]
        self.ranges[name] = known.meet(interval)
        if self.ranges[name].is_empty:
            self.contradiction = source
        elif self.ranges[name].low == self.ranges[name].high and known != self.ranges[name]:
            self.constrain(source, Polynomial.variable(name) - Polynomial.constant(self.ranges[name].low))

    def _replace(self, name: str, polynomial: Polynomial) -> None:
        replacement = {name: polynomial}
        self.replaced = {known: old.substituted(replacement) for known, old in self.replaced.items()}
        self.replaced[name] = polynomial

    def _simplify_facts(self) -> bool:
        changed = False
        pending, self.facts = self.facts, []
        for fact in pending:
            factors = tuple(map(self.resolve, fact.factors))
            if any(not factor.terms for factor in factors):
                continue
            factors = tuple(factor for factor in factors if not factor.is_constant)
            if not factors:
                self.contradiction = fact.source
                return False
            if len(factors) == 1 and self._solve(fact.source, factors[0]):
                changed = True
            elif len(factors) == 2 and is_boolean(factors):
                (name,) = factors[0].variables()
                if self.ranges[name].meet(BOOLEAN) != self.ranges[name]:
                    self._narrow(fact.source, name, BOOLEAN)
                    changed = True
            else:
                changed |= len(factors) == 2 and self._narrow_to_one_of_two(factors)
                self.facts.append(Fact(fact.source, factors))
        return changed

    def _narrow_to_one_of_two(self, factors: Sequence[Polynomial]) -> bool:
        """Narrows a variable that may be any element where either factor makes it a number of a small interval."""
        for name in sorted(factors[0].variables() & factors[1].variables()):
            coefficients = [factor.coefficient_alone(name) for factor in factors]
            if self.ranges[name] != ELEMENT or None in coefficients:
                continue
            intervals = [
                centered_form((factor - Polynomial({(name,): c})).scaled(-inverse(c)), self.ranges).interval
                for factor, c in zip(factors, coefficients, strict=True)
                if c is not None
            ]
            either = Interval(min(i.low for i in intervals), max(i.high for i in intervals))
            if either.high - either.low < SMALL_INTERVAL:
                # The variable stands for the representative that the factor makes it, if need be a negative one.
                self.ranges[name] = either
                return True
        return False

    def _solve(self, source: str, polynomial: Polynomial) -> bool:
        """Replaces a variable by what a linear equation of one or two variables makes of it."""
        variables = polynomial.variables()
        if len(variables) == 1 and polynomial.degree == 1:
            (name,) = variables
            value = -polynomial.constant_term * inverse(polynomial.terms[(name,)]) % P
            if all(not self.ranges[name].low <= number <= self.ranges[name].high for number in (value, value - P)):
                self.contradiction = source
            self._replace(name, Polynomial.constant(value))
            return True
        if len(variables) == 2 and polynomial.degree == 1:
            # An element that is a multiple of another variable, such as a flag.
            return self._replace_in(polynomial)
        return False

    def _replace_in(self, polynomial: Polynomial) -> bool:
        """Replaces a variable that may be any element by what this equation makes of it."""
        for name in sorted(polynomial.variables()):
            coefficient = polynomial.coefficient_alone(name)
            if self.ranges[name] == ELEMENT and coefficient is not None:
                rest = polynomial - Polynomial({(name,): coefficient})
                self._replace(name, rest.scaled(-inverse(coefficient)))
                return True
        return False

    def _replace_element(self) -> bool:
        """Replaces one variable by what an equation makes of it. That loses nothing: it may be any element."""
        for position, fact in enumerate(self.facts):
            if len(fact.factors) > 1:
                continue
            if self._replace_in(fact.factors[0]):
                del self.facts[position]
                return True
        return False

    def _take_lookups(self) -> bool:
        """Turns lookups whose multiplicity is decided into facts."""
        pending, self.lookups = self.lookups, []
        changed = False
        for lookup in pending:
            multiplicity = self.resolve(lookup.multiplicity)
            message = tuple(map(self.resolve, lookup.message))
            if not multiplicity.terms:
                continue
            if not multiplicity.is_constant or not self._take(lookup.interaction, message):
                self.lookups.append(Lookup(lookup.interaction, multiplicity, message))
            else:
                changed = True
        return changed

    def _take(self, interaction: Interaction, message: tuple[Polynomial, ...]) -> bool:
        """Adds what the receiver of this message may assume; False while a needed part is not decided."""
        bus, name = interaction.bus, interaction.name
        contract = self.contracts.get(bus.name)
        match contract:
            case ValueOfWidth(maximum_bits):
                value, width = message
                if not width.is_constant:
                    return False
                if width.constant_term > maximum_bits:
                    self.contradiction = name
                else:
                    self.restrict(name, value, bits(width.constant_term))
                return True
            case RowOfKey(rows):
                if not message[0].is_constant:
                    return False
                row = rows().get(message[0].constant_term)
                if row is None:
                    self.contradiction = name
                    return True
                for polynomial, cell in zip(message, row, strict=True):
                    self.constrain(name, polynomial - Polynomial.constant(cell))
                return True
        for part, polynomial in zip(bus.fields, message, strict=True):
            if part in bus.field_bits:
                self.restrict(f"{name}.{part}", polynomial, bits(bus.field_bits[part]))
        if isinstance(contract, Conjoined):
            self.conjunctions.append(Conjunction(name, *message))
        if isinstance(contract, BytesWithDigits):
            self.taken_apart.append(TakenApart(name, message[0], message[1:], contract.digit_bits))
        return True

    def _tighten(self) -> bool:
        changed = False
        for source, equation in self.equations():
            if equation.multiples.stop <= equation.multiples.start:
                self.contradiction = source
                return False
            for name, interval in tightened(equation, self.ranges).items():
                self._narrow(source, name, interval)
                changed = True
        return changed
