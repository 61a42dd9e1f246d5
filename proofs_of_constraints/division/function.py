"""The function of the division chips, in lemmas. D, Q, R, B are divisor, quotient, remainder, dividend as integers.

1. Row, without products: B and D are the words as the instruction reads them; unless D = 0, |R| < |D| and R is 0 or
   has the sign of B; for D = 0 every bit of the quotient is set; the destination is quotient or remainder,
   sign-extended.
2. Row, products of bytes abstract: D Q + R = B modulo 2^(2 width).
3. Numbers: both sides are so small that this is exact.
4. Numbers: the conditions determine Q and R: they are the truncated quotient and the remainder (nonlinear).
5. Numbers: so the destination is what the instruction set says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from proofs_of_constraints.division.reading import Reading
from proofs_of_constraints.obligations.lemmas import Script
from proofs_of_constraints.obligations.obligation import Session
from proofs_of_constraints.translation.instruction_view import InstructionView
from proofs_of_constraints.translation.integer_row import product_of
from proofs_of_constraints.translation.integer_words import INTEGER_TERM_WORDS, quotient, remainder, signed
from proofs_of_constraints.translation.program_layout import Executed
from spec.rv64im.buses import LIMB_BITS
from spec.word import BYTE_BITS


def _magnitude(number: z3.ArithRef) -> z3.ArithRef:
    return z3.If(number < 0, -number, number)


def _truncated_quotient(dividend: z3.ArithRef, divisor: z3.ArithRef) -> z3.ArithRef:
    """The quotient rounded towards zero, by the solver's own division of magnitudes."""
    size = _magnitude(dividend) / _magnitude(divisor)
    return z3.If((dividend < 0) == (divisor < 0), size, -size)


@dataclass(frozen=True)
class _Numbers:
    """The four integers of the division."""

    divisor: z3.ArithRef
    quotient: z3.ArithRef
    remainder: z3.ArithRef
    dividend: z3.ArithRef

    def bounded(self, reading: Reading, width: int) -> list[z3.BoolRef]:
        """What the row's columns say of their sizes."""
        half, whole = 1 << (width - 1), 1 << width
        low, high = (-half, half) if reading.signed else (0, whole)
        return [
            self.divisor >= low,
            self.divisor < high,
            self.dividend >= low,
            self.dividend < high,
            self.quotient >= -whole,
            self.quotient < whole,
            self.remainder >= -whole,
            self.remainder < whole,
        ]

    def unique(self) -> list[z3.BoolRef]:
        """What makes them the truncated division of a nonzero divisor."""
        alike = z3.Or(self.remainder == 0, (self.remainder < 0) == (self.dividend < 0))
        return [
            z3.Implies(self.divisor != 0, _magnitude(self.remainder) < _magnitude(self.divisor)),
            z3.Implies(self.divisor != 0, alike),
        ]


def prove_division(session: Session, view: InstructionView, executed: Executed, reading: Reading) -> None:
    """Proves that the destination is the instruction's result.

    Raises BrokenProofError if a lemma does not hold, and UndecidedError if the solver gives no answer in time.
    """
    script = Script(session, view, executed)
    row, count, width = script.row, reading.limb_count, reading.width_bits
    divisor = script.number("divisor", 2 * count, BYTE_BITS, "divisor_sign")
    quotient_terms = script.number("quotient", 2 * count, BYTE_BITS, "quotient_sign")
    remainder_terms = script.number("remainder", count, LIMB_BITS, "remainder_sign")
    dividend = script.number("dividend", count, LIMB_BITS, "dividend_sign")
    in_row = _Numbers(*map(row.integer, (divisor, quotient_terms, remainder_terms, dividend)))

    for name, number, word in (("dividend", in_row.dividend, script.left), ("divisor", in_row.divisor, script.right)):
        claim = number == _read(row.integer(word), width, reading.signed)
        script.row_lemma(f"{name} is read as the instruction reads it", claim)
    for i, claim in enumerate(in_row.bounded(reading, width)):
        script.row_lemma(f"size {i} of the numbers", claim)
    size, sign = in_row.unique()
    script.row_lemma("remainder is smaller than the divisor", size)
    script.row_lemma("remainder has the dividend's sign", sign)
    bits = row.integer(script.number("quotient", 2 * count, BYTE_BITS, None))
    by_zero = z3.Implies(in_row.divisor == 0, bits == (1 << width) - 1)
    script.row_lemma("quotient by zero is all ones", by_zero)
    chosen = bits if reading.of_quotient else row.integer(script.number("remainder", count, LIMB_BITS, None))
    destination = row.integer(script.destination)
    extended = INTEGER_TERM_WORDS.sign_extend(chosen, width) if width < 64 else chosen
    script.row_lemma("destination is the chosen number", destination == extended)

    product = row.integer(product_of(divisor, quotient_terms))
    congruent = (product + in_row.remainder - in_row.dividend) % (1 << (2 * width)) == 0
    script.row_lemma("the division holds modulo 2^(2 width)", congruent, linear_only=False)
    _prove_numbers(script, reading, width)


