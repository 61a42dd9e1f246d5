"""What an execution leaves behind: its steps, its end, and whether it can be proven."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from spec.isa import Decoded
from spec.isa.calls import NoResult


@dataclass(frozen=True, slots=True)
class DoublewordAccess:
    """One doubleword that a load or store touches; a load leaves it as it was."""

    address: int
    """In doublewords: the byte address divided by 8."""

    before: int
    after: int


@dataclass(slots=True)
class Step:
    """One executed instruction, as facts of the instruction set only."""

    pc: int
    decoded: Decoded
    next_pc: int | None
    """None when this instruction ended the program."""

    left: int
    """The value of rs1; for ECALL of a7; 0 if the instruction reads no rs1."""

    right: int
    """The value of rs2; for ECALL of a0; 0 if the instruction reads no rs2."""

    result: int | None
    """What rd, or the sink in its place, or the register of a call's result received; None without one."""

    memory: tuple[DoublewordAccess, ...]
    """None, one, or two when the access crosses into the next doubleword, by ascending address; of a call all
    doublewords of its operands, in the order in which they are accessed."""

    pointers: tuple[int, ...] = ()
    """The pointers of a call, in the order of its operands."""


class TrapReason(Enum):
    """Every way in which an execution ends abnormally."""

    FETCH_OUTSIDE_PROGRAM = "the program counter left the executable segments"
    ILLEGAL_INSTRUCTION = "the word at the program counter is no instruction"
    MISALIGNED_TARGET = "the target of a jump or branch is not a multiple of 4"
    UNMAPPED_LOAD = "a load touched unmapped memory"
    UNMAPPED_STORE = "a store touched unmapped memory"
    BREAKPOINT = "the program executed ebreak"
    MISALIGNED_POINTER = "a pointer of a call is not a multiple of 8"
    UNMAPPED_OPERAND = "an operand of a call is not wholly in mapped memory"
    ZERO_MODULUS = NoResult.ZERO_MODULUS.value
    WIDE_QUOTIENT = NoResult.WIDE_QUOTIENT.value
    UNKNOWN_ENVIRONMENT_CALL = "the program made an unknown environment call"
    INSTRUCTION_LIMIT = "the caller's limit of instructions was reached"


@dataclass(frozen=True, slots=True)
class Trap:
    """Where and why an execution ended abnormally. The instruction at pc has not been executed."""

    reason: TrapReason
    pc: int
    address: int | None
    """The byte address of the access or the target, where the reason has one."""

    symbol: str | None
    """The function that contains pc, if the ELF file names it."""

    message: str


@dataclass(frozen=True)
class Execution:
    """The end of an execution."""

    exit_code: int | None
    """Register a0 at the halting call, all 64 bits; None after a trap."""

    instructions: int
    """How many instructions were executed, the halting one included, a trapping one not."""

    output: bytes
    """What the output region claims; empty if its length exceeds the capacity."""

    misaligned_accesses: Counter[int]
    """How many loads and stores at addresses that are no multiple of their width, by program counter."""

    registers: tuple[int, ...]
    """The 32 registers at the end, then the sink."""

    memory: Mapping[int, int]
    """Doubleword address to value: every doubleword that the program touched, its image and its input."""

    trap: Trap | None
    """Why the execution ended abnormally; None if it halted."""

    unprovable_reason: str | None
    """Why no proof of this execution can exist; None if it can be proven."""

    calls: Counter[tuple[int, int]] = field(default_factory=Counter)
    """How many calls of accelerators, by program counter and number."""

    @property
    def provable(self) -> bool:
        """Whether a proof of this execution can exist, whatever its exit code."""
        return self.unprovable_reason is None

    @property
    def misaligned_access_count(self) -> int:
        """The number of misaligned loads and stores."""
        return self.misaligned_accesses.total()
