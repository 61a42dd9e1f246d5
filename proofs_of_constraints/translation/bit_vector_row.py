"""A row system as bit-vectors: integers in two's complement, wide enough that no equation overflows."""

from __future__ import annotations

from collections.abc import Sequence

import z3

from proofs_of_constraints.translation.formulas import all_of, any_of
from proofs_of_constraints.translation.interval import ELEMENT, IntegerForm, Interval, WrapError, centered_form, lifted
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.row_system import RowSystem
from spec.field import P
from spec.word import BYTE_BITS, XLEN

MAXIMUM_MULTIPLES = 64
"""An equation with more possible multiples of p than this is not worth a solver's time."""

WIDE_BITS = 96
"""The width of a wide row: a product of three elements, nearly."""


class BitVectorRow:
    """The formulas of one system. `width` bits hold every integer that occurs.

    A wide row also encodes what wraps around p often, with the multiple of p as an unknown: slow, for rows that lack
    a constraint.
    """

    def __init__(self, system: RowSystem, *, wide: bool = False) -> None:
        self.system = system
        self._wide = wide
        self._variables: dict[str, z3.BitVecRef] = {}
        self._bounds: list[z3.BoolRef] = []
        sizes = [_bits(lifted(polynomial, system.ranges).form.interval) for polynomial in self._polynomials()]
        self.width = 2 + max([WIDE_BITS if wide else ELEMENT.bits, *sizes])

    def _polynomials(self) -> list[Polynomial]:
        system = self.system
        found = [factor for fact in system.facts for factor in fact.factors]
        for implication in system.implications:
            found += [*implication.premises, implication.conclusion]
        for conjunction in system.conjunctions:
            found += [conjunction.left, conjunction.right, conjunction.conjunction]
        for taken in system.taken_apart:
            found += [taken.limb, *taken.parts]
        return found

    def formulas(self) -> list[z3.BoolRef]:
        """What the row satisfies, ranges of the variables that occur included."""
        system = self.system
        found = [any_of(*map(self.vanishes, fact.factors)) for fact in system.facts]
        for implication in system.implications:
            premises = all_of(*map(self.vanishes, implication.premises))
            found.append(z3.Implies(premises, self.vanishes(implication.conclusion)))
        for conjunction in system.conjunctions:
            left, right = self.value(conjunction.left), self.value(conjunction.right)
            found.append(self.value(conjunction.conjunction) == left & right)
        for taken in system.taken_apart:
            limb = self.value(taken.limb)
            for number, part in enumerate(taken.parts):
                found.append(self.value(part) == self._spread(limb, BYTE_BITS * number, taken.digit_bits))
        return [*self._bounds, *found]

    def _spread(self, limb: z3.BitVecRef, first: int, digit_bits: int) -> z3.BitVecRef:
        """The number whose digits of so many bits are those of the byte from this bit on."""
        digits = [z3.ZeroExt(digit_bits - 1, z3.Extract(first + i, first + i, limb)) for i in range(BYTE_BITS)]
        return z3.ZeroExt(self.width - BYTE_BITS * digit_bits, z3.Concat(*reversed(digits)))

    def bounds(self) -> list[z3.BoolRef]:
        """The ranges of all variables used so far, and what defines their values."""
        return list(self._bounds)

    def variable(self, name: str) -> z3.BitVecRef:
        """A variable's representative, in `width` bits."""
        if name not in self._variables:
            interval = self.system.ranges[name]
            size = Interval(0, interval.high - min(0, interval.low)).bits
            raw = z3.BitVec(name, size)
            term = z3.ZeroExt(self.width - size, raw)
            if interval.low < 0:
                term = term + z3.BitVecVal(interval.low, self.width)
            self._variables[name] = term
            if interval.high - min(0, interval.low) != (1 << size) - 1:
                self._bounds.append(term <= interval.high)
            if interval.low > 0:
                self._bounds.append(term >= interval.low)
        return self._variables[name]

    def vanishes(self, polynomial: Polynomial) -> z3.BoolRef:
        """That the polynomial is zero modulo p.

        Raises WrapError if a polynomial wraps around p too often to be encoded.
        """
        equation = lifted(self.system.resolve(polynomial), self.system.ranges)
        if equation.multiples.stop - equation.multiples.start > MAXIMUM_MULTIPLES:
            if self._wide:
                return self._term(equation.form) == self._multiple(equation.multiples)
            raise WrapError(f"{polynomial} = k p for {equation.multiples}")
        term = self._term(equation.form)
        return any_of(*(term == k * P for k in equation.multiples))

    def value(self, polynomial: Polynomial) -> z3.BitVecRef:
        """The polynomial's canonical value in [0, p), in `width` bits.

        Raises WrapError if a polynomial wraps around p too often to be encoded.
        """
        form = centered_form(self.system.resolve(polynomial), self.system.ranges)
        term, interval = self._term(form), form.interval
        if interval.low >= 0 and interval.high < P:
            return term
        multiples = range(interval.low // P, interval.high // P + 1)
        if multiples.stop - multiples.start > MAXIMUM_MULTIPLES or _bits(interval) > self.width - 2:
            if self._wide and _bits(interval) <= self.width - 2:
                value = term - self._multiple(multiples)
                self._bounds += [value >= 0, value < P]
                return value
            raise WrapError(f"{polynomial} has values from {interval.low} to {interval.high}")
        value = term - multiples[0] * P
        for k in multiples[1:]:
            value = z3.If(term >= k * P, term - k * P, value)
        return value

    def _multiple(self, multiples: range) -> z3.BitVecRef:
        """An unknown multiple of p."""
        multiple = z3.FreshConst(z3.BitVecSort(self.width), "multiple")
        self._bounds += [multiple >= multiples.start, multiple < multiples.stop]
        return multiple * P

    def word(self, limbs: Sequence[Polynomial]) -> z3.BitVecRef:
        """The 64-bit word of equally wide limbs, least significant first.

        Only the low bits of a limb's value are taken. That there are no others is a claim of its own.
        """
        highest = XLEN // len(limbs) - 1
        return z3.simplify(z3.Concat(*(z3.Extract(highest, 0, self.value(limb)) for limb in reversed(limbs))))

    def as_word(self, polynomial: Polynomial) -> z3.BitVecRef:
        """The value as a 64-bit word."""
        value = self.value(polynomial)
        excess = self.width - XLEN
        return z3.Extract(XLEN - 1, 0, value) if excess > 0 else z3.ZeroExt(-excess, value)

    def cells(self, model: z3.ModelRef) -> dict[str, int]:
        """Every variable of the declaration and its value modulo p in a model."""
        values: dict[str, int] = {}
        for name, interval in self.system.ranges.items():
            if name in self._variables:
                value = model.eval(self._variables[name], model_completion=True).as_signed_long()
            else:
                value = interval.low
            values[name] = value % P
        for implication in self.system.implications:
            implication.solve(values)
        for name, polynomial in self.system.replaced.items():
            values[name] = polynomial.value(values)
        return values

    def _term(self, form: IntegerForm) -> z3.BitVecRef:
        total = z3.BitVecVal(form.terms.get((), 0), self.width)
        for monomial, coefficient in form.terms.items():
            if monomial:
                total = total + self._monomial(monomial) * coefficient
        return total

    def _monomial(self, monomial: tuple[str, ...]) -> z3.BitVecRef:
        product = self.variable(monomial[0])
        for name in monomial[1:]:
            product = product * self.variable(name)
        return product


def _bits(interval: Interval) -> int:
    return max(abs(interval.low), abs(interval.high), P).bit_length()
