"""What is proven of each instruction of each instruction chip: it exists, it means the instruction, uniquely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from proofs_of_constraints.division.completeness import prove_division_complete
from proofs_of_constraints.division.function import prove_division
from proofs_of_constraints.division.reading import reading_of
from proofs_of_constraints.obligations.assumptions import (
    BALANCE,
    CLOCKS,
    FUNCTION,
    INITIALISED,
    LOOKUP_TABLES,
    MEMORY_LIMBS,
    PROGRAM_TABLE,
    REGISTER_ZERO,
)
from proofs_of_constraints.obligations.checked_row import with_registers
from proofs_of_constraints.obligations.completeness import prove_complete
from proofs_of_constraints.obligations.concrete_row import RV64IM_LOOKUPS, ConcreteRow
from proofs_of_constraints.obligations.determinism import prove_determinism
from proofs_of_constraints.obligations.lemmas import BrokenProofError
from proofs_of_constraints.obligations.multiplication import prove_product
from proofs_of_constraints.obligations.obligation import (
    Counterexample,
    Kind,
    Obligation,
    Outcome,
    Session,
    UndecidedError,
    Verdict,
)
from proofs_of_constraints.obligations.operand_samples import OPERAND_SAMPLES
from proofs_of_constraints.translation.bit_vector_row import BitVectorRow
from proofs_of_constraints.translation.cases import cases, cases_of_factors
from proofs_of_constraints.translation.execution import Claim, Execution, executed_row, roles_of
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.instruction_view import InstructionView, view_of
from proofs_of_constraints.translation.interval import BOOLEAN, WrapError
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.program_layout import Executed, executed_instructions, limbs
from proofs_of_constraints.translation.row_system import RowSystem
from spec.air.chip import Chip
from spec.isa import Family
from spec.isa.instruction import Load, Store
from spec.word import INTEGER_WORDS

ROW_ASSUMPTIONS = (BALANCE, LOOKUP_TABLES, PROGRAM_TABLE, MEMORY_LIMBS, CLOCKS, REGISTER_ZERO)

DESTINATION = "destination"
"""The claim that lemma scripts prove in the place of bit-vectors."""


def instruction_obligations(chip: Chip) -> Iterator[Obligation]:
    """The obligations of every instruction that a chip executes."""
    for executed in executed_instructions():
        if executed.opcode not in chip.instructions:
            continue
        assumptions: tuple[str, ...] = ROW_ASSUMPTIONS
        if isinstance(executed.instruction.meaning, Load | Store):
            assumptions = (*assumptions, INITIALISED)

        def not_vacuous(session: Session, executed: Executed = executed) -> Outcome:
            return _prove_not_vacuous(session, view_of(chip), executed)

        def function(session: Session, executed: Executed = executed) -> Outcome:
            return _prove_function(session, view_of(chip), executed)

        def determinism(session: Session, executed: Executed = executed) -> Outcome:
            return prove_determinism(session, view_of(chip), executed)

        def complete(session: Session, executed: Executed = executed) -> Outcome:
            reading = reading_of(executed)
            if reading is not None:
                return prove_division_complete(session, view_of(chip), executed, reading)
            return prove_complete(session, view_of(chip), executed)

        yield Obligation(Kind.NOT_VACUOUS, chip.name, executed.name, (), not_vacuous)
        yield Obligation(Kind.FUNCTION, chip.name, executed.name, assumptions, function)
        yield Obligation(Kind.DETERMINISM, chip.name, executed.name, (*assumptions, FUNCTION), determinism)
        yield Obligation(Kind.COMPLETE, chip.name, executed.name, (PROGRAM_TABLE, MEMORY_LIMBS, CLOCKS), complete)


def _multiplies(executed: Executed) -> bool:
    return executed.instruction.family is Family.MULTIPLY_DIVIDE


def _prove_not_vacuous(session: Session, view: InstructionView, executed: Executed) -> Outcome:
    split = _sampled_cases(view, executed) if _multiplies(executed) else cases(executed_row(view, executed))
    for name, system in split:
        row = BitVectorRow(system)
        execution = Execution(row, view, executed)
        given = execution.given()
        model = session.satisfying(f"not-vacuous/{view.chip.name}/{executed.name}/{name}", given, bit_vectors=True)
        if model is not None:
            concrete = ConcreteRow(view.chip, row.cells(model))
            violations = concrete.violations()
            if not violations:
                return Outcome(Verdict.PROVEN, f"a row exists: {name}")
            return Outcome(Verdict.UNKNOWN, f"the row found violates {', '.join(violations)}")
    return Outcome(Verdict.REFUTED, "no row satisfies the constraints")


def _sampled_cases(view: InstructionView, executed: Executed) -> Iterator[tuple[str, RowSystem]]:
    """The cases of the row with sampled operands."""
    roles = roles_of(view, executed)
    for operands in OPERAND_SAMPLES:
        system = executed_row(view, executed)
        for access, operand in zip((roles.left, roles.right), operands, strict=True):
            if access is not None:
                for part, limb in zip(access.before, limbs(INTEGER_WORDS, operand), strict=True):
                    system.constrain("operand", part - Polynomial.constant(limb))
        if _multiplies(executed):
            # Known bytes leave nothing to multiply.
            system.simplify()
        for name, case in cases(system):
            yield f"operands {operands[0]:#x}, {operands[1]:#x}: {name}", case


def _prove_function(session: Session, view: InstructionView, executed: Executed) -> Outcome:
    if not _multiplies(executed):
        try:
            return _prove_cases(session, view, executed, list(cases(executed_row(view, executed))), ())
        except (UndecidedError, WrapError) as undecided:
            return _search(session, view, executed, str(undecided))
    system = executed_row(view, executed)
    system.simplify()
    if system.contradiction is not None:
        return Outcome(Verdict.PROVEN, f"no row satisfies {system.contradiction}")
    _drop_products(system)
    reading = reading_of(executed)
    try:
        outcome = _prove_cases(session, view, executed, [("without products", system)], (DESTINATION,))
        if outcome.verdict is Verdict.UNKNOWN:
            return _search(session, view, executed, outcome.detail)
        if outcome.verdict is Verdict.PROVEN:
            if reading is not None:
                prove_division(session, view, executed, reading)
            else:
                prove_product(session, view, executed)
    except (BrokenProofError, WrapError) as broken:
        return _search(session, view, executed, f"the proof breaks at: {broken}")
    if outcome.verdict is not Verdict.PROVEN:
        return outcome
    return Outcome(Verdict.PROVEN, "lemmas", wraps=outcome.wraps)


def _search(session: Session, view: InstructionView, executed: Executed, why: str) -> Outcome:
    """A proof did not go through: a counterexample at sampled operands, or no verdict."""
    for name, sampled in _sampled_cases(view, executed):
        for case, system in cases_of_factors(sampled):
            try:
                found = _prove_cases(session, view, executed, [(f"{name} {case}".rstrip(), system)], ())
            except (UndecidedError, WrapError):
                continue
            if found.verdict is Verdict.REFUTED:
                return found
    return Outcome(Verdict.UNKNOWN, f"{why}; no row found at sampled operands")


def _drop_products(system: RowSystem) -> None:
    """Forgets the facts that multiply two variables which are not flags."""
    system.facts = [
        fact
        for fact in system.facts
        if all(
            sum(system.ranges[name] != BOOLEAN for name in monomial) <= 1
            for factor in fact.factors
            for monomial in factor.terms
        )
    ]


def _prove_cases(
    session: Session,
    view: InstructionView,
    executed: Executed,
    split: Sequence[tuple[str, RowSystem]],
    without: Sequence[str],
) -> Outcome:
    wraps: list[str] = []
    for name, system in split:
        if system.lookups:
            return Outcome(Verdict.UNKNOWN, f"{name}: lookup {system.lookups[0].interaction.name} is not decided")
        wraps += [f"{name}: {source} {multiples}" for source, multiples in system.wraps().items()]
        try:
            row, claims, formulas = _function_query(BitVectorRow(system), view, executed, without)
        except WrapError:
            row, claims, formulas = _function_query(BitVectorRow(system, wide=True), view, executed, without)
        title = f"function/{view.chip.name}/{executed.name}/{name}"
        model = session.satisfying(title, formulas, bit_vectors=True)
        if model is not None:
            found = _counterexample(view, row, model, claims)
            verdict = Verdict.REFUTED if found.satisfies_declaration else Verdict.UNKNOWN
            return Outcome(verdict, f"{name}: {', '.join(found.failed)}", found)
    return Outcome(Verdict.PROVEN, f"{len(split)} cases", wraps=tuple(wraps))


def _function_query(
    row: BitVectorRow, view: InstructionView, executed: Executed, without: Sequence[str]
) -> tuple[BitVectorRow, list[Claim], list[z3.BoolRef]]:
    """The row, what it must do, and what no row may satisfy.

    Raises WrapError if a polynomial wraps around p too often to be encoded.
    """
    execution = Execution(row, view, executed)
    claims = [claim for claim in execution.claims() if claim.name not in without]
    # The claims come first: the values they speak of bring their own definitions.
    refuted = z3.Not(all_of(*(claim.holds for claim in claims)))
    return row, claims, [*execution.given(), refuted]


def _counterexample(
    view: InstructionView, row: BitVectorRow, model: z3.ModelRef, claims: Sequence[Claim]
) -> Counterexample:
    cells = with_registers(view.chip, row.cells(model), RV64IM_LOOKUPS)
    concrete = ConcreteRow(view.chip, cells)
    failed = [c for c in claims if not z3.is_true(model.eval(c.holds, model_completion=True))]

    def number(term: z3.BitVecRef) -> int:
        return int(model.eval(term, model_completion=True).as_long())

    return Counterexample(
        columns={name: cells[name] for name in view.chip.columns},
        failed=tuple(claim.name for claim in failed),
        expected={c.name: number(c.expected) for c in failed if c.expected is not None},
        actual={c.name: number(c.actual) for c in failed if c.actual is not None},
        messages=tuple(concrete.describe_messages()),
        satisfies_declaration=not concrete.violations(),
    )
