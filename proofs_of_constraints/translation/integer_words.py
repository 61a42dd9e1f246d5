"""The word vocabulary over Z3's integers in [0, 2^64), for meanings that multiply and divide.

Product, quotient and remainder are functions of which the solver only knows that equal arguments give equal values:
lemma scripts say elsewhere what they are. Bitwise operations and shifts are linear for some constants only.
"""

from __future__ import annotations

from typing import NoReturn

import z3

from spec.word import XLEN, WordVocabulary

MODULUS = 1 << XLEN

times = z3.Function("times", z3.IntSort(), z3.IntSort(), z3.IntSort())
"""The product of two integers."""

quotient = z3.Function("quotient", z3.IntSort(), z3.IntSort(), z3.IntSort())
"""The quotient of two integers rounded towards zero; never asked for a zero divisor."""

remainder = z3.Function("remainder", z3.IntSort(), z3.IntSort(), z3.IntSort())
"""dividend - divisor * quotient(dividend, divisor)."""


def signed(word: z3.ArithRef) -> z3.ArithRef:
    """The number in [-2^63, 2^63) that a word stands for in two's complement."""
    return z3.If(word >= MODULUS // 2, word - MODULUS, word)


class IntegerTermWords(WordVocabulary[z3.ArithRef, z3.BoolRef]):
    """Words as integer terms in [0, 2^64), truth values as Z3's booleans."""

    def constant(self, number: int) -> z3.ArithRef:
        return z3.IntVal(number % MODULUS)

    def add(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        return (left + right) % MODULUS

    def subtract(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        return (left - right) % MODULUS

    def multiply(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        return times(left, right) % MODULUS

    def multiply_high_unsigned(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        return times(left, right) / MODULUS % MODULUS

    def multiply_high_signed(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        return times(signed(left), signed(right)) / MODULUS % MODULUS

    def multiply_high_signed_unsigned(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        return times(signed(left), right) / MODULUS % MODULUS

    def quotient_unsigned(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        return z3.If(right == 0, z3.IntVal(MODULUS - 1), quotient(left, right))

    def remainder_unsigned(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        return z3.If(right == 0, left, remainder(left, right))

    def quotient_signed(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        by_zero = z3.If(signed(left) < 0, z3.IntVal(1), z3.IntVal(MODULUS - 1))
        return z3.If(right == 0, by_zero, quotient(signed(left), signed(right)) % MODULUS)

    def remainder_signed(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        return z3.If(right == 0, left, remainder(signed(left), signed(right)) % MODULUS)

    def bitwise_and(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.ArithRef:
        """With a constant whose ones are at the bottom or at the top.

        Raises NotImplementedError for any other operand.
        """
        mask = _known(right)
        if mask & (mask + 1) == 0:
            return left % (mask + 1)
        if -mask % MODULUS & (-mask % MODULUS - 1) == 0:
            return left - left % (-mask % MODULUS)
        raise NotImplementedError(f"bitwise and of integer terms with {mask:#x}")

    def bitwise_or(self, left: z3.ArithRef, right: z3.ArithRef) -> NoReturn:
        """Raises NotImplementedError always: integers have no bits."""
        raise NotImplementedError("bitwise or of integer terms")

    def bitwise_xor(self, left: z3.ArithRef, right: z3.ArithRef) -> NoReturn:
        """Raises NotImplementedError always: integers have no bits."""
        raise NotImplementedError("bitwise exclusive or of integer terms")

    def shift_left(self, word: z3.ArithRef, amount: z3.ArithRef) -> NoReturn:
        """Raises NotImplementedError always: integers have no bits."""
        raise NotImplementedError("shift of integer terms")

    def shift_right_logical(self, word: z3.ArithRef, amount: z3.ArithRef) -> z3.ArithRef:
        """By a constant. Raises NotImplementedError for an amount that is no constant."""
        return word / (1 << min(_known(amount), XLEN))

    def shift_right_arithmetic(self, word: z3.ArithRef, amount: z3.ArithRef) -> NoReturn:
        """Raises NotImplementedError always: integers have no bits."""
        raise NotImplementedError("shift of integer terms")

    def sign_extend(self, word: z3.ArithRef, from_bits: int) -> z3.ArithRef:
        low = word % (1 << from_bits)
        return z3.If(low >= 1 << (from_bits - 1), low + MODULUS - (1 << from_bits), low)

    def zero_extend(self, word: z3.ArithRef, from_bits: int) -> z3.ArithRef:
        return word % (1 << from_bits)

    def equal(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.BoolRef:
        return left == right

    def below_unsigned(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.BoolRef:
        return left < right

    def below_signed(self, left: z3.ArithRef, right: z3.ArithRef) -> z3.BoolRef:
        return signed(left) < signed(right)

    def truth(self, known: bool) -> z3.BoolRef:
        return z3.BoolVal(known)

    def negation(self, condition: z3.BoolRef) -> z3.BoolRef:
        return z3.Not(condition)

    def conjunction(self, left: z3.BoolRef, right: z3.BoolRef) -> z3.BoolRef:
        return z3.And(left, right)

    def disjunction(self, left: z3.BoolRef, right: z3.BoolRef) -> z3.BoolRef:
        return z3.Or(left, right)

    def select(self, condition: z3.BoolRef, then: z3.ArithRef, otherwise: z3.ArithRef) -> z3.ArithRef:
        return z3.If(condition, then, otherwise)


def _known(term: z3.ArithRef) -> int:
    """The value of a constant term."""
    if not z3.is_int_value(term):
        raise NotImplementedError(f"integer terms need a constant in the place of {term}")
    return int(term.as_long())


INTEGER_TERM_WORDS = IntegerTermWords()
