"""The row of a call against `spec.isa.calls`: number, pointers, operands, what is ordered and what is written.

What a call computes is said by a meaning of its own, in terms of what its work tables answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import z3

from proofs_of_constraints.calls.call_completeness import prove_call_complete
from proofs_of_constraints.calls.call_view import CALL_BY_NAME, CallView, call_view_of
from proofs_of_constraints.obligations.assumptions import (
    BALANCE,
    CLOCKS,
    FUNCTION,
    LOOKUP_TABLES,
    MEMORY_LIMBS,
    ORDER_LIMBS,
    PROGRAM_TABLE,
)
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.obligations.determinism import prove_determinism
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.bit_vector_row import BitVectorRow
from proofs_of_constraints.translation.bit_vector_words import BIT_VECTOR_WORDS as WORDS
from proofs_of_constraints.translation.declared_rows import Prepare, prepare_nothing
from proofs_of_constraints.translation.domains import Inputs, in_domain
from proofs_of_constraints.translation.execution import LIMB_ONES, Claim, executed_row
from proofs_of_constraints.translation.formulas import any_of
from proofs_of_constraints.translation.instruction_view import Access
from proofs_of_constraints.translation.interval import WrapError
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.program_layout import Executed, executed_instructions
from proofs_of_constraints.translation.row_system import RowSystem
from spec.air.bus import Bus
from spec.air.chip import Chip
from spec.isa.calls import Use
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.instruction import System
from spec.isa.step import Operands, effect
from spec.memory_map import ADDRESS_BITS, DOUBLEWORD_BYTES
from spec.rv64im.buses import LIMB_BITS
from spec.word import XLEN

ASSUMED = (BALANCE, LOOKUP_TABLES, PROGRAM_TABLE, MEMORY_LIMBS, CLOCKS, ORDER_LIMBS)
CLAIMS_OF_A_QUERY = 16
"""Sums of several words at once take a solver long; one after the other, each repeats the whole row."""

DOUBLEWORD_SHIFT = DOUBLEWORD_BYTES.bit_length() - 1


class CallExecution:
    """The call and its row side by side. Words are 64-bit bit-vectors, parts of orders are of the row's width."""

    def __init__(self, row: BitVectorRow, view: CallView) -> None:
        self.row = row
        self.view = view

    def before(self, operand: str) -> list[z3.BitVecRef]:
        """The doublewords of an operand before the call."""
        return [self.row.word(access.before) for access in self.view.doublewords[operand]]

    def after(self, operand: str) -> list[z3.BitVecRef]:
        """The same after the call."""
        return [self.row.word(access.after) for access in self.view.doublewords[operand]]

    def part(self, bus: Bus, sign: int, field: str) -> z3.BitVecRef:
        """A part of an order, or of the answer."""
        return self.row.value(self.view.message(bus, sign)[field])

    def limb(self, bus: Bus, sign: int, field: str) -> z3.BitVecRef:
        """The low 16 bits of a part. That there are no others is a claim of its own."""
        return z3.Extract(LIMB_BITS - 1, 0, self.part(bus, sign, field))

    def has_bits(self, bus: Bus, sign: int) -> list[Claim]:
        """That the parts of a message have the bits that the bus promises."""
        return [
            Claim(f"{field} on {bus.name} has {size} bits", self.part(bus, sign, field) < 1 << size)
            for field, size in bus.field_bits.items()
        ]

    def claims(self) -> list[Claim]:
        """What every call's row must do."""
        result = [] if self.view.result is None else self._has_limbs("result", self.view.result)
        return [*self._next_pc(), *self._number(), *self._pointers(), *self._operands(), *result]

    def _next_pc(self) -> list[Claim]:
        view = self.view.row
        pc = self.row.as_word(view.fetched_pc) * INSTRUCTION_BYTES
        zero = WORDS.constant(0)
        operands = Operands(pc, self.row.word(self.view.number.before), zero, zero, zero, zero)
        expected = effect(WORDS, executed_call().instruction, operands)
        next_pc = self.row.as_word(view.departure[0]) * INSTRUCTION_BYTES
        return [
            Claim("the row arrives at the pc it fetches", self.row.vanishes(view.arrival[0] - view.fetched_pc)),
            Claim("the call does not halt", z3.And(z3.Not(expected.halts), z3.BoolVal(view.exit_code is None))),
            Claim("next pc", next_pc == expected.next_pc, next_pc, expected.next_pc),
        ]

    def _number(self) -> list[Claim]:
        number = self.row.word(self.view.number.before)
        inside = in_domain(WORDS, self.view.chip.domain, executed_call().instruction, Inputs(number, WORDS.constant(0)))
        expected = WORDS.constant(self.view.call.number)
        return [
            Claim("call number", number == expected, number, expected),
            Claim(f"domain: {self.view.chip.domain}", inside),
            *self._kept("call number", self.view.number),
        ]

    def _pointers(self) -> list[Claim]:
        found = []
        for operand in self.view.call.operands:
            access = self.view.pointers[operand.name]
            pointer = self.row.word(access.before)
            aligned = pointer & (DOUBLEWORD_BYTES - 1) == 0
            found += [
                Claim(f"the pointer to {operand.name} is below 2^32", z3.ULT(pointer, 1 << ADDRESS_BITS)),
                Claim(f"the pointer to {operand.name} is a multiple of {DOUBLEWORD_BYTES}", aligned),
                *self._kept(f"pointer to {operand.name}", access),
            ]
            for i, accessed in enumerate(self.view.doublewords[operand.name]):
                address, expected = self.row.as_word(accessed.address), z3.LShR(pointer, DOUBLEWORD_SHIFT) + i
                found.append(Claim(f"address {i} of {operand.name}", address == expected, address, expected))
        return found

    def _operands(self) -> list[Claim]:
        found = []
        for operand in self.view.call.operands:
            for i, access in enumerate(self.view.doublewords[operand.name]):
                name = f"doubleword {i} of {operand.name}"
                found += self._kept(name, access) if operand.use is Use.READ else self._has_limbs(name, access)
        return found

    def _kept(self, name: str, access: Access) -> list[Claim]:
        before, after = self.row.word(access.before), self.row.word(access.after)
        return [*self._has_limbs(name, access), Claim(f"{name} is kept", after == before, after, before)]

    def _has_limbs(self, name: str, access: Access) -> list[Claim]:
        return [
            Claim(f"limb {i} of {name} has 16 bits", self.row.value(part) <= LIMB_ONES)
            for i, part in enumerate(access.after)
        ]


