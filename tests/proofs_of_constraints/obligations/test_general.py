"""What is proven of the chips of any machine, on the small one: each rule is needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_of_constraints.audit import obligations_of_chip, prove
from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.obligations.obligation import Kind, Outcome, Verdict
from spec.air.chip import Chip, Constraint, Role
from spec.air.expression import MainColumn, lift
from tests.proofs_of_constraints.broken_chips import column, interaction, with_interaction
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT
from tests.proofs_of_constraints.undeclared import undeclared
from tests.small_machine import BOUNDARY, HALT, MOVE, PROGRAM_TABLE, RANGE, RANGE_TABLE, SMALL_MACHINE

LOOKUP_KINDS = {Kind.DISCIPLINE}
CHIP_KINDS = {Kind.MULTIPLICITIES, Kind.PADDING, Kind.NOT_VACUOUS, Kind.DISCIPLINE}


def outcome_of(chip: Chip, kind: Kind, audited: AuditedMachine = SMALL_AUDIT) -> Outcome:
    """What proving the obligation of this kind gives."""
    (wanted,) = [o for o in obligations_of_chip(chip, audited) if o.kind is kind]
    return prove(wanted).outcome


@pytest.mark.parametrize("chip", SMALL_MACHINE.chips, ids=lambda chip: chip.name)
def test_chip_of_the_small_machine_is_proven(chip: Chip) -> None:
    results = {o.kind: prove(o).outcome.verdict for o in obligations_of_chip(chip, SMALL_AUDIT)}
    is_lookup = chip.role in (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)
    assert results == dict.fromkeys(LOOKUP_KINDS if is_lookup else CHIP_KINDS, Verdict.PROVEN)


def test_what_a_machine_brings_along_stands_in_the_place_of_the_general_obligation() -> None:
    def meaning(chip: Chip) -> list[object]:
        general = obligations_of_chip(chip, SMALL_AUDIT)
        return [replace(o, instruction="mine") for o in general if o.kind is Kind.PADDING]

    with_meaning = replace(SMALL_AUDIT, meanings={Role.INSTRUCTION: meaning})  # type: ignore[dict-item]
    found = {(o.kind, o.instruction) for o in obligations_of_chip(MOVE, with_meaning)}
    assert found == {(Kind.PADDING, "mine"), *((kind, "") for kind in CHIP_KINDS - {Kind.PADDING})}


def test_multiplicity_that_may_be_two_is_refuted() -> None:
    free = replace(HALT, constraints=())
    assert outcome_of(free, Kind.MULTIPLICITIES).detail == "a multiplicity is neither 0 nor 1"


def test_padding_that_sends_is_refuted() -> None:
    always = with_interaction(MOVE, replace(interaction(MOVE, "leave"), multiplicity=lift(1)))
    outcome = outcome_of(always, Kind.PADDING)
    assert (outcome.verdict, outcome.detail) == (Verdict.REFUTED, "a row that is not real sends or receives")


def test_counterexample_is_a_row_of_the_small_machine_with_its_messages() -> None:
    always = with_interaction(MOVE, replace(interaction(MOVE, "leave"), multiplicity=lift(1)))
    found = outcome_of(always, Kind.PADDING).counterexample
    assert found is not None
    assert list(found.columns)[: len(MOVE.columns)] == list(MOVE.columns)
    assert [line.partition(":")[0] for line in found.messages] == ["fetch", "arrive", "leave", "taken", "put_back"]
    assert found.satisfies_declaration is True


def test_chip_that_no_row_satisfies_is_refuted() -> None:
    never = replace(MOVE, constraints=(*MOVE.constraints, Constraint("never", column(MOVE, "real"))))
    outcome = outcome_of(never, Kind.NOT_VACUOUS)
    assert (outcome.verdict, outcome.detail) == (Verdict.REFUTED, "no row satisfies the constraints")


def test_row_that_a_lookup_table_does_not_hold_proves_nothing() -> None:
    # The contract says 7 bits, the table holds 6: the row that the solver finds is not to be trusted.
    clock = column(MOVE, "clock") - column(MOVE, "previous_clock") - 65
    generous = replace(RANGE, field_bits={"value": 7})
    checked = replace(interaction(MOVE, "is_later"), bus=generous)
    late = with_interaction(MOVE, checked)
    late = replace(late, constraints=(*late.constraints, Constraint("late", column(MOVE, "real") * clock)))
    outcome = outcome_of(late, Kind.NOT_VACUOUS)
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.detail.endswith("the row found violates is_later")


@pytest.mark.parametrize(
    ("chip", "fault"),
    [
        (
            with_interaction(
                MOVE, replace(interaction(MOVE, "taken"), message=interaction(MOVE, "taken").message[:-1])
            ),
            "taken does not have the fields of its bus",
        ),
        (
            with_interaction(MOVE, replace(interaction(MOVE, "is_later"), sign=+1)),
            "is_later sends to bus range",
        ),
        (
            with_interaction(MOVE, replace(interaction(MOVE, "put_back"), multiplicity=column(MOVE, "real") * 2)),
            "what is taken from bus memory is not put back on the same rows",
        ),
        (
            replace(BOUNDARY, interactions=tuple(i for i in BOUNDARY.interactions if i.name != "to_after")),
            "what is taken from bus continuation is not put back on the same rows",
        ),
    ],
    ids=["fields", "lookup", "other rows", "kept"],
)
def test_messages_out_of_place_are_refuted(chip: Chip, fault: str) -> None:
    outcome = outcome_of(chip, Kind.DISCIPLINE)
    assert (outcome.verdict, outcome.detail) == (Verdict.REFUTED, fault)


def test_bus_that_the_verifier_does_not_receive_from_is_not_sent_to() -> None:
    tokens = tuple(token for token in SMALL_MACHINE.tokens if token.bus.name != "exit")
    outcome = outcome_of(HALT, Kind.DISCIPLINE, undeclared(SMALL_AUDIT, tokens=tokens))
    assert (outcome.verdict, outcome.detail) == (Verdict.REFUTED, "exit sends to bus exit")


@pytest.mark.parametrize(
    ("chip", "fault"),
    [
        (
            with_interaction(RANGE_TABLE, replace(interaction(RANGE_TABLE, "range"), sign=-1)),
            "range does not send fixed columns in their order",
        ),
        (
            with_interaction(
                PROGRAM_TABLE,
                replace(
                    interaction(PROGRAM_TABLE, "program"),
                    message=interaction(PROGRAM_TABLE, "program").message[::-1],
                ),
            ),
            "program does not send fixed columns in their order",
        ),
        (
            with_interaction(RANGE_TABLE, replace(interaction(RANGE_TABLE, "range"), multiplicity=lift(1))),
            "range has no multiplicity column",
        ),
        (
            replace(RANGE_TABLE, constraints=(Constraint("more", MainColumn("multiplicity", 0)),)),
            "a lookup table has nothing but multiplicities",
        ),
    ],
    ids=["sign", "order", "multiplicity", "constraint"],
)
def test_lookup_table_that_does_something_else_is_refuted(chip: Chip, fault: str) -> None:
    outcome = outcome_of(chip, Kind.DISCIPLINE)
    assert (outcome.verdict, outcome.detail) == (Verdict.REFUTED, fault)
