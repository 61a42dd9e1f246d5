"""The word vocabulary: the few operations on which every instruction's meaning is written, once.

A word of this vocabulary is what a register holds, and has XLEN = 64 bits. The ISA manual's word has 32: instructions
on those are in `spec.isa.word_arithmetic`. A meaning receives a `WordVocabulary` and calls its operations, so the
same text runs on Python integers (`IntegerWords`, here) and on any other form of 64-bit words and truth values, such as
the bit-vectors of a solver. No operation raises, and every operation is total: the forms agree on all operands,
including zero divisors and shift amounts of 64 or more, where the conventions are those of SMT-LIB's
fixed-size bit-vectors [SMT-LIB]. A meaning must not lean on those conventions: it selects the case that
the ISA manual names, since both branches of a selection are always evaluated.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

BYTE_BITS = 8
XLEN = 64
"""The width of a register in bits, by the ISA manual's name."""

REGISTER_MASK = (1 << XLEN) - 1

W = TypeVar("W")
"""A 64-bit word."""

B = TypeVar("B")
"""A truth value."""


class WordVocabulary(ABC, Generic[W, B]):
    """Operations on words of type W and truth values of type B."""

    @abstractmethod
    def constant(self, number: int) -> W:
        """The word that is congruent to the number modulo 2^64; the number may be negative."""

    @abstractmethod
    def add(self, left: W, right: W) -> W:
        """left + right modulo 2^64."""

    @abstractmethod
    def subtract(self, left: W, right: W) -> W:
        """left - right modulo 2^64."""

    @abstractmethod
    def multiply(self, left: W, right: W) -> W:
        """The low 64 bits of the product."""

    @abstractmethod
    def multiply_high_unsigned(self, left: W, right: W) -> W:
        """The high 64 bits of the 128-bit product of two unsigned words."""

    @abstractmethod
    def multiply_high_signed(self, left: W, right: W) -> W:
        """The high 64 bits of the 128-bit product of two signed words."""

    @abstractmethod
    def multiply_high_signed_unsigned(self, left: W, right: W) -> W:
        """The high 64 bits of the 128-bit product of signed left and unsigned right."""

    @abstractmethod
    def quotient_unsigned(self, left: W, right: W) -> W:
        """left / right of unsigned words, rounded down; all ones if right is zero."""

    @abstractmethod
    def remainder_unsigned(self, left: W, right: W) -> W:
        """left - right * quotient of unsigned words; left if right is zero."""

    @abstractmethod
    def quotient_signed(self, left: W, right: W) -> W:
        """left / right of signed words, rounded towards zero, modulo 2^64.

        If right is zero: 1 for negative left, else -1.
        """

    @abstractmethod
    def remainder_signed(self, left: W, right: W) -> W:
        """left - right * quotient of signed words, with the sign of left; left if right is zero."""

    @abstractmethod
    def bitwise_and(self, left: W, right: W) -> W:
        """Bit by bit, one where both are one."""

    @abstractmethod
    def bitwise_or(self, left: W, right: W) -> W:
        """Bit by bit, one where at least one is one."""

    @abstractmethod
    def bitwise_xor(self, left: W, right: W) -> W:
        """Bit by bit, one where exactly one is one."""

    @abstractmethod
    def shift_left(self, word: W, amount: W) -> W:
        """word * 2^amount modulo 2^64: zero for amounts of 64 or more."""

    @abstractmethod
    def shift_right_logical(self, word: W, amount: W) -> W:
        """The unsigned word / 2^amount rounded down: zero for amounts of 64 or more."""

    @abstractmethod
    def shift_right_arithmetic(self, word: W, amount: W) -> W:
        """The signed word / 2^amount rounded down: the sign in every bit for amounts of 64 or more."""

    @abstractmethod
    def sign_extend(self, word: W, from_bits: int) -> W:
        """The low from_bits bits (1 to 64) as a signed number."""

    @abstractmethod
    def zero_extend(self, word: W, from_bits: int) -> W:
        """The low from_bits bits (1 to 64) as an unsigned number."""

    @abstractmethod
    def equal(self, left: W, right: W) -> B:
        """Whether the words are the same."""

    @abstractmethod
    def below_unsigned(self, left: W, right: W) -> B:
        """Whether left < right as unsigned numbers."""

    @abstractmethod
    def below_signed(self, left: W, right: W) -> B:
        """Whether left < right as signed numbers."""

    @abstractmethod
    def truth(self, known: bool) -> B:
        """The truth value known in advance."""

    @abstractmethod
    def negation(self, condition: B) -> B:
        """Whether the condition fails."""

    @abstractmethod
    def conjunction(self, left: B, right: B) -> B:
        """Whether both hold."""

    @abstractmethod
    def disjunction(self, left: B, right: B) -> B:
        """Whether at least one holds."""

    @abstractmethod
    def select(self, condition: B, then: W, otherwise: W) -> W:
        """`then` where the condition holds, else `otherwise`."""