NO_VALUES: Mapping[str, int] = {}

CallMeaning = Callable[[CallExecution], Sequence[Claim]]
"""What a call orders and writes, beyond what every call does."""


def call_obligations(chip: Chip, meaning: CallMeaning) -> Iterator[Obligation]:
    """The obligations of a call's chip that stand in the place of those of an instruction's.

    A word of the host is not determined: instead, any word is to have a row.
    """
    executed = executed_call()

    def of(prove: Callable[[Session, CallView], Outcome]) -> Callable[[Session], Outcome]:
        return lambda session: prove(session, call_view_of(chip))

    yield Obligation(Kind.NOT_VACUOUS, chip.name, executed.name, (), of(prove_call_row_exists))
    function = of(lambda session, view: prove_call_function(session, view, meaning))
    yield Obligation(Kind.FUNCTION, chip.name, executed.name, ASSUMED, function)
    if CALL_BY_NAME[chip.name].result_register is None:
        determinism = of(lambda session, view: prove_determinism(session, view.row, executed))
        yield Obligation(Kind.DETERMINISM, chip.name, executed.name, (*ASSUMED, FUNCTION), determinism)
    complete = (PROGRAM_TABLE, MEMORY_LIMBS, CLOCKS, ORDER_LIMBS)
    yield Obligation(Kind.COMPLETE, chip.name, executed.name, complete, of(prove_call_complete))


def executed_call() -> Executed:
    """The instruction that makes calls."""
    (found,) = [e for e in executed_instructions() if e.instruction.meaning is System.ENVIRONMENT_CALL]
    return found


def _simplified(view: CallView, prepare: Prepare, values: Mapping[str, int]) -> RowSystem:
    system = executed_row(view.row, executed_call())
    prepare(system)
    system.assume(values)
    system.simplify()
    # A pointer's low limb is eight times what its alignment looks up: so it is divided by eight in addresses.
    system.replace_multiples()
    return system


