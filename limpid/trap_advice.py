"""What to do about a program that ended abnormally."""

from __future__ import annotations

from reference.execution import Trap, TrapReason
from spec.isa.calls import CALLS
from spec.isa.system import HALT_CALL
from spec.memory_map import HEAP, NULL_PAGE, STACK

_CALLS = ", ".join([f"exit, a7 = {HALT_CALL}", *(f"{call.name}, {call.number}" for call in CALLS)])

_BY_REASON = {
    TrapReason.FETCH_OUTSIDE_PROGRAM: "look for a wrong function pointer or an overwritten return address",
    TrapReason.ILLEGAL_INSTRUCTION: "compile for this machine: -march=rv64im -mabi=lp64, as limpid build does",
    TrapReason.MISALIGNED_TARGET: "look for a wrong function pointer or an overwritten return address",
    TrapReason.BREAKPOINT: "look for what called abort, or for an assertion that failed",
    TrapReason.ZERO_MODULUS: "look at what lies behind the addend at a3: the modulus of the call",
    TrapReason.WIDE_QUOTIENT: "reduce the operands first: the quotient must have as many bits as they",
    TrapReason.MISALIGNED_POINTER: "align what calls work on to 8 bytes",
    TrapReason.UNKNOWN_ENVIRONMENT_CALL: f"the calls are {_CALLS}: link with limpid build, not with Linux calls",
}


def next_step(trap: Trap) -> str:
    """One line for a newcomer: where to look."""
    if trap.reason is TrapReason.INSTRUCTION_LIMIT:
        return "raise --limit"
    advice = _BY_REASON.get(trap.reason) or _about_address(trap.address or 0)
    return f"{advice}; step through it with: limpid debug GUEST.elf. Such a run has no proof"


def _about_address(address: int) -> str:
    if address < NULL_PAGE.end:
        return "look for a null pointer"
    if HEAP.end <= address < STACK.start:
        return f"look for a deep recursion or a large local array: the stack has {STACK.size_bytes >> 20} MiB"
    return "look for a wrong pointer or an index out of range"
