"""The integer form of the word vocabulary against definitions on unbounded integers and fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor, trunc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.word import INTEGER_WORDS as WORDS
from spec.word import XLEN, signed

MODULUS = 2**XLEN
CORNERS = [0, 1, 2, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**63 + 1, MODULUS - 2, MODULUS - 1]
A_WORD = st.sampled_from(CORNERS) | st.integers(0, MODULUS - 1)


def _as_signed(word: int) -> int:
    return word if word < 2**63 else word - MODULUS


DEFINITIONS: dict[str, tuple[Callable[[int, int], int], Callable[[int, int], int]]] = {
    "add": (WORDS.add, lambda a, b: a + b),
    "subtract": (WORDS.subtract, lambda a, b: a - b),
    "multiply": (WORDS.multiply, lambda a, b: a * b),
    "multiply_high_unsigned": (WORDS.multiply_high_unsigned, lambda a, b: a * b // MODULUS),
    "multiply_high_signed": (
        WORDS.multiply_high_signed,
        lambda a, b: _as_signed(a) * _as_signed(b) // MODULUS,
    ),
    "multiply_high_signed_unsigned": (
        WORDS.multiply_high_signed_unsigned,
        lambda a, b: _as_signed(a) * b // MODULUS,
    ),
    "bitwise_and": (WORDS.bitwise_and, lambda a, b: sum(1 << i for i in range(64) if a >> i & b >> i & 1)),
    "bitwise_or": (WORDS.bitwise_or, lambda a, b: sum(1 << i for i in range(64) if (a >> i | b >> i) & 1)),
    "bitwise_xor": (WORDS.bitwise_xor, lambda a, b: sum(1 << i for i in range(64) if (a >> i ^ b >> i) & 1)),
}


@pytest.mark.parametrize("name", DEFINITIONS)
@given(left=A_WORD, right=A_WORD)
def test_operation_on_any_words_is_its_definition_modulo_word(name: str, left: int, right: int) -> None:
    operation, definition = DEFINITIONS[name]
    assert operation(left, right) == definition(left, right) % MODULUS


@given(left=A_WORD, right=A_WORD.filter(bool))
def test_division_by_nonzero_word_rounds_the_exact_quotient(left: int, right: int) -> None:
    unsigned_quotient = floor(Fraction(left, right))
    assert WORDS.quotient_unsigned(left, right) == unsigned_quotient
    assert WORDS.remainder_unsigned(left, right) == left - right * unsigned_quotient
    dividend, divisor = _as_signed(left), _as_signed(right)
    signed_quotient = trunc(Fraction(dividend, divisor))
    assert WORDS.quotient_signed(left, right) == signed_quotient % MODULUS
    assert WORDS.remainder_signed(left, right) == (dividend - divisor * signed_quotient) % MODULUS


@pytest.mark.parametrize(("left", "quotient"), [(5, MODULUS - 1), (0, MODULUS - 1), (MODULUS - 5, 1)])
def test_division_by_zero_follows_the_bit_vector_convention(left: int, quotient: int) -> None:
    assert WORDS.quotient_unsigned(left, 0) == MODULUS - 1
    assert WORDS.quotient_signed(left, 0) == quotient
    assert WORDS.remainder_unsigned(left, 0) == left
    assert WORDS.remainder_signed(left, 0) == left


@given(word=A_WORD, amount=st.integers(0, 70) | A_WORD)
def test_shift_by_any_amount_is_a_product_or_rounded_quotient(word: int, amount: int) -> None:
    power = 2 ** min(amount, 130)
    assert WORDS.shift_left(word, amount) == word * power % MODULUS
    assert WORDS.shift_right_logical(word, amount) == word // power
    assert WORDS.shift_right_arithmetic(word, amount) == _as_signed(word) // power % MODULUS


@given(word=A_WORD, from_bits=st.integers(1, 64))
def test_extension_from_any_width_keeps_the_low_bits(word: int, from_bits: int) -> None:
    low = word % 2**from_bits
    assert WORDS.zero_extend(word, from_bits) == low
    number = low - 2**from_bits if low >= 2 ** (from_bits - 1) else low
    assert WORDS.sign_extend(word, from_bits) == number % MODULUS


@given(left=A_WORD, right=A_WORD)
def test_comparison_of_any_words_orders_their_numbers(left: int, right: int) -> None:
    assert WORDS.equal(left, right) == (left == right)
    assert WORDS.below_unsigned(left, right) == (left < right)
    assert WORDS.below_signed(left, right) == (_as_signed(left) < _as_signed(right))
    assert signed(left) == _as_signed(left)


@given(number=st.integers(-(2**65), 2**65))
def test_constant_of_any_number_is_its_residue(number: int) -> None:
    assert WORDS.constant(number) == number % MODULUS


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("right", [False, True])
def test_connectives_on_all_truth_values_follow_their_tables(left: bool, right: bool) -> None:
    assert WORDS.truth(left) is left
    assert WORDS.negation(left) is not left
    assert WORDS.conjunction(left, right) is (left and right)
    assert WORDS.disjunction(left, right) is (left or right)
    assert WORDS.select(left, 3, 4) == (3 if left else 4)
