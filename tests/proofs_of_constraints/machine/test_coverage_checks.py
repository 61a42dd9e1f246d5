"""A chip of which nothing is claimed, an unexpected sender, a bound that does not hold, a row of zeros that speaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from proofs_of_constraints.audit import obligations_of_chip, prove
from proofs_of_constraints.circuit_machine import CIRCUIT_AUDIT
from proofs_of_constraints.machine.audited import VERIFIER, AuditedMachine
from proofs_of_constraints.machine.coverage_checks import (
    fields_are_bounded,
    senders_are_declared,
    zero_rows_say_nothing,
)
from proofs_of_constraints.obligations.obligation import Kind, Verdict
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.bus import Bus
from spec.air.chip import Chip, Constraint, Role
from spec.air.expression import lift
from spec.air.machine import Token
from spec.rv64im.buses import AND, IMAGE, MEMORY, OUTPUT, PROGRAM, REGION, STATE
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, RV64IM
from tests.proofs_of_constraints.broken_chips import column, free_table, interaction, with_interaction
from tests.proofs_of_constraints.narrow_audit import NARROW_AUDIT
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT
from tests.proofs_of_constraints.undeclared import faults_of_declaration, undeclared, with_chip
from tests.small_machine import BOUNDARY, HALT, MOVE, RANGE, SMALL_MACHINE
from tests.small_machine import MEMORY as ACCOUNTS

AUDITS = [SMALL_AUDIT, RV64IM_AUDIT, CIRCUIT_AUDIT, NARROW_AUDIT]
NAMES = ["small", "rv64im", "circuit", "narrow"]
CHECKS = [senders_are_declared, fields_are_bounded, zero_rows_say_nothing]


@pytest.mark.parametrize("audited", AUDITS, ids=NAMES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_machine_as_declared_passes(check: Callable[[AuditedMachine], str | None], audited: AuditedMachine) -> None:
    assert check(audited) is None


@pytest.mark.parametrize(
    ("role", "bus", "kinds"),
    [
        (Role.CONTINUATION, OUTPUT, {Kind.FUNCTION, Kind.COMPLETE, Kind.MEMORY}),
        (Role.MACHINE_TABLE, AND, {Kind.FUNCTION}),
        (Role.PROGRAM_TABLE, IMAGE, {Kind.FUNCTION}),
    ],
    ids=lambda given: given.value if isinstance(given, Role) else "",
)
def test_new_table_of_which_nothing_is_claimed_is_refuted(role: Role, bus: Bus, kinds: set[Kind]) -> None:
    chip = free_table(role, bus, +1)
    refused = {o.kind: prove(o).outcome for o in obligations_of_chip(chip, RV64IM_AUDIT) if o.kind in kinds}
    assert {kind: outcome.verdict for kind, outcome in refused.items()} == dict.fromkeys(kinds, Verdict.REFUTED)
    assert {outcome.detail for outcome in refused.values()} == {
        f"nothing is claimed of this chip by the kind {kind.value}" for kind in kinds
    }


def test_chip_of_the_machine_is_refused_for_no_missing_kind() -> None:
    for chip in CHIPS:
        kinds = {o.kind for o in obligations_of_chip(chip, RV64IM_AUDIT)}
        assert kinds >= RV64IM_AUDIT.required_kinds[chip.role]


def test_instruction_chip_that_executes_nothing_known_is_refused() -> None:
    unknown = replace(CHIP_BY_NAME["sub"], instructions=("halve",))
    verdicts = {o.kind: prove(o).outcome.verdict for o in obligations_of_chip(unknown) if not o.instruction}
    assert verdicts[Kind.FUNCTION] is verdicts[Kind.COMPLETE] is Verdict.REFUTED
    executing = with_chip(RV64IM_AUDIT, replace(CHIP_BY_NAME["sub"], instructions=("sub", "halve")))
    assert faults_of_declaration(executing)["wiring of columns and opcodes"] == "halve is executed, and is no opcode"


def with_table(audited: AuditedMachine, chip: Chip) -> AuditedMachine:
    return undeclared(audited, chips=(*audited.machine.chips, chip))


@pytest.mark.parametrize("bus", RV64IM.buses, ids=lambda bus: bus.name)
def test_table_that_sends_where_nobody_expects_it_is_noticed(bus: Bus) -> None:
    role = Role.WORK
    stranger = with_table(RV64IM_AUDIT, free_table(role, bus, +1))
    assert senders_are_declared(stranger) == f"free sends to bus {bus.name}, and is not expected to"
    assert "expected senders" in faults_of_declaration(stranger)


def test_sender_of_the_role_of_others_is_expected() -> None:
    assert senders_are_declared(with_table(RV64IM_AUDIT, free_table(Role.INSTRUCTION, STATE, +1))) is None


def test_token_that_is_sent_where_nobody_expects_it_is_noticed() -> None:
    tokens = (*SMALL_MACHINE.tokens, Token(ACCOUNTS, +1, (0, 0, 0)))
    fault = "the verifier sends to bus memory, and is not expected to"
    assert senders_are_declared(undeclared(SMALL_AUDIT, tokens=tokens)) == fault


@pytest.mark.parametrize(
    ("expected", "fault"),
    [
        ({"halt", "move"}, "move is expected to send to bus exit, and does not"),
        ({"halt", VERIFIER}, "the verifier is expected to send to bus exit, and does not"),
    ],
)
def test_sender_that_does_not_send_is_noticed(expected: set[str | Role], fault: str) -> None:
    senders = {**SMALL_AUDIT.senders, "exit": frozenset(expected)}
    assert senders_are_declared(replace(SMALL_AUDIT, senders=senders)) == fault


def test_bus_without_declared_senders_is_noticed() -> None:
    fewer = {name: senders for name, senders in SMALL_AUDIT.senders.items() if name != "exit"}
    fault = "of bus exit it is not said, or said in vain, who sends there"
    assert senders_are_declared(replace(SMALL_AUDIT, senders=fewer)) == fault


def with_bus(audited: AuditedMachine, old: Bus, **changes: object) -> AuditedMachine:
    """The machine with a bus that says something else of its fields."""
    new = replace(old, **changes)  # type: ignore[arg-type]

    def changed(chip: Chip) -> Chip:
        said = (replace(i, bus=new) if i.bus == old else i for i in chip.interactions)
        return replace(chip, interactions=tuple(said))

    machine = audited.machine
    buses = tuple(new if bus == old else bus for bus in machine.buses)
    tokens = tuple(replace(t, bus=new) if t.bus == old else t for t in machine.tokens)
    return undeclared(audited, buses=buses, chips=tuple(map(changed, machine.chips)), tokens=tokens)


@pytest.mark.parametrize(
    ("audited", "bus", "bits", "fault"),
    [
        (SMALL_AUDIT, RANGE, {"value": 5}, "bus range has value of 5 bits, its table 32 in row 32"),
        (
            RV64IM_AUDIT,
            AND,
            {"left": 8, "right": 7, "conjunction": 8},
            "bus and has right of 7 bits, its table 128 in row 128",
        ),
        (RV64IM_AUDIT, AND, {"lefft": 8}, "bus and bounds lefft, which is none of its fields"),
        (RV64IM_AUDIT, PROGRAM, {"pc": 20}, "bus program bounds its fields by {'pc': 20}, and nothing proves that"),
        (RV64IM_AUDIT, MEMORY, {}, "bus memory bounds its fields by {}, and nothing proves that"),
        (RV64IM_AUDIT, REGION, {"end": 29}, "bus region bounds its fields by {'end': 29}, and nothing proves that"),
        (RV64IM_AUDIT, STATE, {"pc": 30}, "bus state bounds its fields by {'pc': 30}, and nothing proves that"),
    ],
)
def test_bound_that_nobody_ensures_is_noticed(
    audited: AuditedMachine, bus: Bus, bits: dict[str, int], fault: str
) -> None:
    assert fields_are_bounded(with_bus(audited, bus, field_bits=bits)) == fault


@pytest.mark.parametrize("chip", [MOVE, BOUNDARY, HALT], ids=lambda chip: chip.name)
def test_table_without_padding_is_noticed(chip: Chip) -> None:
    always = replace(chip, constraints=(*chip.constraints, Constraint("always", column(chip, "real") - 1)))
    fault = f"{chip.name}: a row of zeros violates always"
    assert zero_rows_say_nothing(with_chip(SMALL_AUDIT, always)) == fault


@pytest.mark.parametrize("name", [chip.name for chip in CHIPS if chip.constraints])
def test_chip_of_the_machine_without_padding_is_noticed(name: str) -> None:
    chip = CHIP_BY_NAME[name]
    first = chip.constraints[0]
    broken = replace(chip, constraints=(replace(first, expression=first.expression + 1), *chip.constraints[1:]))
    fault = f"{name}: a row of zeros violates {first.name}"
    assert zero_rows_say_nothing(with_chip(RV64IM_AUDIT, broken)) == fault


def test_row_of_zeros_that_speaks_is_noticed() -> None:
    always = with_interaction(MOVE, replace(interaction(MOVE, "leave"), multiplicity=lift(1)))
    assert zero_rows_say_nothing(with_chip(SMALL_AUDIT, always)) == "move: a row of zeros says leave"
