"""The obligations of a circuit's chip."""

from __future__ import annotations

from collections.abc import Iterator

from proofs_of_constraints.circuit.completeness import prove_complete
from proofs_of_constraints.circuit.function import prove_determinism, prove_function, prove_row_exists
from proofs_of_constraints.circuit.view import circuit_view_of
from proofs_of_constraints.obligations.assumptions import (
    BALANCE,
    CIRCUIT,
    FUNCTION,
    LOOKUP_TABLES,
    ORDER_LIMBS,
    WRITTEN_ONCE,
)
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.polynomial import polynomial_of
from spec.air.chip import Chip
from spec.air.machine import Machine

ASSUMED = (BALANCE, LOOKUP_TABLES, CIRCUIT, WRITTEN_ONCE, ORDER_LIMBS)


def circuit_obligations(machine: Machine, chip: Chip) -> Iterator[Obligation]:
    """Whatever is proven of one chip of the circuit, which may be a changed one."""

    def exists(session: Session) -> Outcome:
        return prove_row_exists(session, machine, chip)

    yield Obligation(Kind.NOT_VACUOUS, chip.name, "", (), exists)
    yield Obligation(Kind.FUNCTION, chip.name, "", ASSUMED, lambda s: prove_function(s, chip))
    yield Obligation(Kind.DETERMINISM, chip.name, "", (*ASSUMED, FUNCTION), lambda s: prove_determinism(s, chip))
    yield Obligation(Kind.COMPLETE, chip.name, "", (CIRCUIT, ORDER_LIMBS), lambda s: prove_complete(s, chip))
    yield Obligation(Kind.PADDING, chip.name, "", (CIRCUIT,), lambda _: prove_padding(chip))
    yield Obligation(Kind.DISCIPLINE, chip.name, "", (), lambda _: prove_layout(chip))


def prove_layout(chip: Chip) -> Outcome:
    """Addresses, counts and multiplicities are the fixed columns that a circuit fills in, in their places."""
    view = circuit_view_of(chip)
    return Outcome(Verdict.PROVEN, f"{len(view.operands)} operands, {len(view.results)} results")


def prove_padding(chip: Chip) -> Outcome:
    """Where the fixed cells are zeros, nothing is sent or received whatever the prover writes, and zeros satisfy the
    constraints."""
    fixed = dict.fromkeys(chip.fixed_columns, 0)
    for interaction in chip.interactions:
        multiplicity = polynomial_of(interaction.multiplicity)
        if not multiplicity.variables() <= fixed.keys() or multiplicity.value(fixed):
            return Outcome(Verdict.REFUTED, f"{interaction.name} happens on a row of zeros in the fixed columns")
    zeros = dict.fromkeys((*chip.columns, *chip.definitions()), 0) | fixed
    for constraint in chip.constraints:
        if polynomial_of(constraint.expression).value(zeros):
            return Outcome(Verdict.REFUTED, f"{constraint.name} does not hold on a row of zeros")
    return Outcome(Verdict.PROVEN, f"{len(chip.interactions)} interactions")
