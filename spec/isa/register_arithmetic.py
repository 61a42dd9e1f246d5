"""RV64I arithmetic on two registers, 64 bits wide."""

from __future__ import annotations

from spec.isa.encoding import FUNCT3_SHIFT, FUNCT7_SHIFT, R_FORMAT
from spec.isa.instruction import Arithmetic, Family, Instruction, WordFunction
from spec.word import XLEN, B, W, WordVocabulary

OPCODE_OP = 0b0110011
"""The major opcode OP [ISA manual, volume I, table of the base opcode map]."""


def add(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The sum; overflow is ignored."""
    return words.add(left, right)


def subtract(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The difference; overflow is ignored."""
    return words.subtract(left, right)


def shift_amount(words: WordVocabulary[W, B], right: W) -> W:
    """The low 6 bits of the second operand."""
    return words.bitwise_and(right, words.constant(XLEN - 1))


def shift_left(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """Left shifted left by the low 6 bits of right."""
    return words.shift_left(left, shift_amount(words, right))


def shift_right_logical(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """Left shifted right by the low 6 bits of right, filled with zeros."""
    return words.shift_right_logical(left, shift_amount(words, right))


def shift_right_arithmetic(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """Left shifted right by the low 6 bits of right, filled with its sign."""
    return words.shift_right_arithmetic(left, shift_amount(words, right))


def set_below_signed(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """1 if left < right as signed numbers, else 0."""
    return words.select(words.below_signed(left, right), words.constant(1), words.constant(0))


def set_below_unsigned(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """1 if left < right as unsigned numbers, else 0."""
    return words.select(words.below_unsigned(left, right), words.constant(1), words.constant(0))


def exclusive_or(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """Bitwise exclusive or."""
    return words.bitwise_xor(left, right)


def inclusive_or(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """Bitwise or."""
    return words.bitwise_or(left, right)


def conjoin(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """Bitwise and."""
    return words.bitwise_and(left, right)


def _instruction(name: str, funct7: int, funct3: int, result: WordFunction) -> Instruction:
    return Instruction(
        name=name,
        format=R_FORMAT,
        match=OPCODE_OP | funct3 << FUNCT3_SHIFT | funct7 << FUNCT7_SHIFT,
        family=Family.REGISTER_ARITHMETIC,
        meaning=Arithmetic(result),
        section="RV64I, Integer Register-Register Operations",
    )


ADD = _instruction("add", 0b0000000, 0b000, add)
SUB = _instruction("sub", 0b0100000, 0b000, subtract)
SLL = _instruction("sll", 0b0000000, 0b001, shift_left)
SLT = _instruction("slt", 0b0000000, 0b010, set_below_signed)
SLTU = _instruction("sltu", 0b0000000, 0b011, set_below_unsigned)
XOR = _instruction("xor", 0b0000000, 0b100, exclusive_or)
SRL = _instruction("srl", 0b0000000, 0b101, shift_right_logical)
SRA = _instruction("sra", 0b0100000, 0b101, shift_right_arithmetic)
OR = _instruction("or", 0b0000000, 0b110, inclusive_or)
AND = _instruction("and", 0b0000000, 0b111, conjoin)

REGISTER_ARITHMETIC = (ADD, SUB, SLL, SLT, SLTU, XOR, SRL, SRA, OR, AND)
