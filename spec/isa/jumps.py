"""RV64I unconditional jumps. Both write pc + 4 to rd."""

from __future__ import annotations

from spec.isa.encoding import I_FORMAT, J_FORMAT
from spec.isa.instruction import Family, Instruction, Jump
from spec.word import B, W, WordVocabulary

OPCODE_JAL = 0b1101111
OPCODE_JALR = 0b1100111
"""The major opcodes JAL and JALR [ISA manual, volume I, table of the base opcode map]."""


def relative_target(words: WordVocabulary[W, B], pc: W, base: W, offset: W) -> W:
    """pc + offset."""
    return words.add(pc, offset)


def indirect_target(words: WordVocabulary[W, B], pc: W, base: W, offset: W) -> W:
    """base + offset with bit 0 cleared."""
    return words.bitwise_and(words.add(base, offset), words.constant(-2))


_SECTION = "RV32I, Unconditional Jumps"

JAL = Instruction(
    name="jal",
    format=J_FORMAT,
    match=OPCODE_JAL,
    family=Family.JUMP,
    meaning=Jump(relative_target),
    section=_SECTION,
)
JALR = Instruction(
    name="jalr",
    format=I_FORMAT,
    match=OPCODE_JALR,
    family=Family.JUMP,
    meaning=Jump(indirect_target),
    section=_SECTION,
)

JUMPS = (JAL, JALR)
