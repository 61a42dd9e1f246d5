"""FENCE, ECALL and EBREAK.

With one hart and no devices every memory ordering is already kept, so FENCE does nothing; FENCE.I belongs to
Zifencei and is illegal here.
"""

from __future__ import annotations

from spec.isa.encoding import FENCE_FORMAT, FUNCT3_SHIFT, SYSTEM_FORMAT
from spec.isa.instruction import Family, Instruction, System

OPCODE_MISC_MEM = 0b0001111
OPCODE_SYSTEM = 0b1110011
"""The major opcodes MISC-MEM and SYSTEM [ISA manual, volume I, table of the base opcode map]."""

CALL_NUMBER_REGISTER = 17
"""a7: which environment call is meant, as in the Linux calling convention."""

CALL_ARGUMENT_REGISTER = 10
"""a0: the exit code, all 64 bits."""

HALT_CALL = 93
"""The number of Linux's exit call: the one call of the base machine."""

FENCE = Instruction(
    name="fence",
    format=FENCE_FORMAT,
    match=OPCODE_MISC_MEM | 0b000 << FUNCT3_SHIFT,
    family=Family.SYSTEM,
    meaning=System.FENCE,
    section="RV32I, Memory Ordering Instructions",
)
ECALL = Instruction(
    name="ecall",
    format=SYSTEM_FORMAT,
    match=OPCODE_SYSTEM,
    family=Family.SYSTEM,
    meaning=System.ENVIRONMENT_CALL,
    section="RV32I, Environment Call and Breakpoints",
)
EBREAK = Instruction(
    name="ebreak",
    format=SYSTEM_FORMAT,
    match=OPCODE_SYSTEM | 1 << 20,
    family=Family.SYSTEM,
    meaning=System.BREAKPOINT,
    section="RV32I, Environment Call and Breakpoints",
)

SYSTEM = (FENCE, ECALL, EBREAK)
