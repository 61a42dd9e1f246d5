"""The function of the multiplication chips, in three lemmas.

1. Each operand, less 2^64 where its sign column is set, is the word as the instruction reads it.
2. The product of the two, expanded into products of bytes, agrees with the destination where the instruction looks:
   linear arithmetic, with every product of two bytes one abstract integer. The expansion is the product of the two
   numbers by the rules of polynomials, so what holds for it holds for `times` of the numbers.
3. So the destination is what the instruction set says, as a statement about numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import z3

from proofs_of_constraints.obligations.lemmas import Script
from proofs_of_constraints.obligations.obligation import Session
from proofs_of_constraints.translation.instruction_view import InstructionView
from proofs_of_constraints.translation.integer_row import product_of
from proofs_of_constraints.translation.integer_words import MODULUS, signed, times
from proofs_of_constraints.translation.program_layout import Executed
from spec.isa.word_arithmetic import WORD_BITS


def _as_unsigned(word: z3.ArithRef) -> z3.ArithRef:
    return word


@dataclass(frozen=True)
class _Reading:
    """How an instruction reads its operands, and whether it keeps the high half of the product."""

    left: Callable[[z3.ArithRef], z3.ArithRef] = _as_unsigned
    right: Callable[[z3.ArithRef], z3.ArithRef] = _as_unsigned
    high: bool = False
    bits: int = 64


_READINGS = {
    "mul": _Reading(),
    "mulw": _Reading(bits=WORD_BITS),
    "mulh": _Reading(signed, signed, high=True),
    "mulhsu": _Reading(signed, high=True),
    "mulhu": _Reading(high=True),
}
"""Hints: the last lemma fails for a wrong one."""


def prove_product(session: Session, view: InstructionView, executed: Executed) -> None:
    """Proves that the destination is the instruction's result.

    Raises BrokenProofError if a lemma does not hold, and UndecidedError if the solver gives no answer in time.
    """
    script = Script(session, view, executed)
    row, reading = script.row, _READINGS[executed.instruction.name]
    left = script.left if "left_sign" not in view.chip.columns else script.number("left", 8, 8, "left_sign")
    right = script.right if "right_sign" not in view.chip.columns else script.number("right", 8, 8, "right_sign")
    for name, number, word, read in (
        ("left", left, script.left, reading.left),
        ("right", right, script.right, reading.right),
    ):
        claim = row.integer(number) == read(row.integer(word))
        script.row_lemma(f"{name} operand is read as the instruction reads it", claim)

    product = row.integer(product_of(left, right))
    destination = row.integer(script.destination)
    exact, high, low, multiple = z3.Ints("product high_part low_half multiple")
    hypotheses = script.words_are_words()
    # The meaning's product becomes the number that the row's product is: a wrong reading leaves it as it was.
    product_term = times(reading.left(script.left_word), reading.right(script.right_word))
    meaning = z3.substitute(script.meaning(), (product_term, exact))
    word = script.destination_word
    if reading.high:
        low_half = row.integer(script.number("low", 4, 16, None))
        congruent = (low_half + destination * MODULUS - product) % MODULUS**2 == 0
        script.row_lemma("low half and destination are the product modulo 2^128", congruent, linear_only=False)
        script.row_lemma("low half is a word", z3.And(low_half >= 0, low_half < MODULUS), linear_only=False)
        parts = [low >= 0, low < MODULUS, exact == low + MODULUS * high]
        script.lemma("numbers: the high part is the product / 2^64", parts, exact / MODULUS == high)
        meaning = z3.substitute(meaning, (exact / MODULUS, high))
        hypotheses += [high == word + multiple * MODULUS]
    elif reading.bits == WORD_BITS:
        half = 1 << WORD_BITS
        congruent = (destination - product) % half == 0
        script.row_lemma("destination is the product modulo 2^32", congruent, linear_only=False)
        extended = z3.If(destination % half >= half // 2, MODULUS - half, 0) + destination % half
        script.row_lemma("destination is sign-extended", destination == extended)
        hypotheses += [word == exact + multiple * half]
        hypotheses += [word == z3.If(word % half >= half // 2, MODULUS - half, 0) + word % half]
    else:
        congruent = (destination - product) % MODULUS == 0
        script.row_lemma("destination is the product modulo 2^64", congruent, linear_only=False)
        hypotheses += [word == exact + multiple * MODULUS]
    script.lemma("numbers: destination is the result", hypotheses, word == meaning)
