"""The calls that multiply and add modulo a number: left * right + addend = quotient * modulus + result.

The generic part of a call's row is proven as that of any other call, without the equations of the division. These are
integer equations, limb by limb, of products of bytes that no solver multiplies: that each is exact, and that with the
weights of their limbs they add up to the division, are identities of polynomials, which are compared term by term. What
is left is linear: the result is below the modulus, and every division of such numbers has a row.

Equations are found by their names, which are hints: a wrong one makes a proof fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce

import z3

from proofs_of_constraints.calls.call_completeness import prove_call_complete
from proofs_of_constraints.calls.call_row import (
    ASSUMED,
    CallExecution,
    prove_call_function,
    prove_call_row_exists,
)
from proofs_of_constraints.calls.call_view import CallView, call_view_of
from proofs_of_constraints.obligations.assumptions import CLOCKS, FUNCTION, MEMORY_LIMBS, PROGRAM_TABLE
from proofs_of_constraints.obligations.determinism import prove_determinism
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.cells import cells_of
from proofs_of_constraints.translation.execution import Claim, executed_row
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.interval import BOOLEAN, Interval, bits, integer_form
from proofs_of_constraints.translation.polynomial import Monomial, Polynomial, centered, factors_of, polynomial_of
from proofs_of_constraints.translation.program_layout import Executed, executed_instructions
from proofs_of_constraints.translation.row_system import RowSystem
from spec.air.chip import Chip
from spec.air.expression import Expression
from spec.field import P
from spec.isa.instruction import System
from spec.memory_map import DOUBLEWORD_BYTES
from spec.rv64im.buses import LIMB_BITS
from spec.word import BYTE_BITS

LIMB_BASE = 1 << LIMB_BITS

Integers = Mapping[Monomial, int]
"""A polynomial with integer coefficients."""


class _RefutedError(Exception):
    """A claim does not hold; the message says which."""

    def __init__(self, claim: str, found: Counterexample | None = None) -> None:
        super().__init__(claim)
        self.outcome = Outcome(Verdict.REFUTED, f"not so: {claim}", found)


def modular_obligations(chip: Chip) -> Iterator[Obligation]:
    """The obligations of the call's chip that stand in the place of those of an instruction's."""
    executed = _executed()

    def of(prove: Callable[[Session, Division], Outcome]) -> Callable[[Session], Outcome]:
        return lambda session: _outcome(session, chip, prove)

    yield Obligation(Kind.NOT_VACUOUS, chip.name, executed.name, (), of(_prove_exists))
    yield Obligation(Kind.FUNCTION, chip.name, executed.name, ASSUMED, of(_prove_function))
    yield Obligation(Kind.DETERMINISM, chip.name, executed.name, (*ASSUMED, FUNCTION), of(_prove_determined))
    complete = (PROGRAM_TABLE, MEMORY_LIMBS, CLOCKS)
    yield Obligation(Kind.COMPLETE, chip.name, executed.name, complete, of(_prove_complete))


def _outcome(session: Session, chip: Chip, prove: Callable[[Session, Division], Outcome]) -> Outcome:
    try:
        return prove(session, Division(call_view_of(chip)))
    except _RefutedError as refuted:
        return refuted.outcome


def _executed() -> Executed:
    (found,) = [e for e in executed_instructions() if e.instruction.meaning is System.ENVIRONMENT_CALL]
    return found


@dataclass
class Division:
    """A row's division, with its polynomials over the integers."""

    view: CallView
    claims: int = field(default=0)

    @cached_property
    def size(self) -> int:
        """Of each operand in bytes, which is also how many equations of 16 bits there are."""
        return DOUBLEWORD_BYTES * self.view.call.operands[0].doublewords

    @cached_property
    def system(self) -> RowSystem:
        """What lookups, the program and memory say of the row's cells."""
        system = executed_row(self.view.row, _executed())
        system.propagate()
        if system.contradiction is not None:
            raise _RefutedError(f"some row satisfies {system.contradiction}")
        return system

    @cached_property
    def definitions(self) -> Mapping[str, Polynomial]:
        """By name, in columns."""
        return {name: polynomial_of(body) for name, body in self.view.chip.definitions().items()}

    @cached_property
    def constraints(self) -> Mapping[str, Expression]:
        return {constraint.name: constraint.expression for constraint in self.view.chip.constraints}

    @cached_property
    def own(self) -> frozenset[str]:
        """The columns that only the division speaks of: none that the call receives."""
        size = self.size
        names = [f"quotient_{i}" for i in range(size)] + [f"result_{i}" for i in range(size // 2)]
        names += [f"carry_{i}" for i in range(size - 1)] + [f"decides_{i}" for i in range(1, size // 2)]
        return frozenset([*names, "margin"])

    def factors(self, name: str) -> list[Polynomial]:
        """The factors of a constraint of a real row, in columns. Raises _RefutedError."""
        if name not in self.constraints:
            raise _RefutedError(f"the row has {name}")
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
        return integer_form(terms, self.system.ranges).interval

    def exact(self, name: str, terms: Integers) -> Integers:
        """Terms that vanish over the integers where they do modulo p. Raises _RefutedError."""
        interval = self.interval(terms)
        if interval.low <= -P or interval.high >= P:
            raise _RefutedError(f"{name} does not wrap around p")
        return terms

    def range_of(self, name: str) -> Interval:
        return self.system.ranges[name]

    @cached_property
    def equations(self) -> list[Integers]:
        """The limbs of the division."""
        found = []
        for i in range(self.size):
            name = f"limb_{i}_of_the_division"
            factors = self.factors(name)
            if len(factors) != 1:
                raise _RefutedError(f"{name} is one equation")
            found.append(self.exact(name, self.integers(factors[0])))
        return found

    def number(self, limbs: Sequence[Polynomial]) -> Integers:
        """The number of limbs of 16 bits."""
        return _sum({m: c << LIMB_BITS * i for m, c in self.integers(limb).items()} for i, limb in enumerate(limbs))

    def operand(self, name: str) -> list[Polynomial]:
        """The limbs of an operand as they are in memory before the call."""
        return [limb for access in self.view.doublewords[name] for limb in access.before]

    @property
    def modulus(self) -> list[Polynomial]:
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
        multiple = _product(quotient, self.number(self.modulus))
        return _sum([_product(left, right), addend, _scaled(multiple, -1), _scaled(self.number(self.result), -1)])

    def claim(self, claim: str, holds: bool) -> None:
        if not holds:
            raise _RefutedError(claim)
        self.claims += 1

    def refute(self, session: Session, claim: str, formulas: Sequence[z3.BoolRef]) -> None:
        """Proves that formulas contradict each other."""
        title = f"{Kind.FUNCTION.value}/{self.view.chip.name}/{claim}"
        model = session.satisfying(title, formulas)
        if model is not None:
            cells = {str(d): model[d].as_long() for d in model.decls() if z3.is_int_value(model[d])}
            raise _RefutedError(claim, Counterexample(cells, (claim,)))
        self.claims += 1


def _sum(parts: Iterator[Integers] | Sequence[Integers]) -> Integers:
    total: dict[Monomial, int] = {}
    for part in parts:
        for monomial, coefficient in part.items():
            total[monomial] = total.get(monomial, 0) + coefficient
    return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}


def _scaled(terms: Integers, factor: int) -> Integers:
    return {monomial: coefficient * factor for monomial, coefficient in terms.items()}


def _product(left: Integers, right: Integers) -> Integers:
    return _sum(
        {tuple(sorted(one + other)): coefficient * factor for other, factor in right.items()}
        for one, coefficient in left.items()
    )


def _linear(terms: Integers) -> z3.ArithRef:
    """The terms over integers named as their columns."""
    return z3.Sum([z3.IntVal(0), *(reduce(lambda a, b: a * b, map(z3.Int, m), z3.IntVal(c)) for m, c in terms.items())])


def _bounds(division: Division, *terms: Integers) -> list[z3.BoolRef]:
    names = sorted({name for part in terms for monomial in part for name in monomial})
    ranges = [(z3.Int(name), division.range_of(name)) for name in names]
    return [bound for cell, known in ranges for bound in (cell >= known.low, cell <= known.high)]


def _generic(system: RowSystem, division: Division) -> None:
    """Leaves out what speaks of the division's own columns, and what its products are."""
    chip = division.view.chip
    known: dict[Expression, frozenset[str]] = {}
    bodies = chip.definitions().items()
    products = {name for name, body in bodies if body.degree > 1 or cells_of(body, known) & division.own}
    left_out = {f"definition of {name}" for name in products}
    left_out |= {c.name for c in chip.constraints if cells_of(c.expression, known) & division.own}
    system.facts = [fact for fact in system.facts if fact.source not in left_out]


def _prove_function(session: Session, division: Division) -> Outcome:
    view = division.view
    generic = prove_call_function(session, view, _nothing_more, lambda system: _generic(system, division))
    if generic.verdict is not Verdict.PROVEN:
        # A row that shows it has to satisfy the division as well, which is linear for some operands.
        shown = prove_call_function(session, view, _nothing_more, values=_some_values(division))
        return shown if shown.verdict is Verdict.REFUTED else generic
    _prove_division(division)
    _prove_below(session, division)
    _prove_only_result(session, division)
    return Outcome(Verdict.PROVEN, f"{generic.detail}, {division.claims} of the division")


def _prove_division(division: Division) -> None:
    """The equations with the weights of their limbs are the division. Bytes make a quotient that is not too wide."""
    weighted = _sum([_scaled(equation, 1 << LIMB_BITS * i) for i, equation in enumerate(division.equations)])
    division.claim("left * right + addend = quotient * modulus + result", weighted == division.identity)
    for i in range(division.size):
        division.claim(f"quotient_{i} is a byte", division.range_of(f"quotient_{i}") == bits(BYTE_BITS))
    for i, limb in enumerate(division.result):
        interval = division.interval(division.integers(limb))
        division.claim(f"limb {i} of the result has 16 bits", interval.low >= 0 and interval.high < LIMB_BASE)


def _flags(division: Division) -> list[Polynomial]:
    """By limb, the flag that it decides, the lowest first."""
    others = [Polynomial.variable(f"decides_{i}") for i in range(1, division.size // 2)]
    return [division.in_columns(Polynomial.variable("decides_0")), *others]


def _deciding(division: Division, number: int) -> dict[str, Polynomial]:
    """The flags' columns where one limb decides."""
    return {f"decides_{i}": Polynomial.constant(int(i == number)) for i in range(1, division.size // 2)}


def _comparison(division: Division, number: int) -> list[Integers]:
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


def _prove_below(session: Session, division: Division) -> None:
    """The result is less than the modulus: whichever limb decides, and one does."""
    flags = _flags(division)
    count = division.size // 2
    for i in range(1, count):
        factors = division.factors(f"decides_{i}_is_boolean")
        division.claim(f"decides_{i} is a bit", _is_boolean(factors, Polynomial.variable(f"decides_{i}")))
    division.claim("decides_0 is a bit", _is_boolean(division.factors("one_limb_decides"), flags[0]))
    total = reduce(lambda a, b: a + b, flags)
    # All of them bits, far fewer than p: so the number of those that are 1 is 1.
    division.claim("one limb decides", total == Polynomial.constant(1))
    result, modulus = division.number(division.result), division.number(division.modulus)
    for number in range(count):
        equations = _comparison(division, number)
        bounds = _bounds(division, result, modulus, *equations)
        not_below = _linear(result) >= _linear(modulus)
        given = [_linear(equation) == 0 for equation in equations]
        division.refute(
            session, f"the result is below the modulus if limb {number} decides", [not_below, *given, *bounds]
        )


def _is_boolean(factors: Sequence[Polynomial], flag: Polynomial) -> bool:
    if len(factors) != 2:
        return False
    return {frozenset(f.terms.items()) for f in factors} in (
        {frozenset(flag.terms.items()), frozenset((flag - Polynomial.constant(1)).terms.items())},
        {frozenset(flag.terms.items()), frozenset((Polynomial.constant(1) - flag).terms.items())},
    )


def _prove_only_result(session: Session, division: Division) -> None:
    """Of two quotients with results below the modulus, neither is more than the other, and the results are the same.

    Otherwise a multiple of the modulus would be the difference of the results, which is less than the modulus.
    """
    modulus, result, other, more, multiple = z3.Ints("modulus result other more multiple")
    least = [modulus >= 1, more >= 1]
    division.refute(session, "a multiple of the modulus is no less", [*least, more * modulus < modulus])
    below = [result >= 0, result < modulus, other >= 0, other < modulus]
    # more * modulus + result = other, with the multiple for the product.
    given = [*below, multiple + result == other, z3.Implies(more >= 1, multiple >= modulus)]
    given += [z3.Implies(more <= -1, multiple <= -modulus), z3.Implies(more == 0, multiple == 0)]
    division.refute(session, "there is one result", [*given, z3.Or(more != 0, result != other)])


def _nothing_more(_: CallExecution) -> Sequence[Claim]:
    """The division is proven by itself."""
    return ()


def _prove_exists(session: Session, division: Division) -> Outcome:
    """A row satisfies everything, checked on the declaration modulo p."""
    return prove_call_row_exists(session, division.view, _some_values(division))


def _some_values(division: Division) -> dict[str, int]:
    """The cells of some operands and their quotient."""
    size = division.size
    number = int.from_bytes(bytes(range(1, size + 1)), "little")
    modulus = number // 3
    left, right, addend = number % modulus, number // 7, number // 5
    quotient = (left * right + addend) // modulus
    values: dict[str, int] = {}
    for name, value in (("left", left), ("right", right), ("modulus", modulus), ("quotient", quotient)):
        values |= {f"{name}_{i}": value >> BYTE_BITS * i & 0xFF for i in range(size)}
    return values | {f"addend_{i}": addend >> LIMB_BITS * i & LIMB_BASE - 1 for i in range(size // 2)}


def _prove_determined(session: Session, division: Division) -> Outcome:
    """As for every call: without the division, which only says more."""
    return prove_determinism(session, division.view.row, _executed(), lambda system: _generic(system, division))


def _prove_complete(session: Session, division: Division) -> Outcome:
    """Any operands with a result have a row: all but the division as for other calls, the division by its numbers."""
    generic = prove_call_complete(session, division.view, lambda system: _generic(system, division))
    if generic.verdict is not Verdict.PROVEN:
        return generic
    _prove_nothing_else(division)
    _prove_carries(session, division)
    _prove_comparable(session, division)
    return Outcome(Verdict.PROVEN, f"{generic.detail}, {division.claims} of the division")


def _prove_nothing_else(division: Division) -> None:
    """The division's own columns stand in its constraints and ranges alone; each may be all that it has to be."""
    count, known = division.size // 2, dict[Expression, frozenset[str]]()
    expected = {f"limb_{i}_of_the_division" for i in range(division.size)}
    expected |= {f"decides_{i}_is_boolean" for i in range(1, count)}
    expected |= {f"undecided_limb_{i}_is_equal" for i in range(1, count)}
    expected |= {"one_limb_decides", "margin_is_of_the_deciding_limb"}
    found = {c.name for c in division.view.chip.constraints if cells_of(c.expression, known) & division.own}
    division.claim(f"only {', '.join(sorted(found ^ expected)[:3])} may be missing", found == expected)
    own = {f.source for f in division.system.facts if any(p.variables() & division.own for p in f.factors)}
    division.claim(
        "no lookup says more than a range", own <= found | {"definition of decides_0"} | _multiples(division)
    )
    division.claim("no lookup is undecided", not division.system.lookups)
    ranges = {f"quotient_{i}": bits(BYTE_BITS) for i in range(division.size)}
    ranges |= {f"result_{i}": bits(LIMB_BITS) for i in range(count)}
    ranges |= {"margin": Interval(1, LIMB_BASE)} | {f"decides_{i}": BOOLEAN for i in range(1, count)}
    for name, needed in ranges.items():
        division.claim(f"{name} may be any number it has to be", needed.meet(division.range_of(name)) == needed)


def _multiples(division: Division) -> set[str]:
    return {f"definition of multiple_{i}" for i in range(division.size)}


def _prove_carries(session: Session, division: Division) -> None:
    """Where the division holds over the integers, there are carries, and each has its range.

    Without carries, the equations are numbers d_i with sum of 2^(16 i) d_i = 0. The carry out of limb i is minus the
    sum of those above it, with their weights: so the equation of every limb holds, that of the first as the whole sum.
    """
    _prove_division(division)
    carries = [f"carry_{i}" for i in range(division.size - 1)]
    numbers = []
    for i, equation in enumerate(division.equations):
        of_carries = {name: c for (name, *_), c in equation.items() if name in carries}
        expected = {carries[i]: -LIMB_BASE} if i < len(carries) else {}
        expected |= {carries[i - 1]: 1} if i else {}
        alone = all(len(m) == 1 for m in equation if {*m} & {*carries})
        division.claim(f"limb {i} carries from the limb below to the one above", of_carries == expected and alone)
        numbers.append({m: c for m, c in equation.items() if not {*m} & {*carries}})
    given = [z3.Int(f"d_{i}") for i in range(division.size)]
    whole = z3.Sum([number * (1 << LIMB_BITS * i) for i, number in enumerate(given)]) == 0
    above = [
        -z3.Sum([z3.IntVal(0), *(d * (1 << LIMB_BITS * (j - i - 1)) for j, d in enumerate(given) if j > i)])
        for i in range(division.size)
    ]
    limbs = [
        d + (above[i - 1] if i else 0) - (LIMB_BASE * above[i] if i < len(carries) else 0) for i, d in enumerate(given)
    ]
    division.refute(session, "every limb's equation holds", [whole, z3.Not(all_of(*(limb == 0 for limb in limbs)))])
    known = Interval(0, 0)
    number, carry, carried = z3.Ints("number carry carried")
    for i, name in enumerate(carries):
        interval, allowed = division.interval(numbers[i]), division.range_of(name)
        within = [number >= interval.low, number <= interval.high, carry >= known.low, carry <= known.high]
        outside = z3.Or(carried < allowed.low, carried > allowed.high)
        division.refute(session, f"{name} has its range", [*within, number + carry == LIMB_BASE * carried, outside])
        known = allowed


def _prove_comparable(session: Session, division: Division) -> None:
    """A result below the modulus has a limb that decides, and the margin there."""
    count = division.size // 2
    result, modulus = ([z3.Int(f"{name} {i}") for i in range(count)] for name in ("result", "modulus"))
    limbs = [bound for limb in (*result, *modulus) for bound in (limb >= 0, limb < LIMB_BASE)]
    below = _number(result) < _number(modulus)
    decides = [
        z3.And(result[j] < modulus[j], *(result[i] == modulus[i] for i in range(j + 1, count))) for j in range(count)
    ]
    division.refute(session, "some limb decides", [below, *limbs, z3.Not(z3.Or(*decides))])
    parts = [
        (division.integers(r), division.integers(m)) for r, m in zip(division.result, division.modulus, strict=True)
    ]
    for j in range(count):
        equations = _comparison(division, j)
        margin = _sum([parts[j][1], _scaled(parts[j][0], -1)])
        given = [_linear(parts[i][0]) == _linear(parts[i][1]) for i in range(j + 1, count)]
        given += [z3.Int("margin") == _linear(margin), _linear(margin) >= 1]
        wrong = z3.Or(z3.Int("margin") > LIMB_BASE, *(_linear(equation) != 0 for equation in equations))
        bounds = _bounds(division, *(part for pair in parts for part in pair))
        division.refute(session, f"limb {j} may decide", [*given, *bounds, wrong])


def _number(limbs: Sequence[z3.ArithRef]) -> z3.ArithRef:
    return z3.Sum([limb * (1 << LIMB_BITS * i) for i, limb in enumerate(limbs)])
