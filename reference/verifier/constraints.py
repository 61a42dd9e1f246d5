"""Step 4 of a segment: one sumcheck for all constraints and for the end of the bus circuit.

The numbers are those of Section 4.5 of the whitepaper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.buses import CircuitClaim
from reference.verifier.steps import VerifierSteps
from spec.air.bus import Scope
from spec.air.chip import Role
from spec.field import Extension
from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges
from spec.protocol.labels import Label
from spec.protocol.stacking import Commitment, commitment_of
from spec.protocol.transcript import Transcript
from spec.protocol.zerocheck import FIRST_CONSTRAINT_POWER, padding, power_count, table_weights
from spec.rejection import Rejection


@dataclass(frozen=True)
class RowValues(Generic[Element, Value, Word, Bit]):
    """A table's columns at a point, as an interpretation of its expressions."""

    algebra: Algebra[Element, Value, Word, Bit]
    main_values: Sequence[Value]
    fixed_values: Sequence[Value]
    public_values: Mapping[str, Value]

    def constant(self, element: int) -> Value:
        return self.algebra.value(element)

    def main(self, index: int) -> Value:
        return self.main_values[index]

    def fixed(self, index: int) -> Value:
        return self.fixed_values[index]

    def public(self, name: str) -> Value:
        return self.public_values[name]

    def add(self, left: Value, right: Value) -> Value:
        return left + right

    def subtract(self, left: Value, right: Value) -> Value:
        return left - right

    def multiply(self, left: Value, right: Value) -> Value:
        return left * right


def follow_zerocheck(
    transcript: Transcript[Element, Value, Word, Bit],
    form: SegmentForm,
    circuit: CircuitClaim[Value],
    rounds: Sequence[Sequence[Extension]],
    column_values: Mapping[Commitment, Sequence[Value]],
    public_values: Mapping[str, Value],
    challenges: Mapping[Scope, BusChallenges[Value]],
    where: str,
    steps: VerifierSteps[Element, Value, Word, Bit],
) -> Sequence[Value]:
    """Checks that the claimed column values belong to tables that satisfy everything. Returns the point r they are
    claimed at.

    Errors: zerocheck_batching, zerocheck_round.
    """
    algebra = transcript.algebra
    tables = form.shape.tables

    # 4a. The weights.
    powers = steps.powers(algebra, transcript.sample(Label.ZEROCHECK_BATCHING), power_count(tables))
    one, batching = powers[:FIRST_CONSTRAINT_POWER]
    weights = table_weights(tables, form.circuit, circuit.point, powers)
    claim = circuit.numerator + batching * (circuit.denominator - padding(one, weights))

    # 4b. The rounds.
    claim, point = steps.follow_rounds(
        transcript,
        rounds,
        claim,
        Label.ZEROCHECK_ROUND_POLYNOMIAL,
        Label.ZEROCHECK_ROUND,
        beside=circuit.point[len(circuit.point) - form.zerocheck_rounds :],
    )

    # 4c. The end.
    rows = table_rows(algebra, form, column_values, public_values, point)
    end = steps.tables_value(algebra, tables, rows, weights, challenges)
    algebra.require_equal(claim, end, Rejection.ZEROCHECK_MISMATCH, where)
    return point


def table_rows(
    algebra: Algebra[Element, Value, Word, Bit],
    form: SegmentForm,
    column_values: Mapping[Commitment, Sequence[Value]],
    public_values: Mapping[str, Value],
    point: Sequence[Value],
) -> list[RowValues[Element, Value, Word, Bit]]:
    """Every table's columns at its part of the point: committed ones as claimed, the machine's by closed forms."""

    def claimed(commitment: Commitment, position: int) -> Sequence[Value]:
        return column_values[commitment][form.layouts[commitment].of_table.get(position, slice(0))]

    rows = []
    for position, table in enumerate(form.shape.tables):
        role = table.chip.role
        fixed = claimed(Commitment.PROGRAM, position)
        if role is Role.MACHINE_TABLE:
            closed_form = form.shape.machine.tables[table.chip.name].closed_form
            fixed = closed_form(point[len(point) - table.height_log2 :])
        rows.append(RowValues(algebra, claimed(commitment_of(role), position), fixed, public_values))
    return rows
