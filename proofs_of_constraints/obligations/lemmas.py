"""Scripts of lemmas for chips that multiply: each lemma is one query, the last one is the claim.

Lemmas about a row speak of its columns, with products abstract; lemmas about numbers speak of words alone. The
columns named in a script are hints where to look: a wrong hint makes a proof fail, never succeed.
"""

from __future__ import annotations

from collections.abc import Sequence

import z3

from proofs_of_constraints.obligations.obligation import Session
from proofs_of_constraints.translation.execution import executed_row, roles_of
from proofs_of_constraints.translation.instruction_view import InstructionView
from proofs_of_constraints.translation.integer_row import IntegerRow, IntegerTerms, scaled, sum_of
from proofs_of_constraints.translation.integer_words import INTEGER_TERM_WORDS, MODULUS
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.program_layout import Executed
from spec.isa.instruction import Arithmetic
from spec.isa.step import Operands, effect
from spec.rv64im.buses import LIMB_BITS


class BrokenProofError(Exception):
    """A lemma does not hold; the message names it. Whether the claim is false is another question."""


class Script:
    """The row under proof, and the numbers that lemmas about words speak of."""

    def __init__(self, session: Session, view: InstructionView, executed: Executed) -> None:
        self.session = session
        self.view = view
        self.executed = executed
        roles = roles_of(view, executed)
        if roles.left is None or roles.right is None or roles.destination is None:
            raise BrokenProofError(f"{executed.name} does not read two registers and write one")
        system = executed_row(view, executed)
        system.simplify()
        if system.contradiction is not None:
            raise BrokenProofError(f"no row satisfies {system.contradiction}")
        self.row = IntegerRow(system)
        self.left = self.row.word_terms(roles.left.before, LIMB_BITS)
        self.right = self.row.word_terms(roles.right.before, LIMB_BITS)
        self.destination = self.row.word_terms(roles.destination.after, LIMB_BITS)
        self.left_word, self.right_word, self.destination_word = z3.Ints("left right destination")

    def number(self, prefix: str, count: int, limb_bits: int, sign: str | None) -> IntegerTerms:
        """Columns prefix_0, prefix_1, ... as a number, less 2^width where the sign column is set."""
        limbs = [Polynomial.variable(f"{prefix}_{i}") for i in range(count)]
        total = self.row.word_terms(limbs, limb_bits)
        if sign is None or sign not in self.view.chip.columns:
            return total
        return sum_of(total, scaled(self.row.terms(Polynomial.variable(sign)), -(1 << (count * limb_bits))))

    def row_lemma(self, name: str, claim: z3.BoolRef, *, linear_only: bool = True) -> None:
        """Proves a claim about the row's columns.

        Raises BrokenProofError if a lemma does not hold, and UndecidedError if the solver gives no answer in time.
        """
        # The claim comes first: its variables' ranges are among the formulas.
        self.lemma(name, self.row.formulas(linear_only=linear_only), claim)

    def lemma(self, name: str, hypotheses: Sequence[z3.BoolRef], claim: z3.BoolRef) -> None:
        """Proves that hypotheses imply a claim.

        Raises BrokenProofError if a lemma does not hold, and UndecidedError if the solver gives no answer in time.
        """
        title = f"function/{self.view.chip.name}/{self.executed.name}/{name}"
        if self.session.satisfying(title, [*hypotheses, z3.Not(claim)]) is not None:
            raise BrokenProofError(name)

    def words_are_words(self) -> list[z3.BoolRef]:
        """The ranges of the three words."""
        words = (self.left_word, self.right_word, self.destination_word)
        return [bound for word in words for bound in (word >= 0, word < MODULUS)]

    def meaning(self) -> z3.ArithRef:
        """What the instruction set says of the two words."""
        assert isinstance(self.executed.instruction.meaning, Arithmetic)
        zero = z3.IntVal(0)
        operands = Operands(zero, self.left_word, self.right_word, zero, zero, zero)
        result = effect(INTEGER_TERM_WORDS, self.executed.instruction, operands).result
        assert result is not None
        return result
