"""Global buses: whoever speaks to them too early, or of too much, is noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.scope_checks import scopes_of_buses, wrong_scopes_are_refused
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air import machine
from spec.air.chip import Chip, Interaction
from spec.air.expression import Named, Public, lift
from spec.air.machine import Machine, Token
from tests.proofs_of_constraints.broken_chips import interaction
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT
from tests.proofs_of_constraints.undeclared import undeclared, with_chip
from tests.small_machine import BOUNDARY, CONTINUATION, HALT, MEMORY, PROGRAM_TABLE, RANGE_TABLE

MESSAGE = Interaction("planted", CONTINUATION, +1, lift(1), (lift(0), lift(0), lift(0)))


def with_message(chip: Chip, message: Interaction) -> AuditedMachine:
    """The small machine in which a chip has one more interaction."""
    return with_chip(SMALL_AUDIT, replace(chip, interactions=(*chip.interactions, message)))


@pytest.mark.parametrize("audited", [SMALL_AUDIT, RV64IM_AUDIT], ids=["small", "rv64im"])
def test_machine_as_declared_passes(audited: AuditedMachine) -> None:
    assert scopes_of_buses(audited) is None
    assert wrong_scopes_are_refused(audited) is None


@pytest.mark.parametrize("chip", [HALT, RANGE_TABLE, PROGRAM_TABLE], ids=lambda chip: chip.name)
def test_global_message_of_a_table_that_is_not_pinned_is_noticed(chip: Chip) -> None:
    fault = f"{chip.name} speaks to a global bus and is not pinned"
    assert scopes_of_buses(with_message(chip, MESSAGE)) == fault


def test_global_message_of_another_public_value_is_noticed() -> None:
    hidden = Named("later", Public("segment") + Public("clock_out") * 2)
    message = replace(MESSAGE, message=(lift(0), hidden, lift(0)))
    fault = "boundary: planted is global and speaks of clock_out"
    assert scopes_of_buses(with_message(BOUNDARY, message)) == fault


def test_global_multiplicity_of_another_public_value_is_noticed() -> None:
    message = replace(MESSAGE, multiplicity=lift(1) - Public("pc_in"))
    assert scopes_of_buses(with_message(BOUNDARY, message)) == "boundary: planted is global and speaks of pc_in"


def test_another_index_makes_the_declared_messages_wrong() -> None:
    changed = undeclared(SMALL_AUDIT, segment_index="pc_in")
    assert scopes_of_buses(changed) == "boundary: to_after is global and speaks of segment"


def test_local_message_of_any_public_value_passes() -> None:
    enters = interaction(BOUNDARY, "enters")
    local = replace(enters, name="planted", message=(Public("clock_out"), lift(0), lift(0)))
    assert scopes_of_buses(with_message(BOUNDARY, local)) is None


def test_token_of_a_segment_on_a_global_bus_is_noticed() -> None:
    token = Token(CONTINUATION, +1, (0, 0, 0))
    changed = undeclared(SMALL_AUDIT, tokens=(*SMALL_AUDIT.machine.tokens, token))
    assert scopes_of_buses(changed) == "the verifier speaks to the global bus continuation in every segment"


@pytest.mark.parametrize(
    ("token", "fault"),
    [
        (Token(MEMORY, +1, (0, 0, 0)), "the verifier speaks to the local bus memory once a run"),
        (Token(CONTINUATION, +1, (0, "pc_in", 0)), "the verifier's token on bus continuation depends on a segment"),
        (
            Token(CONTINUATION, +1, (0, 0, 0), times=("pc_out", 0)),
            "the verifier's token on bus continuation depends on a segment",
        ),
    ],
)
def test_token_of_a_run_that_belongs_to_a_segment_is_noticed(token: Token, fault: str) -> None:
    assert scopes_of_buses(replace(SMALL_AUDIT, run_tokens=(token,))) == fault


def test_declaration_without_the_rule_about_roles_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(checked: Machine, chip: Chip) -> None:
        for i in chip.interactions:
            if i.bus == CONTINUATION and machine.public_names(i.multiplicity):
                raise ValueError

    monkeypatch.setattr(machine, "_check_chip", lenient)
    fault = "a machine can be declared in which move speaks to bus continuation"
    assert wrong_scopes_are_refused(SMALL_AUDIT) == fault


def test_declaration_without_the_rule_about_public_values_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "public_names", lambda *expressions: set())
    fault = "a machine can be declared in which a message to bus continuation has pc_in"
    assert wrong_scopes_are_refused(SMALL_AUDIT) == fault


def test_declaration_with_a_rule_about_messages_alone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = machine._check_chip

    def lenient(checked: Machine, chip: Chip) -> None:
        once = tuple(replace(i, multiplicity=lift(1)) for i in chip.interactions)
        whole(checked, replace(chip, interactions=once))

    monkeypatch.setattr(machine, "_check_chip", lenient)
    fault = "a machine can be declared in which a multiplicity on bus continuation is pc_in"
    assert wrong_scopes_are_refused(SMALL_AUDIT) == fault