def signed(word: int) -> int:
    """The number in [-2^63, 2^63) that the word in [0, 2^64) stands for in two's complement."""
    return word - (word >> (XLEN - 1) << XLEN)


class IntegerWords(WordVocabulary[int, bool]):
    """Words as Python integers in [0, 2^64), truth values as bool."""

    def constant(self, number: int) -> int:
        return number & REGISTER_MASK

    def add(self, left: int, right: int) -> int:
        return (left + right) & REGISTER_MASK

    def subtract(self, left: int, right: int) -> int:
        return (left - right) & REGISTER_MASK

    def multiply(self, left: int, right: int) -> int:
        return (left * right) & REGISTER_MASK

    def multiply_high_unsigned(self, left: int, right: int) -> int:
        return (left * right) >> XLEN

    def multiply_high_signed(self, left: int, right: int) -> int:
        return ((signed(left) * signed(right)) >> XLEN) & REGISTER_MASK

    def multiply_high_signed_unsigned(self, left: int, right: int) -> int:
        return ((signed(left) * right) >> XLEN) & REGISTER_MASK

    def quotient_unsigned(self, left: int, right: int) -> int:
        return left // right if right else REGISTER_MASK

    def remainder_unsigned(self, left: int, right: int) -> int:
        return left % right if right else left

    def quotient_signed(self, left: int, right: int) -> int:
        dividend, divisor = signed(left), signed(right)
        if divisor == 0:
            return 1 if dividend < 0 else REGISTER_MASK
        magnitude = abs(dividend) // abs(divisor)
        return (magnitude if (dividend < 0) == (divisor < 0) else -magnitude) & REGISTER_MASK

    def remainder_signed(self, left: int, right: int) -> int:
        dividend, divisor = signed(left), signed(right)
        if divisor == 0:
            return left
        magnitude = abs(dividend) % abs(divisor)
        return (-magnitude if dividend < 0 else magnitude) & REGISTER_MASK

    def bitwise_and(self, left: int, right: int) -> int:
        return left & right

    def bitwise_or(self, left: int, right: int) -> int:
        return left | right

    def bitwise_xor(self, left: int, right: int) -> int:
        return left ^ right

    def shift_left(self, word: int, amount: int) -> int:
        return (word << amount) & REGISTER_MASK if amount < XLEN else 0

    def shift_right_logical(self, word: int, amount: int) -> int:
        return word >> amount

    def shift_right_arithmetic(self, word: int, amount: int) -> int:
        return (signed(word) >> amount) & REGISTER_MASK

    def sign_extend(self, word: int, from_bits: int) -> int:
        sign = 1 << (from_bits - 1)
        return ((word & (2 * sign - 1) ^ sign) - sign) & REGISTER_MASK

    def zero_extend(self, word: int, from_bits: int) -> int:
        return word & ((1 << from_bits) - 1)

    def equal(self, left: int, right: int) -> bool:
        return left == right

    def below_unsigned(self, left: int, right: int) -> bool:
        return left < right

    def below_signed(self, left: int, right: int) -> bool:
        return signed(left) < signed(right)

    def truth(self, known: bool) -> bool:
        return known

    def negation(self, condition: bool) -> bool:
        return not condition

    def conjunction(self, left: bool, right: bool) -> bool:
        return left and right

    def disjunction(self, left: bool, right: bool) -> bool:
        return left or right

    def select(self, condition: bool, then: int, otherwise: int) -> int:
        return then if condition else otherwise


INTEGER_WORDS = IntegerWords()
