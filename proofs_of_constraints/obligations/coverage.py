"""The chips of an opcode share its executions out: domains are disjoint and together hold every normal execution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import z3

from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.bit_vector_words import BIT_VECTOR_WORDS as WORDS
from proofs_of_constraints.translation.domains import Inputs, completes, in_domain
from proofs_of_constraints.translation.formulas import any_of
from proofs_of_constraints.translation.program_layout import Executed, executed_instructions
from spec.air.chip import Chip
from spec.isa.instruction import System
from spec.isa.step import Operands
from spec.word import XLEN


def coverage_obligations(chips: Sequence[Chip]) -> Iterator[Obligation]:
    """One obligation for each instruction of the machine that can be proven."""
    for executed in executed_instructions():
        takers = [chip for chip in chips if executed.opcode in chip.instructions]

        def covered(session: Session, executed: Executed = executed, takers: list[Chip] = takers) -> Outcome:
            return _prove_covered(session, executed, takers)

        yield Obligation(Kind.COVERED, "", executed.name, (), covered)


def _prove_covered(session: Session, executed: Executed, chips: Sequence[Chip]) -> Outcome:
    pc, left, right, immediate, low, high = z3.BitVecs("pc left right immediate low high", XLEN)
    inputs = Inputs(left, immediate)
    domains = {c.name: in_domain(WORDS, c.domain, executed.instruction, inputs) for c in chips}
    normal = completes(WORDS, executed.instruction, Operands(pc, left, right, immediate, low, high))
    queries = {"an execution in no domain": [normal, *map(z3.Not, domains.values())]}
    if executed.instruction.meaning is System.ENVIRONMENT_CALL:
        # A number decides by itself: one that no call has must have no row.
        queries["an execution of no call"] = [z3.Not(normal), any_of(*domains.values())]
    for one, other in combinations(domains, 2):
        queries[f"an execution in the domains of {one} and {other}"] = [domains[one], domains[other]]
    for name, formulas in queries.items():
        model = session.satisfying(f"covered/{executed.name}/{name}", formulas, bit_vectors=True)
        if model is not None:
            columns = {str(word): model.eval(word, model_completion=True).as_long() for word in (left, immediate)}
            return Outcome(Verdict.REFUTED, name, Counterexample(columns, is_input=True))
    return Outcome(Verdict.PROVEN, ", ".join(domains))
