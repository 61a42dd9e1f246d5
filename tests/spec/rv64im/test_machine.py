"""The machine as a whole: which instruction has which chips, and the digest of all declarations."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from spec.air.chip import Role
from spec.air.machine import describe_machine, exit_code_of
from spec.field import P
from spec.isa import INSTRUCTIONS
from spec.isa.calls import CALLS
from spec.rv64im import machine
from spec.rv64im.buses import BUSES, RANGE, RESERVED_IDENTITIES, STATE
from spec.rv64im.machine import CALL_CHIPS, CHIPS, INSTRUCTION_CHIPS, RV64IM, WORK_CHIPS, WORK_ROWS, chips_of
from spec.rv64im.program_row import OPCODES, limbs_of


def test_every_opcode_has_a_chip() -> None:
    assert {opcode for chip in INSTRUCTION_CHIPS for opcode in chip.instructions} == set(OPCODES)


def test_opcodes_of_two_chips_are_the_misaligned_ones() -> None:
    chips: dict[str, list[str]] = {}
    for chip in INSTRUCTION_CHIPS:
        for opcode in chip.instructions:
            chips.setdefault(opcode, []).append(chip.name)
    shared = {opcode: names for opcode, names in chips.items() if len(names) > 1}
    assert shared.pop("ecall") == ["halt", *(call.name for call in CALLS)]
    assert set(shared) == {"ld", "lw", "lwu", "lh", "lhu", "sd", "sw", "sh"}
    assert all(names[1].endswith("_misaligned") for names in shared.values())


def test_every_call_has_a_chip_of_its_name_behind_the_others() -> None:
    assert [chip.name for chip in CALL_CHIPS] == [call.name for call in CALLS]
    assert INSTRUCTION_CHIPS[-len(CALL_CHIPS) :] == CALL_CHIPS


def test_work_tables_are_ordered_by_calls_and_by_nothing_else() -> None:
    ordered = {name for rows in WORK_ROWS.values() for name in rows}
    assert ordered == {chip.name for chip in WORK_CHIPS} == {chip.name for chip in chips_of(Role.WORK)}
    assert set(WORK_ROWS) <= {call.name for call in CALLS}


def test_opcode_numbers_are_distinct_elements_of_the_provable_instructions() -> None:
    constant = {"lui", "auipc", "jal", "fence"}
    assert set(OPCODES) == {"constant"} | {i.name for i in INSTRUCTIONS} - constant - {"ebreak"}
    assert all(0 < number < P for number in OPCODES.values())
    assert len(set(OPCODES.values())) == len(OPCODES)


def test_roles_partition_the_chips_in_order() -> None:
    assert tuple(chip for role in Role for chip in chips_of(role)) == CHIPS


def test_machine_digest_is_sha256_of_all_declarations() -> None:
    text = describe_machine(RV64IM)
    assert RV64IM.digest == hashlib.sha256(text.encode()).digest()
    assert all(f"chip {chip.name} {chip.role.value} accesses {chip.accesses}\n" in text for chip in CHIPS)


@pytest.mark.parametrize("code", [0, 1, 2**16, 2**63 + 5, 2**64 - 1])
def test_exit_code_is_the_register_whose_limbs_are_the_exit_values(code: int) -> None:
    assert len(limbs_of(code)) == len(RV64IM.exit_values)
    assert exit_code_of(limbs_of(code)) == code


def test_machine_with_repeated_chip_is_refused() -> None:
    with pytest.raises(ValueError, match="more than one chip constant"):
        replace(RV64IM, chips=(*CHIPS, CHIPS[0]))


def test_machine_with_a_repeated_bus_identity_is_refused() -> None:
    with pytest.raises(ValueError, match="more than one bus identity 2"):
        replace(RV64IM, buses=(*BUSES, replace(RANGE, name="other", identity=STATE.identity)))


def test_machine_with_a_reserved_bus_identity_is_refused() -> None:
    with pytest.raises(ValueError, match="other has a reserved bus identity"):
        replace(RV64IM, buses=(*BUSES, replace(RANGE, name="other", identity=RESERVED_IDENTITIES[0])))


def test_machine_with_two_equal_opcodes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "OPCODES", {"add": 5, "sub": 5 + P})
    with pytest.raises(ValueError, match="two opcodes are the same element"):
        machine.check_opcodes()
