"""RV64I arithmetic on a register and an immediate, 64 bits wide."""

from __future__ import annotations

from spec.isa.encoding import FUNCT3_SHIFT, I_FORMAT, SHIFT_6_FORMAT, Format
from spec.isa.instruction import Arithmetic, Family, Instruction, WordFunction
from spec.isa.register_arithmetic import (
    add,
    conjoin,
    exclusive_or,
    inclusive_or,
    set_below_signed,
    set_below_unsigned,
    shift_left,
    shift_right_arithmetic,
    shift_right_logical,
)

OPCODE_OP_IMM = 0b0010011
FUNCT6_SHIFT = 26
"""The major opcode OP-IMM, and where the six bits over a shift amount of six bits stand [ISA manual, volume I]."""


def _instruction(name: str, funct3: int, result: WordFunction, form: Format = I_FORMAT, funct6: int = 0) -> Instruction:
    return Instruction(
        name=name,
        format=form,
        match=OPCODE_OP_IMM | funct3 << FUNCT3_SHIFT | funct6 << FUNCT6_SHIFT,
        family=Family.IMMEDIATE_ARITHMETIC,
        meaning=Arithmetic(result),
        section="RV64I, Integer Register-Immediate Instructions",
    )


ADDI = _instruction("addi", 0b000, add)
SLTI = _instruction("slti", 0b010, set_below_signed)
SLTIU = _instruction("sltiu", 0b011, set_below_unsigned)
XORI = _instruction("xori", 0b100, exclusive_or)
ORI = _instruction("ori", 0b110, inclusive_or)
ANDI = _instruction("andi", 0b111, conjoin)
SLLI = _instruction("slli", 0b001, shift_left, SHIFT_6_FORMAT, 0b000000)
SRLI = _instruction("srli", 0b101, shift_right_logical, SHIFT_6_FORMAT, 0b000000)
SRAI = _instruction("srai", 0b101, shift_right_arithmetic, SHIFT_6_FORMAT, 0b010000)

IMMEDIATE_ARITHMETIC = (ADDI, SLTI, SLTIU, XORI, ORI, ANDI, SLLI, SRLI, SRAI)
