"""The solver's forms of the word vocabulary against the integers."""

import itertools
from collections.abc import Callable

import pytest
import z3

from proofs_of_constraints.translation.bit_vector_words import BIT_VECTOR_WORDS
from proofs_of_constraints.translation.integer_words import INTEGER_TERM_WORDS, quotient, remainder, times
from spec.word import INTEGER_WORDS, XLEN, WordVocabulary

SAMPLES = (0, 1, 2, 7, 63, 64, 100, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 0xFEDCBA9876543210, 0xFFFFFFFF80000000)

WORD_OPERATIONS = sorted(
    name
    for name in WordVocabulary.__abstractmethods__
    if name
    not in {"constant", "sign_extend", "zero_extend", "truth", "negation", "conjunction", "disjunction", "select"}
)


@pytest.mark.parametrize("operation", WORD_OPERATIONS)
def test_bit_vector_operation_agrees_with_integers(operation: str) -> None:
    for left, right in itertools.product(SAMPLES, repeat=2):
        expected = getattr(INTEGER_WORDS, operation)(left, right)
        operands = (z3.BitVecVal(left, XLEN), z3.BitVecVal(right, XLEN))
        found = z3.simplify(getattr(BIT_VECTOR_WORDS, operation)(*operands))
        number = z3.is_true(found) if isinstance(expected, bool) else found.as_long()
        assert number == expected, (operation, hex(left), hex(right))


@pytest.mark.parametrize("bits", [1, 8, 32, 64])
@pytest.mark.parametrize("operation", ["sign_extend", "zero_extend"])
def test_extension_agrees_with_integers(operation: str, bits: int) -> None:
    for word in SAMPLES:
        expected = getattr(INTEGER_WORDS, operation)(word, bits)
        as_bits = getattr(BIT_VECTOR_WORDS, operation)(z3.BitVecVal(word, XLEN), bits)
        as_integer = getattr(INTEGER_TERM_WORDS, operation)(z3.IntVal(word), bits)
        assert z3.simplify(as_bits).as_long() == expected
        assert z3.simplify(as_integer).as_long() == expected


def truncated(dividend: int, divisor: int) -> tuple[int, int]:
    if divisor == 0:
        return 0, 0
    size = abs(dividend) // abs(divisor)
    number = size if (dividend < 0) == (divisor < 0) else -size
    return number, dividend - number * divisor


UNKNOWN_FUNCTIONS: dict[str, Callable[[int, int], int]] = {
    times.name(): lambda left, right: left * right,
    quotient.name(): lambda left, right: truncated(left, right)[0],
    remainder.name(): lambda left, right: truncated(left, right)[1],
}


def evaluated(term: z3.ExprRef) -> z3.ExprRef:
    """The term with the functions that the solver does not know replaced by their values."""
    children = [evaluated(child) for child in term.children()]
    name = term.decl().name()
    if name in UNKNOWN_FUNCTIONS:
        return z3.IntVal(UNKNOWN_FUNCTIONS[name](*(child.as_long() for child in children)))
    return z3.simplify(term.decl()(*children)) if children else term


INTEGER_OPERATIONS = [
    name for name in WORD_OPERATIONS if not name.startswith(("bitwise", "shift_left", "shift_right_arithmetic"))
]


@pytest.mark.parametrize("operation", INTEGER_OPERATIONS)
def test_integer_term_operation_agrees_with_integers(operation: str) -> None:
    for left, right in itertools.product(SAMPLES, repeat=2):
        expected = getattr(INTEGER_WORDS, operation)(left, right)
        found = evaluated(getattr(INTEGER_TERM_WORDS, operation)(z3.IntVal(left), z3.IntVal(right)))
        number = z3.is_true(found) if isinstance(expected, bool) else found.as_long()
        assert number == expected, (operation, hex(left), hex(right))


@pytest.mark.parametrize("mask", [1, 7, 0xFFFF, (1 << 64) - 2, (1 << 64) - 8])
def test_integer_term_and_with_a_block_of_ones_agrees_with_integers(mask: int) -> None:
    for word in SAMPLES:
        found = INTEGER_TERM_WORDS.bitwise_and(z3.IntVal(word), z3.IntVal(mask))
        assert z3.simplify(found).as_long() == word & mask


def test_integer_term_and_with_scattered_ones_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        INTEGER_TERM_WORDS.bitwise_and(z3.Int("word"), z3.IntVal(0b101))
    with pytest.raises(NotImplementedError):
        INTEGER_TERM_WORDS.bitwise_and(z3.Int("word"), z3.Int("mask"))
