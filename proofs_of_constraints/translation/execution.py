"""One row against one instruction: what the row is given, what it claims, and what the instruction set says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from proofs_of_constraints.translation.bit_vector_row import BitVectorRow
from proofs_of_constraints.translation.bit_vector_words import BIT_VECTOR_WORDS as WORDS
from proofs_of_constraints.translation.domains import Inputs, in_domain
from proofs_of_constraints.translation.instruction_view import Access, InstructionView, LayoutError
from proofs_of_constraints.translation.interval import Interval, bits
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.program_layout import SIGN_LIMB, Executed, constant_bits, constants
from proofs_of_constraints.translation.row_facts import Lookup
from proofs_of_constraints.translation.row_system import RowSystem
from proofs_of_constraints.translation.rv64im_rows import declared_row
from spec.air.chip import Interaction
from spec.air.expression import lift
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.instruction import Load, Store, System
from spec.isa.step import Effect, Operands, crosses, effect, effective_address
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER
from spec.memory_map import ADDRESS_BITS, DOUBLEWORD_BYTES, Space
from spec.rv64im.buses import CLOCK_BITS, LIMB_BITS, SHIFT
from spec.rv64im.program_row import HALTED, UNREACHABLE
from spec.word import XLEN

PC_BITS = 30
DOUBLEWORD_SHIFT = DOUBLEWORD_BYTES.bit_length() - 1
LIMB_ONES = (1 << LIMB_BITS) - 1
"""The width of pc / 4, as the program table bounds it."""


@dataclass(frozen=True)
class Claim:
    """Something that must hold on a row; with both sides where it is an equality of words."""

    name: str
    holds: z3.BoolRef
    actual: z3.BitVecRef | None = None
    expected: z3.BitVecRef | None = None


@dataclass(frozen=True)
class Roles:
    """Which access of a chip is which operand of the instruction."""

    left: Access | None
    right: Access | None
    low: Access | None
    high: Access | None
    destination: Access | None


_AMOUNT_OF_IMMEDIATE = Interaction("amount of the immediate", SHIFT, -1, lift(1), ())
"""What the program table says of a shift by an immediate, as if the row looked the amount up itself."""


def executed_row(view: InstructionView, executed: Executed) -> RowSystem:
    """The row of a chip that executes an instruction, with the buses' guarantees and the named assumptions."""
    system = declared_row(view.chip)
    system.assume(view.selection(executed.opcode))
    system.restrict("assumed pc", view.fetched_pc, bits(PC_BITS))
    system.restrict("assumed clock", view.arrival[1], Interval(1, (1 << CLOCK_BITS) - 1))
    for access in view.accesses:
        system.restrict(f"assumed token of {access.name}", access.previous_clock, bits(CLOCK_BITS))
    if executed.has_shift_amount:
        amount = Polynomial.variable("amount of the immediate")
        system.ranges["amount of the immediate"] = bits(executed.instruction.format.immediate_bits)
        message = (amount, *view.constants)
        system.lookups.append(Lookup(_AMOUNT_OF_IMMEDIATE, Polynomial.constant(1), message))
    for i, (known, part) in enumerate(zip(constant_bits(executed), view.constants, strict=True)):
        if known == SIGN_LIMB:
            system.constrain(f"constant {i} is a sign limb", part, part - Polynomial.constant(LIMB_ONES))
        elif known is not None:
            system.restrict(f"constant {i}", part, bits(known))
    return system


def roles_of(view: InstructionView, executed: Executed) -> Roles:
    """The accesses by what the instruction makes of them. Raises LayoutError for one too many or too few."""
    instruction = executed.instruction
    memory, registers = Polynomial.constant(Space.MEMORY), Polynomial.constant(Space.REGISTERS)
    expected: dict[str, tuple[Polynomial, Polynomial]] = {}
    if instruction.meaning is System.ENVIRONMENT_CALL:
        expected["left"] = (registers, Polynomial.constant(CALL_NUMBER_REGISTER))
        expected["right"] = (registers, Polynomial.constant(CALL_ARGUMENT_REGISTER))
    elif not executed.is_constant:
        if instruction.format.reads_rs1:
            expected["left"] = (registers, view.source1)
        if instruction.format.reads_rs2:
            expected["right"] = (registers, view.source2)
    if instruction.format.writes_rd or executed.is_constant:
        expected["destination"] = (registers, view.destination)
    found: dict[str, Access] = {}
    for access in view.accesses:
        place = (access.space, access.address)
        role = next((name for name, wanted in expected.items() if wanted == place), None)
        if role is None and access.space == memory and isinstance(instruction.meaning, Load | Store):
            role = "low" if "low" not in found else "high"
        if role is None or role in found:
            raise LayoutError(f"{view.chip.name}: the access {access.name} belongs to no operand of {executed.name}")
        found[role] = access
    missing = set(expected) - set(found)
    if missing:
        raise LayoutError(f"{view.chip.name}: {executed.name} has no access for {', '.join(sorted(missing))}")
    for role, access in found.items():
        if role != "high" and access.multiplicity != view.real:
            raise LayoutError(f"{view.chip.name}: the access {access.name} is not made by every row")
    return Roles(*(found.get(role) for role in ("left", "right", "low", "high", "destination")))


