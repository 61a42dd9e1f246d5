"""The word vocabulary over Z3's fixed-size bit-vectors, whose conventions for zero divisors and large shifts it has."""

from __future__ import annotations

import z3

from spec.word import XLEN, WordVocabulary

_DOUBLE_BITS = 2 * XLEN


class BitVectorWords(WordVocabulary[z3.BitVecRef, z3.BoolRef]):
    """Words as 64-bit bit-vectors, truth values as Z3's booleans."""

    def constant(self, number: int) -> z3.BitVecRef:
        return z3.BitVecVal(number, XLEN)

    def add(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return left + right

    def subtract(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return left - right

    def multiply(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return left * right

    def multiply_high_unsigned(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return _high_half(z3.ZeroExt(XLEN, left) * z3.ZeroExt(XLEN, right))

    def multiply_high_signed(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return _high_half(z3.SignExt(XLEN, left) * z3.SignExt(XLEN, right))

    def multiply_high_signed_unsigned(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return _high_half(z3.SignExt(XLEN, left) * z3.ZeroExt(XLEN, right))

    def quotient_unsigned(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return z3.UDiv(left, right)

    def remainder_unsigned(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return z3.URem(left, right)

    def quotient_signed(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return left / right

    def remainder_signed(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return z3.SRem(left, right)

    def bitwise_and(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return left & right

    def bitwise_or(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return left | right

    def bitwise_xor(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BitVecRef:
        return left ^ right

    def shift_left(self, word: z3.BitVecRef, amount: z3.BitVecRef) -> z3.BitVecRef:
        return word << amount

    def shift_right_logical(self, word: z3.BitVecRef, amount: z3.BitVecRef) -> z3.BitVecRef:
        return z3.LShR(word, amount)

    def shift_right_arithmetic(self, word: z3.BitVecRef, amount: z3.BitVecRef) -> z3.BitVecRef:
        return word >> amount

    def sign_extend(self, word: z3.BitVecRef, from_bits: int) -> z3.BitVecRef:
        return z3.SignExt(XLEN - from_bits, z3.Extract(from_bits - 1, 0, word))

    def zero_extend(self, word: z3.BitVecRef, from_bits: int) -> z3.BitVecRef:
        return z3.ZeroExt(XLEN - from_bits, z3.Extract(from_bits - 1, 0, word))

    def equal(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BoolRef:
        return left == right

    def below_unsigned(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BoolRef:
        return z3.ULT(left, right)

    def below_signed(self, left: z3.BitVecRef, right: z3.BitVecRef) -> z3.BoolRef:
        return left < right

    def truth(self, known: bool) -> z3.BoolRef:
        return z3.BoolVal(known)

    def negation(self, condition: z3.BoolRef) -> z3.BoolRef:
        return z3.Not(condition)

    def conjunction(self, left: z3.BoolRef, right: z3.BoolRef) -> z3.BoolRef:
        return z3.And(left, right)

    def disjunction(self, left: z3.BoolRef, right: z3.BoolRef) -> z3.BoolRef:
        return z3.Or(left, right)

    def select(self, condition: z3.BoolRef, then: z3.BitVecRef, otherwise: z3.BitVecRef) -> z3.BitVecRef:
        return z3.If(condition, then, otherwise)


def _high_half(product: z3.BitVecRef) -> z3.BitVecRef:
    return z3.Extract(_DOUBLE_BITS - 1, XLEN, product)


BIT_VECTOR_WORDS = BitVectorWords()
