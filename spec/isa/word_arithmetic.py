"""RV64I arithmetic on 32-bit words: the low 32 bits of the operands, the result sign-extended to 64 bits."""

from __future__ import annotations

from spec.isa.encoding import FUNCT3_SHIFT, FUNCT7_SHIFT, I_FORMAT, R_FORMAT, SHIFT_5_FORMAT, Format
from spec.isa.instruction import Arithmetic, Family, Instruction, WordFunction
from spec.word import B, W, WordVocabulary

OPCODE_OP_32 = 0b0111011
OPCODE_OP_IMM_32 = 0b0011011
"""The major opcodes OP-32 and OP-IMM-32 [ISA manual, volume I, table of the base opcode map]."""

WORD_BITS = 32
"""What the ISA manual calls a word, in a vocabulary whose words have 64 bits."""


def add_32(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The low 32 bits of the sum, sign-extended."""
    return words.sign_extend(words.add(left, right), WORD_BITS)


def subtract_32(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The low 32 bits of the difference, sign-extended."""
    return words.sign_extend(words.subtract(left, right), WORD_BITS)


def shift_amount_32(words: WordVocabulary[W, B], right: W) -> W:
    """The low 5 bits of the second operand."""
    return words.bitwise_and(right, words.constant(WORD_BITS - 1))


def shift_left_32(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """Left's low 32 bits shifted left by the low 5 bits of right, sign-extended."""
    return words.sign_extend(words.shift_left(left, shift_amount_32(words, right)), WORD_BITS)


def shift_right_logical_32(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """Left's low 32 bits shifted right by the low 5 bits of right, filled with zeros, then sign-extended."""
    shifted = words.shift_right_logical(words.zero_extend(left, WORD_BITS), shift_amount_32(words, right))
    return words.sign_extend(shifted, WORD_BITS)


def shift_right_arithmetic_32(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """Left's low 32 bits shifted right by the low 5 bits of right, filled with their sign."""
    return words.shift_right_arithmetic(words.sign_extend(left, WORD_BITS), shift_amount_32(words, right))


def _instruction(name: str, form: Format, opcode: int, funct7: int, funct3: int, result: WordFunction) -> Instruction:
    kind = "Register" if form is R_FORMAT else "Immediate"
    return Instruction(
        name=name,
        format=form,
        match=opcode | funct3 << FUNCT3_SHIFT | funct7 << FUNCT7_SHIFT,
        family=Family.WORD_ARITHMETIC,
        meaning=Arithmetic(result),
        section=f"RV64I, Integer Register-{kind} {'Operations' if form is R_FORMAT else 'Instructions'}",
    )


ADDIW = _instruction("addiw", I_FORMAT, OPCODE_OP_IMM_32, 0b0000000, 0b000, add_32)
SLLIW = _instruction("slliw", SHIFT_5_FORMAT, OPCODE_OP_IMM_32, 0b0000000, 0b001, shift_left_32)
SRLIW = _instruction("srliw", SHIFT_5_FORMAT, OPCODE_OP_IMM_32, 0b0000000, 0b101, shift_right_logical_32)
SRAIW = _instruction("sraiw", SHIFT_5_FORMAT, OPCODE_OP_IMM_32, 0b0100000, 0b101, shift_right_arithmetic_32)
ADDW = _instruction("addw", R_FORMAT, OPCODE_OP_32, 0b0000000, 0b000, add_32)
SUBW = _instruction("subw", R_FORMAT, OPCODE_OP_32, 0b0100000, 0b000, subtract_32)
SLLW = _instruction("sllw", R_FORMAT, OPCODE_OP_32, 0b0000000, 0b001, shift_left_32)
SRLW = _instruction("srlw", R_FORMAT, OPCODE_OP_32, 0b0000000, 0b101, shift_right_logical_32)
SRAW = _instruction("sraw", R_FORMAT, OPCODE_OP_32, 0b0100000, 0b101, shift_right_arithmetic_32)

WORD_ARITHMETIC = (ADDIW, SLLIW, SRLIW, SRAIW, ADDW, SUBW, SLLW, SRLW, SRAW)
