"""What to do about a program that ended abnormally: the likely cause, told by where it stands and what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from limpid.errors import TrapError
from limpid.reading.symbols import readable_place
from reference.execution import Execution, Trap, TrapReason
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.memory_map import DOUBLEWORD_BYTES, HEAP, NULL_PAGE, STACK
from spec.program import Program

COMPRESSED = "compile without compressed instructions: -march=rv64im, as limpid build does"
POINTER = "look for a wrong function pointer or an overwritten return address"

_BY_OPCODE = {
    0x07: "compile without floating point: -march=rv64im -mabi=lp64",
    0x27: "compile without floating point: -march=rv64im -mabi=lp64",
    0x2F: "compile without atomic instructions: -march=rv64im",
    0x43: "compile without floating point: -march=rv64im -mabi=lp64",
    0x53: "compile without floating point: -march=rv64im -mabi=lp64",
    0x73: "leave out control and status registers: the machine has none",
}
"""By major opcode [RISC-V unprivileged manual, table of base opcodes]."""

ABORTED = (
    "look for what called abort: a panic, or a failed assertion, which says why on the console that limpid run shows; "
    "or for an array too large for the stack"
)
_BY_CALLER_OF_ABORT = {
    "rust_begin_unwind": "the guest panicked: limpid run shows its message, which says where and why",
    "__assert_func": "an assertion failed: limpid run shows its message, which says which and where",
    "free": "look for memory that is freed twice",
    "operator new(unsigned long)": "memory has run out, and new throws nothing here: free more, or ask for less",
    "std::terminate()": "look for an exception that nobody catches",
    "__cxa_pure_virtual": "look for a call of a pure virtual function while its object is made or unmade",
}
"""By the function that ended the run by calling abort; Rust's stands in a longer name."""

_FULL_LENGTH_BITS = 0b11
"""An instruction of 32 bits ends in these; another ending is a compressed one."""


@dataclass(frozen=True)
class Frame:
    """A place in the chain of calls."""

    pc: int
    symbol: str | None
    source: str | None
    """File and line, where the program was built with -g."""

    def __str__(self) -> str:
        place = f"{self.pc:#x}" if self.symbol is None else f"{self.pc:#x} in {self.symbol}"
        return place if self.source is None else f"{place} ({self.source})"

    def facts(self) -> dict[str, object]:
        """For programs."""
        return {"pc": self.pc, "symbol": self.symbol, "source": self.source}


def trap_error(program: Program, execution: Execution) -> TrapError:
    """The error of an execution that trapped."""
    trap = execution.trap
    assert trap is not None
    symbol = None if trap.symbol is None else readable_place(trap.symbol)
    text = trap.message if trap.symbol is None else trap.message.replace(trap.symbol, symbol or "")
    details = {
        "reason": trap.reason.name,
        "pc": trap.pc,
        "address": trap.address,
        "symbol": symbol,
        "instructions": execution.instructions,
    }
    count = f"{execution.instructions} instruction{'' if execution.instructions == 1 else 's'}"
    message = f"the program ended abnormally after {count}: {text}"
    return TrapError(message, next_step(trap, program, execution.memory), details)


def add_stack(error: TrapError, frames: Sequence[Frame]) -> None:
    """Adds the chain of calls, the innermost first, below the message and to the facts; it explains an abort."""
    error.context = tuple(f"at {frame}" for frame in frames)
    error.details["stack"] = [frame.facts() for frame in frames]
    if error.details["reason"] == TrapReason.BREAKPOINT.name and error.next_step is not None:
        error.next_step = error.next_step.replace(ABORTED, _about_abort(frames))


def next_step(trap: Trap, program: Program, memory: Mapping[int, int]) -> str:
    """One line for a newcomer: where to look. `memory` is that at the end."""
    if trap.reason is TrapReason.INSTRUCTION_LIMIT:
        return "raise --limit"
    written = _overwritten_code(program, memory)
    if written is not None:
        advice = f"the program has written over its instruction at {written:#x}: what is executed never changes"
    else:
        advice = _advice(trap, program, memory)
    return f"{advice}; step through it with: limpid debug GUEST.elf. Such a run has no proof"


def _advice(trap: Trap, program: Program, memory: Mapping[int, int]) -> str:
    match trap.reason:
        case TrapReason.BREAKPOINT:
            return ABORTED
        case TrapReason.UNKNOWN_ENVIRONMENT_CALL:
            return "the calls are exit, a7 = 93, and those of accelerators: link with limpid build, not Linux calls"
        case TrapReason.MISALIGNED_POINTER:
            return "copy the operand to an address that is a multiple of 8 before the call"
        case TrapReason.ZERO_MODULUS:
            return "look at what lies behind the addend at a3: it is the modulus of the call"
        case TrapReason.WIDE_QUOTIENT:
            return "reduce the operands before the call: its quotient has no more bits than they have"
        case TrapReason.MISALIGNED_TARGET:
            target = trap.address or 0
            return COMPRESSED if target % 2 == 0 and _is_executable(program, target) else POINTER
        case TrapReason.ILLEGAL_INSTRUCTION:
            return _about_word(_word_at(memory, trap.pc))
        case TrapReason.FETCH_OUTSIDE_PROGRAM:
            return _about_fetch(trap.pc)
        case _:
            return _about_address(trap.address or 0)


def _about_abort(frames: Sequence[Frame]) -> str:
    """The advice of the innermost function in the chain of calls that has one."""
    for frame in frames:
        for name, advice in _BY_CALLER_OF_ABORT.items():
            symbol = (frame.symbol or "").rpartition("+0x")[0] or frame.symbol or ""
            if symbol == name or (name.startswith("rust") and symbol.endswith(name)):
                return advice
    return ABORTED


def _about_word(word: int) -> str:
    if word & _FULL_LENGTH_BITS != _FULL_LENGTH_BITS and word:
        return COMPRESSED
    return _BY_OPCODE.get(word & 0x7F, "compile for this machine: -march=rv64im -mabi=lp64, as limpid build does")


def _about_fetch(pc: int) -> str:
    if pc < NULL_PAGE.end:
        return "look for a call through a null function pointer"
    if STACK.start <= pc < STACK.end:
        return "look for the address of a nested function: GCC calls it by code on the stack, which is not executed"
    if HEAP.start <= pc < HEAP.end:
        return "look for code that is made or loaded at run time: only the program's own segments are executed"
    return POINTER


def _about_address(address: int) -> str:
    if address < NULL_PAGE.end:
        return "look for a null pointer"
    if HEAP.end <= address < STACK.start:
        return f"look for a deep recursion or a large local array: the stack has {STACK.size_bytes >> 20} MiB"
    return "look for a wrong pointer or an index out of range"


def _is_executable(program: Program, address: int) -> bool:
    return any(interval.start <= address < interval.end for interval in program.executable)


def _word_at(memory: Mapping[int, int], address: int) -> int:
    doubleword = memory.get(address // DOUBLEWORD_BYTES, 0)
    return doubleword >> 8 * (address % DOUBLEWORD_BYTES) & (1 << 8 * INSTRUCTION_BYTES) - 1


def _overwritten_code(program: Program, memory: Mapping[int, int]) -> int | None:
    """The first instruction that is no longer what the program was loaded with."""
    return next((address for address, word in program.code if _word_at(memory, address) != word), None)
