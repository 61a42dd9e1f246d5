"""The M extension: multiplication and division."""

from __future__ import annotations

from spec.isa.encoding import FUNCT3_SHIFT, FUNCT7_SHIFT, R_FORMAT
from spec.isa.instruction import Arithmetic, Family, Instruction, WordFunction
from spec.isa.register_arithmetic import OPCODE_OP
from spec.isa.word_arithmetic import OPCODE_OP_32, WORD_BITS
from spec.word import B, W, WordVocabulary

FUNCT7_MULTIPLY_DIVIDE = 0b0000001
"""MULDIV [ISA manual, volume I, chapter on the extension M]."""


def multiply(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The low 64 bits of the product."""
    return words.multiply(left, right)


def multiply_high_signed(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The high 64 bits of the product of signed numbers."""
    return words.multiply_high_signed(left, right)


def multiply_high_signed_unsigned(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The high 64 bits of the product of signed left and unsigned right."""
    return words.multiply_high_signed_unsigned(left, right)


def multiply_high_unsigned(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The high 64 bits of the product of unsigned numbers."""
    return words.multiply_high_unsigned(left, right)


def divide_signed(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The quotient of signed numbers, rounded towards zero; -1 for a zero divisor.

    The one overflow, -2^63 / -1, gives the dividend: 2^63 modulo 2^64.
    """
    zero_divisor = words.equal(right, words.constant(0))
    return words.select(zero_divisor, words.constant(-1), words.quotient_signed(left, right))


def divide_unsigned(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The quotient of unsigned numbers, rounded down; 2^64 - 1 for a zero divisor."""
    zero_divisor = words.equal(right, words.constant(0))
    return words.select(zero_divisor, words.constant(-1), words.quotient_unsigned(left, right))


def remainder_signed(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The remainder of signed numbers, with the dividend's sign; the dividend for a zero divisor.

    The one overflow, -2^63 / -1, gives 0.
    """
    zero_divisor = words.equal(right, words.constant(0))
    return words.select(zero_divisor, left, words.remainder_signed(left, right))


def remainder_unsigned(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The remainder of unsigned numbers; the dividend for a zero divisor."""
    zero_divisor = words.equal(right, words.constant(0))
    return words.select(zero_divisor, left, words.remainder_unsigned(left, right))


def multiply_32(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The low 32 bits of the product, sign-extended."""
    return words.sign_extend(words.multiply(left, right), WORD_BITS)


def divide_signed_32(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The quotient of the signed low 32 bits, sign-extended: in 64 bits it cannot overflow, in 32 it wraps."""
    quotient = divide_signed(words, words.sign_extend(left, WORD_BITS), words.sign_extend(right, WORD_BITS))
    return words.sign_extend(quotient, WORD_BITS)


def divide_unsigned_32(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The quotient of the unsigned low 32 bits, sign-extended."""
    quotient = divide_unsigned(words, words.zero_extend(left, WORD_BITS), words.zero_extend(right, WORD_BITS))
    return words.sign_extend(quotient, WORD_BITS)


def remainder_signed_32(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The remainder of the signed low 32 bits, sign-extended."""
    remainder = remainder_signed(words, words.sign_extend(left, WORD_BITS), words.sign_extend(right, WORD_BITS))
    return words.sign_extend(remainder, WORD_BITS)


def remainder_unsigned_32(words: WordVocabulary[W, B], left: W, right: W) -> W:
    """The remainder of the unsigned low 32 bits, sign-extended even for a zero divisor."""
    remainder = remainder_unsigned(words, words.zero_extend(left, WORD_BITS), words.zero_extend(right, WORD_BITS))
    return words.sign_extend(remainder, WORD_BITS)


def _instruction(name: str, opcode: int, funct3: int, result: WordFunction, section: str) -> Instruction:
    return Instruction(
        name=name,
        format=R_FORMAT,
        match=opcode | funct3 << FUNCT3_SHIFT | FUNCT7_MULTIPLY_DIVIDE << FUNCT7_SHIFT,
        family=Family.MULTIPLY_DIVIDE,
        meaning=Arithmetic(result),
        section=section,
    )


_MULTIPLICATION = "M extension, Multiplication Operations"
_DIVISION = "M extension, Division Operations"

MUL = _instruction("mul", OPCODE_OP, 0b000, multiply, _MULTIPLICATION)
MULH = _instruction("mulh", OPCODE_OP, 0b001, multiply_high_signed, _MULTIPLICATION)
MULHSU = _instruction("mulhsu", OPCODE_OP, 0b010, multiply_high_signed_unsigned, _MULTIPLICATION)
MULHU = _instruction("mulhu", OPCODE_OP, 0b011, multiply_high_unsigned, _MULTIPLICATION)
DIV = _instruction("div", OPCODE_OP, 0b100, divide_signed, _DIVISION)
DIVU = _instruction("divu", OPCODE_OP, 0b101, divide_unsigned, _DIVISION)
REM = _instruction("rem", OPCODE_OP, 0b110, remainder_signed, _DIVISION)
REMU = _instruction("remu", OPCODE_OP, 0b111, remainder_unsigned, _DIVISION)
MULW = _instruction("mulw", OPCODE_OP_32, 0b000, multiply_32, _MULTIPLICATION)
DIVW = _instruction("divw", OPCODE_OP_32, 0b100, divide_signed_32, _DIVISION)
DIVUW = _instruction("divuw", OPCODE_OP_32, 0b101, divide_unsigned_32, _DIVISION)
REMW = _instruction("remw", OPCODE_OP_32, 0b110, remainder_signed_32, _DIVISION)
REMUW = _instruction("remuw", OPCODE_OP_32, 0b111, remainder_unsigned_32, _DIVISION)

MULTIPLY_DIVIDE = (MUL, MULH, MULHSU, MULHU, DIV, DIVU, REM, REMU, MULW, DIVW, DIVUW, REMW, REMUW)
