"""What instructions do to words, in compiled code: the meanings of `spec.isa` by number."""

from __future__ import annotations

from enum import IntEnum, unique
from typing import Any, TypeAlias

import numpy as np

from optimized.compilation import compiled
from spec.isa import multiply_divide, register_arithmetic, word_arithmetic
from spec.isa.instruction import WordFunction


@unique
class Operation(IntEnum):
    """Every arithmetic meaning; instructions with a register and with an immediate share one."""

    ADD = 0
    SUBTRACT = 1
    SHIFT_LEFT = 2
    SHIFT_RIGHT_LOGICAL = 3
    SHIFT_RIGHT_ARITHMETIC = 4
    BELOW_SIGNED = 5
    BELOW_UNSIGNED = 6
    EXCLUSIVE_OR = 7
    OR = 8
    AND = 9
    ADD_HALF = 10
    SUBTRACT_HALF = 11
    SHIFT_LEFT_HALF = 12
    SHIFT_RIGHT_LOGICAL_HALF = 13
    SHIFT_RIGHT_ARITHMETIC_HALF = 14
    MULTIPLY = 15
    MULTIPLY_HIGH_SIGNED = 16
    MULTIPLY_HIGH_SIGNED_UNSIGNED = 17
    MULTIPLY_HIGH_UNSIGNED = 18
    MULTIPLY_HALF = 19
    DIVIDE_SIGNED = 20
    DIVIDE_UNSIGNED = 21
    REMAINDER_SIGNED = 22
    REMAINDER_UNSIGNED = 23
    DIVIDE_SIGNED_HALF = 24
    DIVIDE_UNSIGNED_HALF = 25
    REMAINDER_SIGNED_HALF = 26
    REMAINDER_UNSIGNED_HALF = 27


OPERATION_OF: dict[WordFunction, Operation] = {
    register_arithmetic.add: Operation.ADD,
    register_arithmetic.subtract: Operation.SUBTRACT,
    register_arithmetic.shift_left: Operation.SHIFT_LEFT,
    register_arithmetic.shift_right_logical: Operation.SHIFT_RIGHT_LOGICAL,
    register_arithmetic.shift_right_arithmetic: Operation.SHIFT_RIGHT_ARITHMETIC,
    register_arithmetic.set_below_signed: Operation.BELOW_SIGNED,
    register_arithmetic.set_below_unsigned: Operation.BELOW_UNSIGNED,
    register_arithmetic.exclusive_or: Operation.EXCLUSIVE_OR,
    register_arithmetic.inclusive_or: Operation.OR,
    register_arithmetic.conjoin: Operation.AND,
    word_arithmetic.add_half: Operation.ADD_HALF,
    word_arithmetic.subtract_half: Operation.SUBTRACT_HALF,
    word_arithmetic.shift_left_half: Operation.SHIFT_LEFT_HALF,
    word_arithmetic.shift_right_logical_half: Operation.SHIFT_RIGHT_LOGICAL_HALF,
    word_arithmetic.shift_right_arithmetic_half: Operation.SHIFT_RIGHT_ARITHMETIC_HALF,
    multiply_divide.multiply: Operation.MULTIPLY,
    multiply_divide.multiply_high_signed: Operation.MULTIPLY_HIGH_SIGNED,
    multiply_divide.multiply_high_signed_unsigned: Operation.MULTIPLY_HIGH_SIGNED_UNSIGNED,
    multiply_divide.multiply_high_unsigned: Operation.MULTIPLY_HIGH_UNSIGNED,
    multiply_divide.multiply_half: Operation.MULTIPLY_HALF,
    multiply_divide.divide_signed: Operation.DIVIDE_SIGNED,
    multiply_divide.divide_unsigned: Operation.DIVIDE_UNSIGNED,
    multiply_divide.remainder_signed: Operation.REMAINDER_SIGNED,
    multiply_divide.remainder_unsigned: Operation.REMAINDER_UNSIGNED,
    multiply_divide.divide_signed_half: Operation.DIVIDE_SIGNED_HALF,
    multiply_divide.divide_unsigned_half: Operation.DIVIDE_UNSIGNED_HALF,
    multiply_divide.remainder_signed_half: Operation.REMAINDER_SIGNED_HALF,
    multiply_divide.remainder_unsigned_half: Operation.REMAINDER_UNSIGNED_HALF,
}

# Compiled code wants plain numbers.
ADD, SUBTRACT, SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC = range(5)
BELOW_SIGNED, BELOW_UNSIGNED, EXCLUSIVE_OR, OR, AND = range(5, 10)
ADD_HALF, SUBTRACT_HALF, SHIFT_LEFT_HALF, SHIFT_RIGHT_LOGICAL_HALF, SHIFT_RIGHT_ARITHMETIC_HALF = range(10, 15)
MULTIPLY, MULTIPLY_HIGH_SIGNED, MULTIPLY_HIGH_SIGNED_UNSIGNED, MULTIPLY_HIGH_UNSIGNED, MULTIPLY_HALF = range(15, 20)
DIVIDE_SIGNED, DIVIDE_UNSIGNED, REMAINDER_SIGNED, REMAINDER_UNSIGNED = range(20, 24)
DIVIDE_SIGNED_HALF, DIVIDE_UNSIGNED_HALF, REMAINDER_SIGNED_HALF, REMAINDER_UNSIGNED_HALF = range(24, 28)

