"""RV64I instructions with a 20-bit upper immediate, shifted left by 12 and sign-extended."""

from __future__ import annotations

from spec.isa.encoding import U_FORMAT
from spec.isa.instruction import Family, Instruction, UpperImmediate
from spec.word import B, W, WordVocabulary

OPCODE_LUI = 0b0110111
OPCODE_AUIPC = 0b0010111
"""The major opcodes LUI and AUIPC [ISA manual, volume I, table of the base opcode map]."""


def immediate_alone(words: WordVocabulary[W, B], pc: W, immediate: W) -> W:
    """The immediate."""
    return immediate


def immediate_after_pc(words: WordVocabulary[W, B], pc: W, immediate: W) -> W:
    """pc + immediate."""
    return words.add(pc, immediate)


_SECTION = "RV64I, Integer Register-Immediate Instructions"

LUI = Instruction(
    name="lui",
    format=U_FORMAT,
    match=OPCODE_LUI,
    family=Family.UPPER_IMMEDIATE,
    meaning=UpperImmediate(immediate_alone),
    section=_SECTION,
)
AUIPC = Instruction(
    name="auipc",
    format=U_FORMAT,
    match=OPCODE_AUIPC,
    family=Family.UPPER_IMMEDIATE,
    meaning=UpperImmediate(immediate_after_pc),
    section=_SECTION,
)

UPPER_IMMEDIATES = (LUI, AUIPC)
