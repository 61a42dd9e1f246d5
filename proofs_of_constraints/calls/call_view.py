"""A call's row as an auditor reads it: which access is that of the number, of a pointer, of an operand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from proofs_of_constraints.translation.declared_rows import interactions_on
from proofs_of_constraints.translation.instruction_view import Access, InstructionView, LayoutError, view_of
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from spec.air.bus import Bus
from spec.air.chip import Chip
from spec.isa.calls import CALLS, Call
from spec.isa.system import CALL_NUMBER_REGISTER
from spec.memory_map import Space

CALL_BY_NAME: Mapping[str, Call] = {call.name: call for call in CALLS}
"""By the name of its chip."""


@dataclass(frozen=True)
class CallView:
    """The accesses of a call's row by what the call makes of them."""

    call: Call
    row: InstructionView
    number: Access
    pointers: Mapping[str, Access]
    """By operand."""

    doublewords: Mapping[str, tuple[Access, ...]]
    """By operand, in the order of addresses."""

    result: Access | None
    """That of the register which the host writes, if the call has one."""

    @property
    def chip(self) -> Chip:
        return self.row.chip

    @property
    def key(self) -> Polynomial:
        """What the call's orders must have as their key: the clock at which the row arrives."""
        return self.row.arrival[1]

    def message(self, bus: Bus, sign: int) -> Mapping[str, Polynomial]:
        """The one message of a direction on a bus, which every row of the call says, by field.

        Raises LayoutError if the chip's messages have another shape.
        """
        found = interactions_on(self.chip, bus, sign)
        if len(found) != 1 or polynomial_of(found[0].multiplicity) != self.row.real:
            verb = "sent" if sign > 0 else "received"
            raise LayoutError(f"{self.chip.name}: not one message on bus {bus.name} is {verb} by every row")
        return dict(zip(bus.fields, map(polynomial_of, found[0].message), strict=True))


def call_view_of(chip: Chip) -> CallView:
    """Reads the accesses of a call's chip. Raises LayoutError where they are not the call's, in its order."""
    call, row = CALL_BY_NAME[chip.name], view_of(chip)
    if any(access.multiplicity != row.real for access in row.accesses):
        raise LayoutError(f"{chip.name}: an access is not made by every row")
    result = None if call.result_register is None else _result_of(call, row)
    others = row.accesses if result is None else row.accesses[:-1]
    registers, memory = (
        [access for access in others if access.space == Polynomial.constant(space)]
        for space in (Space.REGISTERS, Space.MEMORY)
    )
    if list(others) != [*registers, *memory] or len(memory) != call.doublewords:
        raise LayoutError(f"{chip.name}: {len(registers)} registers and {len(memory)} doublewords are accessed")
    by_address = {access.address.constant_term: access for access in registers if access.address.is_constant}
    expected = [CALL_NUMBER_REGISTER, *(operand.register for operand in call.operands)]
    if sorted(by_address) != sorted(expected) or len(registers) != len(expected):
        raise LayoutError(f"{chip.name}: the registers {sorted(by_address)} are accessed, not {sorted(expected)}")
    doublewords, start = {}, 0
    for operand in call.operands:
        doublewords[operand.name] = tuple(memory[start : start + operand.doublewords])
        start += operand.doublewords
    return CallView(
        call,
        row,
        by_address[CALL_NUMBER_REGISTER],
        {operand.name: by_address[operand.register] for operand in call.operands},
        doublewords,
        result,
    )


def _result_of(call: Call, row: InstructionView) -> Access:
    """The last access, which is that of the result's register.

    Raises LayoutError if the chip's messages have another shape.
    """
    last = row.accesses[-1] if row.accesses else None
    register = Polynomial.constant(call.result_register or 0)
    if last is None or (last.space, last.address) != (Polynomial.constant(Space.REGISTERS), register):
        raise LayoutError(f"{row.chip.name}: the last access is not that of register {call.result_register}")
    return last
