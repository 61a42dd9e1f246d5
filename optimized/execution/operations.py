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
    ADD_32 = 10
    SUBTRACT_32 = 11
    SHIFT_LEFT_32 = 12
    SHIFT_RIGHT_LOGICAL_32 = 13
    SHIFT_RIGHT_ARITHMETIC_32 = 14
    MULTIPLY = 15
    MULTIPLY_HIGH_SIGNED = 16
    MULTIPLY_HIGH_SIGNED_UNSIGNED = 17
    MULTIPLY_HIGH_UNSIGNED = 18
    MULTIPLY_32 = 19
    DIVIDE_SIGNED = 20
    DIVIDE_UNSIGNED = 21
    REMAINDER_SIGNED = 22
    REMAINDER_UNSIGNED = 23
    DIVIDE_SIGNED_32 = 24
    DIVIDE_UNSIGNED_32 = 25
    REMAINDER_SIGNED_32 = 26
    REMAINDER_UNSIGNED_32 = 27


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
    word_arithmetic.add_32: Operation.ADD_32,
    word_arithmetic.subtract_32: Operation.SUBTRACT_32,
    word_arithmetic.shift_left_32: Operation.SHIFT_LEFT_32,
    word_arithmetic.shift_right_logical_32: Operation.SHIFT_RIGHT_LOGICAL_32,
    word_arithmetic.shift_right_arithmetic_32: Operation.SHIFT_RIGHT_ARITHMETIC_32,
    multiply_divide.multiply: Operation.MULTIPLY,
    multiply_divide.multiply_high_signed: Operation.MULTIPLY_HIGH_SIGNED,
    multiply_divide.multiply_high_signed_unsigned: Operation.MULTIPLY_HIGH_SIGNED_UNSIGNED,
    multiply_divide.multiply_high_unsigned: Operation.MULTIPLY_HIGH_UNSIGNED,
    multiply_divide.multiply_32: Operation.MULTIPLY_32,
    multiply_divide.divide_signed: Operation.DIVIDE_SIGNED,
    multiply_divide.divide_unsigned: Operation.DIVIDE_UNSIGNED,
    multiply_divide.remainder_signed: Operation.REMAINDER_SIGNED,
    multiply_divide.remainder_unsigned: Operation.REMAINDER_UNSIGNED,
    multiply_divide.divide_signed_32: Operation.DIVIDE_SIGNED_32,
    multiply_divide.divide_unsigned_32: Operation.DIVIDE_UNSIGNED_32,
    multiply_divide.remainder_signed_32: Operation.REMAINDER_SIGNED_32,
    multiply_divide.remainder_unsigned_32: Operation.REMAINDER_UNSIGNED_32,
}

Word: TypeAlias = Any
"""A 64-bit word of compiled code."""

U64, I64, U32, I32 = np.uint64, np.int64, np.uint32, np.int32
ALL_ONES = np.uint64(2**64 - 1)
LOW_32 = np.uint64(2**32 - 1)
"""Masks of a doubleword, and of a word in it."""


@compiled
def _low_32(word: Word) -> Word:
    """The low 32 bits, sign-extended."""
    return U64(I64(I32(U32(word & LOW_32))))


@compiled
def _high_product(left: Word, right: Word) -> Word:
    """The high 64 bits of the product of unsigned numbers, from four products of their halves."""
    a, b = left >> U64(32), left & LOW_32
    c, d = right >> U64(32), right & LOW_32
    middle = b * c + (b * d >> U64(32))
    other = a * d + (middle & LOW_32)
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
    if operation == Operation.ADD:
        return left + right
    if operation == Operation.SUBTRACT:
        return left - right
    if operation == Operation.SHIFT_LEFT:
        return left << (right & U64(63))
    if operation == Operation.SHIFT_RIGHT_LOGICAL:
        return left >> (right & U64(63))
    if operation == Operation.SHIFT_RIGHT_ARITHMETIC:
        return U64(I64(left) >> I64(right & U64(63)))
    if operation == Operation.BELOW_SIGNED:
        return U64(I64(left) < I64(right))
    if operation == Operation.BELOW_UNSIGNED:
        return U64(left < right)
    if operation == Operation.EXCLUSIVE_OR:
        return left ^ right
    if operation == Operation.OR:
        return left | right
    if operation == Operation.AND:
        return left & right
    if operation == Operation.ADD_32:
        return _low_32(left + right)
    if operation == Operation.SUBTRACT_32:
        return _low_32(left - right)
    if operation == Operation.SHIFT_LEFT_32:
        return _low_32(left << (right & U64(31)))
    if operation == Operation.SHIFT_RIGHT_LOGICAL_32:
        return _low_32((left & LOW_32) >> (right & U64(31)))
    if operation == Operation.SHIFT_RIGHT_ARITHMETIC_32:
        return U64(I64(_low_32(left)) >> I64(right & U64(31)))
    if operation == Operation.MULTIPLY:
        return left * right
    if operation == Operation.MULTIPLY_HIGH_UNSIGNED:
        return _high_product(left, right)
    if operation == Operation.MULTIPLY_HIGH_SIGNED_UNSIGNED:
        return _high_product(left, right) - (right if I64(left) < 0 else U64(0))
    if operation == Operation.MULTIPLY_HIGH_SIGNED:
        lost = (right if I64(left) < 0 else U64(0)) + (left if I64(right) < 0 else U64(0))
        return _high_product(left, right) - lost
    if operation == Operation.MULTIPLY_32:
        return _low_32(left * right)
    if operation == Operation.DIVIDE_SIGNED:
        return _divide_signed(left, right)
    if operation == Operation.DIVIDE_UNSIGNED:
        return left // right if right != 0 else ALL_ONES
    if operation == Operation.REMAINDER_SIGNED:
        return _remainder_signed(left, right)
    if operation == Operation.REMAINDER_UNSIGNED:
        return left % right if right != 0 else left
    if operation == Operation.DIVIDE_SIGNED_32:
        return _low_32(_divide_signed(_low_32(left), _low_32(right)))
    if operation == Operation.DIVIDE_UNSIGNED_32:
        return _low_32((left & LOW_32) // (right & LOW_32)) if right & LOW_32 != 0 else ALL_ONES
    if operation == Operation.REMAINDER_SIGNED_32:
        return _low_32(_remainder_signed(_low_32(left), _low_32(right)))
    return _low_32((left & LOW_32) % (right & LOW_32)) if right & LOW_32 != 0 else _low_32(left)