Word: TypeAlias = Any
"""A 64-bit word of compiled code."""

U64, I64, U32, I32 = np.uint64, np.int64, np.uint32, np.int32
ALL_ONES = np.uint64(2**64 - 1)
LOW_HALF = np.uint64(2**32 - 1)


@compiled
def _half(word: Word) -> Word:
    """The low 32 bits, sign-extended."""
    return U64(I64(I32(U32(word & LOW_HALF))))


@compiled
def _high_product(left: Word, right: Word) -> Word:
    """The high 64 bits of the product of unsigned numbers, from four products of halves."""
    a, b = left >> U64(32), left & LOW_HALF
    c, d = right >> U64(32), right & LOW_HALF
    middle = b * c + (b * d >> U64(32))
    other = a * d + (middle & LOW_HALF)
    return a * c + (middle >> U64(32)) + (other >> U64(32))


@compiled
def _magnitude(word: Word) -> Word:
    return U64(0) - word if I64(word) < 0 else word


@compiled
def _divide_signed(left: Word, right: Word) -> Word:
    """Rounded towards zero; the overflow -2^63 / -1 wraps to the dividend."""
    if right == 0:
        return ALL_ONES
    quotient = _magnitude(left) // _magnitude(right)
    return U64(0) - quotient if (I64(left) < 0) != (I64(right) < 0) else quotient


@compiled
def _remainder_signed(left: Word, right: Word) -> Word:
    if right == 0:
        return left
    remainder = _magnitude(left) % _magnitude(right)
    return U64(0) - remainder if I64(left) < 0 else remainder


@compiled
def operate(operation: int, left: Word, right: Word) -> Word:
    """The result of an arithmetic operation on two 64-bit words."""
    if operation == ADD:
        return left + right
    if operation == SUBTRACT:
        return left - right
    if operation == SHIFT_LEFT:
        return left << (right & U64(63))
    if operation == SHIFT_RIGHT_LOGICAL:
        return left >> (right & U64(63))
    if operation == SHIFT_RIGHT_ARITHMETIC:
        return U64(I64(left) >> I64(right & U64(63)))
    if operation == BELOW_SIGNED:
        return U64(I64(left) < I64(right))
    if operation == BELOW_UNSIGNED:
        return U64(left < right)
    if operation == EXCLUSIVE_OR:
        return left ^ right
    if operation == OR:
        return left | right
    if operation == AND:
        return left & right
    if operation == ADD_HALF:
        return _half(left + right)
    if operation == SUBTRACT_HALF:
        return _half(left - right)
    if operation == SHIFT_LEFT_HALF:
        return _half(left << (right & U64(31)))
    if operation == SHIFT_RIGHT_LOGICAL_HALF:
        return _half((left & LOW_HALF) >> (right & U64(31)))
    if operation == SHIFT_RIGHT_ARITHMETIC_HALF:
        return U64(I64(_half(left)) >> I64(right & U64(31)))
    if operation == MULTIPLY:
        return left * right
    if operation == MULTIPLY_HIGH_UNSIGNED:
        return _high_product(left, right)
    if operation == MULTIPLY_HIGH_SIGNED_UNSIGNED:
        return _high_product(left, right) - (right if I64(left) < 0 else U64(0))
    if operation == MULTIPLY_HIGH_SIGNED:
        lost = (right if I64(left) < 0 else U64(0)) + (left if I64(right) < 0 else U64(0))
        return _high_product(left, right) - lost
    if operation == MULTIPLY_HALF:
        return _half(left * right)
    if operation == DIVIDE_SIGNED:
        return _divide_signed(left, right)
    if operation == DIVIDE_UNSIGNED:
        return left // right if right != 0 else ALL_ONES
    if operation == REMAINDER_SIGNED:
        return _remainder_signed(left, right)
    if operation == REMAINDER_UNSIGNED:
        return left % right if right != 0 else left
    if operation == DIVIDE_SIGNED_HALF:
        return _half(_divide_signed(_half(left), _half(right)))
    if operation == DIVIDE_UNSIGNED_HALF:
        return _half((left & LOW_HALF) // (right & LOW_HALF)) if right & LOW_HALF != 0 else ALL_ONES
    if operation == REMAINDER_SIGNED_HALF:
        return _half(_remainder_signed(_half(left), _half(right)))
    return _half((left & LOW_HALF) % (right & LOW_HALF)) if right & LOW_HALF != 0 else _half(left)
