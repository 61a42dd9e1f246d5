"""The calls that multiply and add modulo a number: left * right + addend = quotient * modulus + result.

The generic part of a call's row is proven as that of any other call, without the equations of the division. These are
integer equations, limb by limb, of products of bytes that no solver multiplies: that each is exact, and that with the
weights of their limbs they add up to the division, are identities of polynomials, which are compared term by term. What
is left is linear: the result is below the modulus, and every division of such numbers has a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce

import z3

from proofs_of_constraints.calls.call_row import (
    ASSUMED,
    CallExecution,
    executed_call,
    prove_call_function,
    prove_call_row_exists,
)
from proofs_of_constraints.calls.call_view import call_view_of
from proofs_of_constraints.calls.modular_completeness import prove_modular_complete
from proofs_of_constraints.calls.modular_division import (
    LIMB_BASE,
    Division,
    RefutedError,
    bounds_of,
    comparison,
    leave_out_division,
    linear,
    prove_division,
)
from proofs_of_constraints.obligations.assumptions import CLOCKS, FUNCTION, MEMORY_LIMBS, PROGRAM_TABLE
from proofs_of_constraints.obligations.determinism import prove_determinism
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.execution import Claim
from proofs_of_constraints.translation.polynomial import Polynomial
from spec.air.chip import Chip
from spec.rv64im.buses import LIMB_BITS
from spec.word import BYTE_BITS


def modular_obligations(chip: Chip) -> Iterator[Obligation]:
    """The obligations of the call's chip that stand in the place of those of an instruction's."""
    executed = executed_call()

    def of(prove: Callable[[Session, Division], Outcome]) -> Callable[[Session], Outcome]:
        return lambda session: _outcome(session, chip, prove)

    yield Obligation(Kind.NOT_VACUOUS, chip.name, executed.name, (), of(_prove_exists))
    yield Obligation(Kind.FUNCTION, chip.name, executed.name, ASSUMED, of(_prove_function))
    yield Obligation(Kind.DETERMINISM, chip.name, executed.name, (*ASSUMED, FUNCTION), of(_prove_determined))
    complete = (PROGRAM_TABLE, MEMORY_LIMBS, CLOCKS)
    yield Obligation(Kind.COMPLETE, chip.name, executed.name, complete, of(prove_modular_complete))


def _outcome(session: Session, chip: Chip, prove: Callable[[Session, Division], Outcome]) -> Outcome:
    try:
        return prove(session, Division(call_view_of(chip)))
    except RefutedError as refuted:
        return refuted.outcome


def _prove_function(session: Session, division: Division) -> Outcome:
    view = division.view
    generic = prove_call_function(session, view, _nothing_more, lambda system: leave_out_division(system, division))
    if generic.verdict is not Verdict.PROVEN:
        # A row that shows it has to satisfy the division as well, which is linear for some operands.
        shown = prove_call_function(session, view, _nothing_more, values=_some_values(division))
        return shown if shown.verdict is Verdict.REFUTED else generic
    prove_division(division)
    _prove_below(session, division)
    _prove_only_result(session, division)
    return Outcome(Verdict.PROVEN, f"{generic.detail}, {division.claims} of the division")


def _flags(division: Division) -> list[Polynomial]:
    """By limb, the flag that it decides, the lowest first."""
    others = [Polynomial.variable(f"decides_{i}") for i in range(1, division.size // 2)]
    return [division.in_columns(Polynomial.variable("decides_0")), *others]


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
        equations = comparison(division, number)
        bounds = bounds_of(division, result, modulus, *equations)
        not_below = linear(result) >= linear(modulus)
        given = [linear(equation) == 0 for equation in equations]
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
    """Proves that two quotients with results below the modulus have the same result, and neither is more.

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
    return prove_determinism(
        session, division.view.row, executed_call(), lambda system: leave_out_division(system, division)
    )
