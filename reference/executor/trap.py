"""Reporting an instruction that cannot complete: unwinding, and the message."""

from __future__ import annotations

from reference.execution import Trap, TrapReason
from spec.isa import disassemble
from spec.memory_map import RESERVED
from spec.program import Program


class ExecutionTrapError(Exception):
    """Unwinds from an instruction that cannot complete."""

    def __init__(self, reason: TrapReason, pc: int, address: int | None, details: str) -> None:
        super().__init__(details)
        self.reason = reason
        self.pc = pc
        self.address = address
        self.details = details


def described(program: Program, word: int | None, error: ExecutionTrapError) -> Trap:
    """The trap with its message: reason, pc, symbol, the instruction if there is one, and the address."""
    symbol = program.symbol_at(error.pc)
    message = f"{error.reason.value}, at {error.pc:#x}"
    if symbol is not None:
        message += f" ({symbol})"
    if word is not None:
        message += f", {disassemble(error.pc, word)}"
    if error.reason is TrapReason.MISALIGNED_TARGET:
        message += f": the target is {error.address:#x}"
    if error.details:
        message += f": {error.details}"
    for name, interval in RESERVED.items():
        if error.address is not None and interval.start <= error.address < interval.end:
            message += f", in the {name}"
    return Trap(error.reason, error.pc, error.address, symbol, message)