def prove_call_row_exists(session: Session, view: CallView, values: Mapping[str, int] = NO_VALUES) -> Outcome:
    """Some row, if need be one with these values, satisfies everything, checked on the declaration modulo p."""
    system = _simplified(view, prepare_nothing, values)
    if system.contradiction is not None:
        return Outcome(Verdict.REFUTED, f"no row satisfies {system.contradiction}")
    row = BitVectorRow(system)
    formulas = row.formulas()
    model = session.satisfying(f"not-vacuous/{view.chip.name}", formulas, bit_vectors=True)
    if model is None:
        return Outcome(Verdict.REFUTED, "no row satisfies the constraints")
    violations = ConcreteRow(view.chip, row.cells(model)).violations()
    if violations:
        return Outcome(Verdict.UNKNOWN, f"the row found violates {', '.join(violations)}")
    return Outcome(Verdict.PROVEN, "a row exists")


def prove_call_function(
    session: Session,
    view: CallView,
    meaning: CallMeaning,
    prepare: Prepare = prepare_nothing,
    values: Mapping[str, int] = NO_VALUES,
) -> Outcome:
    """What the row must do, from all constraints that `prepare` leaves; of rows with these values only."""
    system = _simplified(view, prepare, values)
    if system.contradiction is not None:
        return Outcome(Verdict.REFUTED, f"no row satisfies {system.contradiction}")
    if system.lookups:
        return Outcome(Verdict.UNKNOWN, f"lookup {system.lookups[0].interaction.name} is not decided")
    try:
        row, claims, formulas = _row_and_claims(BitVectorRow(system), view, meaning)
    except WrapError:
        row, claims, formulas = _row_and_claims(BitVectorRow(system, wide=True), view, meaning)
    for start in range(0, len(claims), CLAIMS_OF_A_QUERY):
        few = claims[start : start + CLAIMS_OF_A_QUERY]
        title = f"function/{view.chip.name}/{few[0].name}"
        model = session.satisfying(title, [any_of(*(z3.Not(c.holds) for c in few)), *formulas], bit_vectors=True)
        if model is not None:
            return _refuted(view, row, model, claims)
    wraps = tuple(f"{source} {multiples}" for source, multiples in system.wraps().items())
    return Outcome(Verdict.PROVEN, f"{len(claims)} claims", wraps=wraps)


def _row_and_claims(
    row: BitVectorRow, view: CallView, meaning: CallMeaning
) -> tuple[BitVectorRow, list[Claim], list[z3.BoolRef]]:
    """The row, what it must do, and what it satisfies.

    Raises WrapError if a polynomial wraps around p too often to be encoded.
    """
    execution = CallExecution(row, view)
    claims = [*execution.claims(), *meaning(execution)]
    # The claims come first: the values they speak of bring their own definitions.
    return row, claims, row.formulas()


def _refuted(view: CallView, row: BitVectorRow, model: z3.ModelRef, claims: Sequence[Claim]) -> Outcome:
    cells = row.cells(model)
    concrete = ConcreteRow(view.chip, cells)
    failed = [c for c in claims if not z3.is_true(model.eval(c.holds, model_completion=True))]

    def number(term: z3.BitVecRef) -> int:
        return int(model.eval(term, model_completion=True).as_long())

    found = Counterexample(
        columns={name: cells[name] for name in view.chip.columns},
        failed=tuple(claim.name for claim in failed),
        expected={c.name: number(c.expected) for c in failed if c.expected is not None},
        actual={c.name: number(c.actual) for c in failed if c.actual is not None},
        messages=tuple(concrete.describe_messages()),
        satisfies_declaration=not concrete.violations(),
    )
    verdict = Verdict.REFUTED if found.satisfies_declaration else Verdict.UNKNOWN
    return Outcome(verdict, ", ".join(found.failed), found)


def vanishing(row: BitVectorRow, name: str, part: Polynomial, expected: Polynomial) -> Claim:
    """That two parts of messages are the same element."""
    return Claim(name, row.vanishes(part - expected))


def half_of(word: z3.BitVecRef, number: int) -> z3.BitVecRef:
    """The lower or the upper 32 bits of a doubleword."""
    half = XLEN // 2
    return z3.Extract(half * (number + 1) - 1, half * number, word)
