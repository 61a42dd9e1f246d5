"""RV64I stores. Misaligned addresses work (Zicclsm)."""

from __future__ import annotations

from spec.isa.encoding import FUNCT3_SHIFT, S_FORMAT
from spec.isa.instruction import Family, Instruction, Store

OPCODE_STORE = 0b0100011
"""The major opcode STORE [ISA manual, volume I, table of the base opcode map]."""


def _instruction(name: str, funct3: int, width_bytes: int) -> Instruction:
    return Instruction(
        name=name,
        format=S_FORMAT,
        match=OPCODE_STORE | funct3 << FUNCT3_SHIFT,
        family=Family.STORE,
        meaning=Store(width_bytes),
        section="RV64I, Load and Store Instructions",
    )


SB = _instruction("sb", 0b000, 1)
SH = _instruction("sh", 0b001, 2)
SW = _instruction("sw", 0b010, 4)
SD = _instruction("sd", 0b011, 8)

STORES = (SB, SH, SW, SD)
