"""The machine as a whole: which instruction has which chips, and the digest of all declarations."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pytest

from spec.air import machine
from spec.air.bus import BUSES, RANGE, RESERVED_IDENTITIES, STATE, Bus, Scope
from spec.air.chip import Chip, Constraint, Role
from spec.air.chips.fixed_tables import CLOSED_FORMS
from spec.air.closed_form import ClosedForm, Value
from spec.air.expression import lift
from spec.air.machine import CHIPS, INSTRUCTION_CHIPS, chips_of, describe_machine, machine_digest
from spec.air.program_row import OPCODES
from spec.field import P
from spec.isa import INSTRUCTIONS


def test_every_opcode_has_a_chip() -> None:
    assert {opcode for chip in INSTRUCTION_CHIPS for opcode in chip.instructions} == set(OPCODES)


def test_opcodes_of_two_chips_are_the_misaligned_ones() -> None:
    chips: dict[str, list[str]] = {}
    for chip in INSTRUCTION_CHIPS:
        for opcode in chip.instructions:
            chips.setdefault(opcode, []).append(chip.name)
    shared = {opcode: names for opcode, names in chips.items() if len(names) > 1}
    assert set(shared) == {"ld", "lw", "lwu", "lh", "lhu", "sd", "sw", "sh"}
    assert all(names[1].endswith("_misaligned") for names in shared.values())


def test_opcode_numbers_are_distinct_elements_of_the_provable_instructions() -> None:
    constant = {"lui", "auipc", "jal", "fence"}
    assert set(OPCODES) == {"constant"} | {i.name for i in INSTRUCTIONS} - constant - {"ebreak"}
    assert all(0 < number < P for number in OPCODES.values())
    assert len(set(OPCODES.values())) == len(OPCODES)


def test_roles_partition_the_chips_in_order() -> None:
    assert tuple(chip for role in Role for chip in chips_of(role)) == CHIPS


def test_machine_digest_is_sha256_of_all_declarations() -> None:
    text = describe_machine()
    assert machine_digest() == hashlib.sha256(text.encode()).digest()
    assert all(f"chip {chip.name}\n" in text for chip in CHIPS)


def _set_chip(monkeypatch: pytest.MonkeyPatch, name: str, changed: Chip) -> None:
    monkeypatch.setattr(machine, "CHIPS", tuple(changed if chip.name == name else chip for chip in CHIPS))


def _set_bus(monkeypatch: pytest.MonkeyPatch, bus: Bus, changed: Bus) -> None:
    monkeypatch.setattr(machine, "BUSES", tuple(changed if other is bus else other for other in BUSES))


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_digest_does_not_change_with_a_chips_prose(chip: Chip, monkeypatch: pytest.MonkeyPatch) -> None:
    before = describe_machine()
    _set_chip(monkeypatch, chip.name, replace(chip, purpose="Otherwise said.", domain="whatever", outputs=("any",)))
    assert describe_machine() == before


@pytest.mark.parametrize("bus", BUSES, ids=lambda bus: bus.name)
def test_digest_does_not_change_with_a_buss_prose(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    before = describe_machine()
    _set_bus(monkeypatch, bus, replace(bus, receiver_assumes="what it likes", sender_ensures="nothing"))
    assert describe_machine() == before


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_digest_changes_with_what_a_chip_states(chip: Chip, monkeypatch: pytest.MonkeyPatch) -> None:
    *others, last = chip.interactions
    changes = [
        replace(chip, name="another"),
        replace(chip, role=next(role for role in Role if role is not chip.role)),
        replace(chip, accesses=chip.accesses + 1),
        replace(chip, columns=(*chip.columns, "another")),
        replace(chip, fixed_columns=(*chip.fixed_columns, "another")),
        replace(chip, constraints=(*chip.constraints, Constraint("another", lift(1)))),
        replace(chip, interactions=tuple(others)),
        replace(chip, interactions=(*others, replace(last, sign=-last.sign))),
        replace(chip, interactions=(*others, replace(last, bus=replace(last.bus, name="another")))),
        replace(chip, interactions=(*others, replace(last, multiplicity=last.multiplicity + 1))),
        replace(chip, interactions=(*others, replace(last, message=(last.message[0] + 1, *last.message[1:])))),
    ]
    changes += [
        replace(chip, constraints=(replace(c, expression=c.expression + 1), *chip.constraints[1:]))
        for c in chip.constraints[:1]
    ]
    texts = {describe_machine()}
    for changed in changes:
        _set_chip(monkeypatch, chip.name, changed)
        texts.add(describe_machine())
    assert len(texts) == 1 + len(changes)


@pytest.mark.parametrize("bus", BUSES, ids=lambda bus: bus.name)
def test_digest_changes_with_what_a_bus_is(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [
        replace(bus, identity=99),
        replace(bus, fields=(*bus.fields, "another")),
        replace(bus, scope=next(scope for scope in Scope if scope is not bus.scope)),
    ]
    texts = {describe_machine()}
    for changed in changes:
        _set_bus(monkeypatch, bus, changed)
        texts.add(describe_machine())
    assert len(texts) == 1 + len(changes)


def _raised(point: Sequence[Value]) -> tuple[Value, ...]:
    """A form of the shift table that differs in the constant of one column."""
    *others, power = CLOSED_FORMS["shift_table"].columns(point)
    return (*others, power + 1)


def test_digest_changes_with_bounds_public_values_and_closed_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = CLOSED_FORMS | {"shift_table": ClosedForm(6, _raised)}
    texts = {describe_machine()}
    for name, value in (
        ("CLOCK_LIMIT", 2**20),
        ("MESSAGE_LIMIT", 2**30),
        ("SEGMENT_PUBLIC_VALUES", machine.SEGMENT_PUBLIC_VALUES[1:]),
        ("CLOSED_FORMS", forms),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(machine, name, value)
            texts.add(describe_machine())
    assert len(texts) == 5


def test_machine_with_repeated_chip_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "CHIPS", (*CHIPS, CHIPS[0]))
    with pytest.raises(ValueError, match="two chips have the same name"):
        machine.check_machine()


@pytest.mark.parametrize("identity", [STATE.identity, RESERVED_IDENTITIES[0]])
def test_machine_with_a_taken_bus_identity_is_refused(identity: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "BUSES", (*BUSES, replace(RANGE, identity=identity)))
    with pytest.raises(ValueError, match="bus identities repeat or are reserved"):
        machine.check_machine()


def test_machine_with_two_equal_opcodes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "OPCODES", {"add": 5, "sub": 5 + P})
    with pytest.raises(ValueError, match="two opcodes are the same element"):
        machine.check_machine()