def _read(word: z3.ArithRef, width: int, is_signed: bool) -> z3.ArithRef:
    """The low `width` bits of a word as a number."""
    low = word % (1 << width) if width < 64 else word
    return z3.If(low >= 1 << (width - 1), low - (1 << width), low) if is_signed else low


def _prove_numbers(script: Script, reading: Reading, width: int) -> None:
    """Steps 3 to 5, about numbers only."""
    numbers = _Numbers(*z3.Ints("D Q R B"))
    signs = _prove_quotient(script, reading, width, numbers)
    _prove_destination(script, reading, width, numbers, signs)


def _prove_quotient(script: Script, reading: Reading, width: int, numbers: _Numbers) -> list[z3.BoolRef]:
    """Steps 3 and 4: quotient and remainder are those that the manual defines. Returns what is known of signs."""
    divisor, quotient_number, rest, dividend = numbers.divisor, numbers.quotient, numbers.remainder, numbers.dividend
    product, multiple = z3.Ints("D*Q multiple")
    sizes = numbers.bounded(reading, width)
    # The extremes of the product of two intervals are products of their ends.
    ends = [d * q for d in _ends(reading, width) for q in (-1 << width, (1 << width) - 1)]
    hypotheses = [*sizes, product >= min(ends), product <= max(ends), z3.Implies(divisor == 0, product == 0)]
    hypotheses += numbers.unique()
    hypotheses.append(product + rest - dividend == multiple * (1 << (2 * width)))
    script.lemma("numbers: the division is exact", hypotheses, product + rest == dividend)

    exact = [dividend == divisor * quotient_number + rest, *numbers.unique()]
    nonzero = [*exact, divisor != 0]
    claim = quotient_number == _truncated_quotient(dividend, divisor)
    # Sign by sign: the solver may lose its way in all of them at once.
    for of_dividend in (dividend >= 0, dividend < 0):
        for of_divisor in (divisor > 0, divisor < 0):
            name = f"numbers: the quotient is the truncated one where {of_dividend} and {of_divisor}"
            script.lemma(name, [*nonzero, of_dividend, of_divisor], claim)
    signs: list[z3.BoolRef] = []
    if not reading.signed:
        signs.append(z3.Implies(divisor != 0, quotient_number >= 0))
        script.lemma("numbers: an unsigned quotient is not negative", [*exact, *sizes], *signs)
    # By this and the last lemma, the remainder is what `remainder` is defined as.
    left_over = dividend - divisor * quotient_number
    script.lemma("numbers: the remainder is what is left", nonzero, rest == left_over)
    script.lemma("numbers: division by zero leaves the dividend", [*exact, divisor == 0], rest == dividend)
    return signs


def _prove_destination(
    script: Script, reading: Reading, width: int, numbers: _Numbers, signs: Sequence[z3.BoolRef]
) -> None:
    """Step 5: the destination is the meaning of the instruction."""
    divisor, quotient_number, rest, dividend = numbers.divisor, numbers.quotient, numbers.remainder, numbers.dividend
    all_ones = (1 << width) - 1
    bits = z3.Int("chosen bits")
    chosen = quotient_number if reading.of_quotient else rest
    extend = INTEGER_TERM_WORDS.sign_extend if reading.signed else INTEGER_TERM_WORDS.zero_extend
    left, right = extend(script.left_word, width), extend(script.right_word, width)
    if width == 64:
        left, right = script.left_word, script.right_word
    if reading.signed:
        left, right = signed(left), signed(right)
    hypotheses = [
        *script.words_are_words(),
        *numbers.bounded(reading, width),
        *numbers.unique(),
        dividend == _read(script.left_word, width, reading.signed),
        divisor == _read(script.right_word, width, reading.signed),
        bits >= 0,
        bits <= all_ones,
        # The chosen columns are the number, plus 2^width where its sign column is set.
        z3.Or(bits == chosen, bits == chosen + all_ones + 1),
        z3.Implies(divisor == 0, bits == (all_ones if reading.of_quotient else dividend % (all_ones + 1))),
        *signs,
        z3.Implies(divisor != 0, quotient_number == quotient(dividend, divisor)),
        z3.Implies(divisor != 0, rest == remainder(dividend, divisor)),
    ]
    word = INTEGER_TERM_WORDS.sign_extend(bits, width) if width < 64 else bits
    hypotheses.append(script.destination_word == word)
    meaning = script.meaning()
    if width < 64:
        # Congruence needs the arguments in the same words as the number's definition.
        script.lemma("numbers: the left operand", hypotheses, left == dividend)
        script.lemma("numbers: the right operand", hypotheses, right == divisor)
        meaning = z3.substitute(meaning, (left, dividend), (right, divisor))
    script.lemma("numbers: destination is the result", hypotheses, script.destination_word == meaning)


def _ends(reading: Reading, width: int) -> tuple[int, int]:
    """The least and the greatest divisor."""
    return (-(1 << (width - 1)), (1 << (width - 1)) - 1) if reading.signed else (0, (1 << width) - 1)
