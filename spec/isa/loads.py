"""RV64I loads. Misaligned addresses work (Zicclsm)."""

from __future__ import annotations

from spec.isa.encoding import FUNCT3_SHIFT, I_FORMAT
from spec.isa.instruction import Family, Instruction, Load

OPCODE_LOAD = 0b0000011
"""The major opcode LOAD [ISA manual, volume I, table of the base opcode map]."""


def _instruction(name: str, funct3: int, width_bytes: int, signed: bool) -> Instruction:
    return Instruction(
        name=name,
        format=I_FORMAT,
        match=OPCODE_LOAD | funct3 << FUNCT3_SHIFT,
        family=Family.LOAD,
        meaning=Load(width_bytes, signed),
        section="RV64I, Load and Store Instructions",
    )


LB = _instruction("lb", 0b000, 1, signed=True)
LH = _instruction("lh", 0b001, 2, signed=True)
LW = _instruction("lw", 0b010, 4, signed=True)
LD = _instruction("ld", 0b011, 8, signed=True)
LBU = _instruction("lbu", 0b100, 1, signed=False)
LHU = _instruction("lhu", 0b101, 2, signed=False)
LWU = _instruction("lwu", 0b110, 4, signed=False)

LOADS = (LB, LH, LW, LD, LBU, LHU, LWU)
