"""RV64I conditional branches."""

from __future__ import annotations

from spec.isa.encoding import B_FORMAT, FUNCT3_SHIFT
from spec.isa.instruction import Branch, Condition, Family, Instruction
from spec.word import B, W, WordVocabulary

OPCODE_BRANCH = 0b1100011
"""The major opcode BRANCH [ISA manual, volume I, table of the base opcode map]."""


def is_equal(words: WordVocabulary[W, B], left: W, right: W) -> B:
    """left = right."""
    return words.equal(left, right)


def is_not_equal(words: WordVocabulary[W, B], left: W, right: W) -> B:
    """left and right differ."""
    return words.negation(words.equal(left, right))


def is_below_signed(words: WordVocabulary[W, B], left: W, right: W) -> B:
    """left < right as signed numbers."""
    return words.below_signed(left, right)


def is_not_below_signed(words: WordVocabulary[W, B], left: W, right: W) -> B:
    """left >= right as signed numbers."""
    return words.negation(words.below_signed(left, right))


def is_below_unsigned(words: WordVocabulary[W, B], left: W, right: W) -> B:
    """left < right as unsigned numbers."""
    return words.below_unsigned(left, right)


def is_not_below_unsigned(words: WordVocabulary[W, B], left: W, right: W) -> B:
    """left >= right as unsigned numbers."""
    return words.negation(words.below_unsigned(left, right))


def _instruction(name: str, funct3: int, taken: Condition) -> Instruction:
    return Instruction(
        name=name,
        format=B_FORMAT,
        match=OPCODE_BRANCH | funct3 << FUNCT3_SHIFT,
        family=Family.BRANCH,
        meaning=Branch(taken),
        section="RV32I, Conditional Branches",
    )


BEQ = _instruction("beq", 0b000, is_equal)
BNE = _instruction("bne", 0b001, is_not_equal)
BLT = _instruction("blt", 0b100, is_below_signed)
BGE = _instruction("bge", 0b101, is_not_below_signed)
BLTU = _instruction("bltu", 0b110, is_below_unsigned)
BGEU = _instruction("bgeu", 0b111, is_not_below_unsigned)

BRANCHES = (BEQ, BNE, BLT, BGE, BLTU, BGEU)