class Execution:
    """The instruction and the row side by side, in one case of the row."""

    def __init__(self, row: BitVectorRow, view: InstructionView, executed: Executed) -> None:
        self.row = row
        self.view = view
        self.executed = executed
        self.roles = roles_of(view, executed)
        self.immediate = _immediate(executed)
        self.pc = row.as_word(view.fetched_pc) * INSTRUCTION_BYTES
        self.operands = Operands(
            pc=self.pc,
            left=self._left(),
            right=self._before(self.roles.right, "right"),
            immediate=self.immediate,
            low=self._before(self.roles.low, "low"),
            high=self._before(self.roles.high, "high"),
        )
        self.effect: Effect[z3.BitVecRef, z3.BoolRef] = effect(WORDS, executed.instruction, self.operands)

    def _left(self) -> z3.BitVecRef:
        if self.executed.source_is_zero:
            return z3.BitVecVal(0, XLEN)
        return self._before(self.roles.left, "left")

    def _before(self, access: Access | None, name: str) -> z3.BitVecRef:
        return z3.BitVec(f"any {name}", XLEN) if access is None else self.row.word(access.before)

    def given(self) -> list[z3.BoolRef]:
        """The row's constraints, the buses' guarantees, and the fetched constants as the program table has them."""
        fetched = constants(WORDS, self.executed, self.pc, self.immediate)
        return [
            *(self.row.as_word(part) == word for part, word in zip(self.view.constants, fetched, strict=True)),
            *self._addresses_are_initialised(),
            *self.row.formulas(),
        ]

    def _addresses_are_initialised(self) -> list[z3.BoolRef]:
        """The assumption `initialised addresses`: what keeps an address from having more than 32 bits."""
        found = []
        for access in (self.roles.low, self.roles.high):
            if access is not None:
                inside = self.row.value(access.address) < 1 << (ADDRESS_BITS - DOUBLEWORD_SHIFT)
                found.append(z3.Or(self.row.value(access.multiplicity) == 0, inside))
        return found

    def claims(self) -> list[Claim]:
        """Everything that the row must do."""
        return [*self._next_pc(), *self._registers(), *self._memory(), *self._domain()]

    def _equal(self, name: str, actual: z3.BitVecRef, expected: z3.BitVecRef) -> Claim:
        return Claim(name, actual == expected, actual, expected)

    def _word(self, name: str, parts: Sequence[Polynomial], expected: z3.BitVecRef) -> list[Claim]:
        limits = [Claim(f"limb {i} of {name} has 16 bits", self._has_16_bits(p)) for i, p in enumerate(parts)]
        return [*limits, self._equal(name, self.row.word(parts), expected)]

    def _has_16_bits(self, part: Polynomial) -> z3.BoolRef:
        return self.row.value(part) <= LIMB_ONES

    def _next_pc(self) -> list[Claim]:
        expected = self.effect
        arrived = self.row.vanishes(self.view.arrival[0] - self.view.fetched_pc)
        next_pc = self.row.as_word(self.view.departure[0])
        halted = next_pc == HALTED
        goes_on = z3.And(expected.normal, next_pc * INSTRUCTION_BYTES == expected.next_pc)
        unreachable = z3.Or(z3.Not(expected.normal), z3.UGE(expected.next_pc, 1 << ADDRESS_BITS))
        abnormal = z3.And(next_pc == UNREACHABLE, unreachable)
        return [
            Claim("the row arrives at the pc it fetches", arrived),
            Claim("the row halts if the instruction does", halted == expected.halts),
            Claim(
                "next pc",
                z3.Or(expected.halts, goes_on, abnormal),
                next_pc * INSTRUCTION_BYTES,
                expected.next_pc,
            ),
        ]

    def _registers(self) -> list[Claim]:
        claims = []
        for name, access in (("source1", self.roles.left), ("source2", self.roles.right)):
            if access is not None:
                claims += self._word(f"{name} kept", access.after, self.row.word(access.before))
        if self.roles.destination is not None:
            result = self.effect.result
            # Instructions of the constant opcode that have no result write zero to the sink.
            expected = z3.BitVecVal(0, XLEN) if result is None else result
            claims += self._word("destination", self.roles.destination.after, expected)
        if self.view.exit_code is not None:
            claims += self._word("exit code", self.view.exit_code, self.operands.right)
        return claims

    def _memory(self) -> list[Claim]:
        meaning = self.executed.instruction.meaning
        if not isinstance(meaning, Load | Store):
            return []
        low, high = self.roles.low, self.roles.high
        if low is None:
            raise LayoutError(f"{self.view.chip.name}: {self.executed.name} has no access to memory")
        address = effective_address(WORDS, self.operands.left, self.immediate)
        doubleword = z3.LShR(address, DOUBLEWORD_SHIFT)
        crossing = crosses(WORDS, address, meaning.width_bytes)
        claims = [
            self._equal("memory address", self.row.as_word(low.address), doubleword),
            *self._word("memory", low.after, self.effect.low),
        ]
        if high is None:
            return [*claims, Claim("the access does not cross", z3.Not(crossing))]
        present = self.row.as_word(high.multiplicity)
        return [
            *claims,
            self._equal("the next doubleword is accessed", present, z3.If(crossing, present * 0 + 1, present * 0)),
            self._equal("next memory address", self.row.as_word(high.address), doubleword + 1),
            *self._word("next memory", high.after, self.effect.high),
        ]

    def _domain(self) -> list[Claim]:
        inputs = Inputs(self.operands.left, self.immediate)
        inside = in_domain(WORDS, self.view.chip.domain, self.executed.instruction, inputs)
        return [Claim(f"domain: {self.view.chip.domain}", inside)]


def _immediate(executed: Executed) -> z3.BitVecRef:
    """Any immediate of the instruction's format, as a word."""
    form = executed.instruction.format
    size = form.immediate_bits
    if size == 0:
        return z3.BitVecVal(0, XLEN)
    zeros = form.immediate_alignment.bit_length() - 1
    pieces = z3.BitVec("immediate", size - zeros)
    aligned = z3.Concat(pieces, z3.BitVecVal(0, zeros)) if zeros else pieces
    extension = z3.SignExt if form.immediate_is_signed else z3.ZeroExt
    return extension(XLEN - size, aligned)
