"""A bug planted in any chip makes `limpid audit` fail, name the instruction and show the row."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from limpid.commands.audit_obligations import AUDITS
from limpid.errors import FAILED
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.chip import Chip, Role
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, INSTRUCTION_CHIPS
from tests.limpid.commands.invocation import Invocation, limpid
from tests.proofs_of_constraints.broken_chips import interaction, with_interaction, without

FORGOTTEN = {
    "add": ("add", "carry_2_is_boolean"),
    "sub": ("sub", "carry_0_is_boolean"),
    "addi": ("addi", "carry_2_counts_only_at_the_edge"),
    "addw": ("addw", "carry_0_is_boolean"),
    "subw": ("subw", "carry_0_is_boolean"),
    "addiw": ("addiw", "carry_1_is_boolean"),
    "and": ("and", "both_0_is_conjunction"),
    "andi": ("andi", "result_upper_0_combines"),
    "or": ("or", "both_0_is_conjunction"),
    "ori": ("ori", "result_upper_0_combines"),
    "xor": ("xor", "both_0_is_conjunction"),
    "xori": ("xori", "result_upper_0_combines"),
    "sll": ("sll", "dropped_is_16_bits"),
    "slli": ("slli", "moved_1_is_chosen"),
    "sllw": ("sllw", "dropped_is_what_leaves_the_top"),
    "slliw": ("slliw", "result_0_is_joined"),
    "srl": ("srl", "moved_1_is_chosen"),
    "srli": ("srli", "bytes_1"),
    "srlw": ("srlw", "dropped_is_16_bits"),
    "srliw": ("srliw", "dropped_is_what_leaves_the_bottom"),
    "sra": ("sra", "result_0_is_joined"),
    "srai": ("srai", "moved_0_is_chosen"),
    "sraw": ("sraw", "left_sign_is_boolean"),
    "sraiw": ("sraiw", "left_sign_is_boolean"),
    "slt": ("slt", "left_sign_is_boolean"),
    "sltu": ("sltu", "undecided_limb_2_is_equal"),
    "slti": ("slti", "left_sign_is_boolean"),
    "sltiu": ("sltiu", "one_limb_decides"),
    "branch_equal": ("beq", "equal_means_limb_0_agrees"),
    "branch_less_signed": ("blt", "left_sign_is_boolean"),
    "branch_less_unsigned": ("bltu", "margin_is_16_bits"),
    "jalr": ("jalr", "address_carry_3_is_boolean"),
    "ld": ("ld", "address_carry_3_is_boolean"),
    "load_word": ("lw", "address_carry_3_is_boolean"),
    "load_half": ("lh", "address_carry_3_is_boolean"),
    "load_byte": ("lb", "address_carry_3_is_boolean"),
    "sd": ("sd", "address_carry_3_is_boolean"),
    "sw": ("sw", "address_carry_3_is_boolean"),
    "sh": ("sh", "address_carry_3_is_boolean"),
    "sb": ("sb", "address_carry_3_is_boolean"),
    "load_misaligned": ("lh", "address_carry_3_is_boolean"),
    "store_misaligned": ("sh", "address_carry_3_is_boolean"),
    "mul": ("mul", "limb_0_of_the_product"),
    "mulw": ("mulw", "limb_0_of_the_product"),
    "multiply_high": ("mulh", "limb_6_of_the_product"),
    "divide": ("div", "quotient_sign_is_boolean"),
    "divide_word": ("divw", "quotient_sign_is_boolean"),
    "sha256_compress": ("ecall", "word_3_carry_0_is_boolean"),
}
"""By chip: an instruction that it executes, and a constraint or lookup whose absence changes what the row may do."""


def _with_last_part_more(chip: Chip, name: str) -> Chip:
    """The chip with 1 added to the last part of a message."""
    old = interaction(chip, name)
    return with_interaction(chip, replace(old, message=(*old.message[:-1], old.message[-1] + 1)))


def _with_columns_swapped(chip: Chip) -> Chip:
    """A lookup table that sends its first two fields in the wrong order."""
    old = chip.interactions[0]
    return with_interaction(chip, replace(old, message=(old.message[1], old.message[0], *old.message[2:])))


PLANTED: dict[str, tuple[str, Callable[[Chip], Chip]]] = {
    "constant": ("lui", lambda chip: _with_last_part_more(chip, "fetch")),
    "halt": ("ecall", lambda chip: _with_last_part_more(chip, "exit")),
    "boundary": ("", lambda chip: without(chip.name, "gap_high_is_4_bits")),
    "memory": ("", lambda chip: without(chip.name, "step_low_is_16_bits")),
    "sha256_first": ("round 3", lambda chip: without(chip.name, "new_e_3_low_adds")),
    "sha256_rest": ("pending sums", lambda chip: without(chip.name, "left_4_low_is_pending")),
    **{
        chip.name: ("", _with_columns_swapped)
        for chip in CHIPS
        if chip.role in (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)
    },
}
"""By chip: the instruction, none for a system table, and what is done to the chip."""


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[[Chip], None]:
    """Puts a broken chip in the place of the machine's."""

    def planted(broken: Chip) -> None:
        monkeypatch.setitem(AUDITS, "rv64im", RV64IM_AUDIT.with_chip(broken))

    return planted


ELSEWHERE = {"keccak_f", "keccak_round", "multiply_add_modulo_256", "multiply_add_modulo_384", "advice"}
"""Chips whose bugs are planted in tests/proofs_of_constraints/calls, several in each."""


def test_every_chip_has_a_planted_bug() -> None:
    assert {*FORGOTTEN, *PLANTED} == {chip.name for chip in CHIPS} - ELSEWHERE
    assert {chip.name for chip in INSTRUCTION_CHIPS} - ELSEWHERE == {*FORGOTTEN, "constant", "halt"}


def _failed(invocation: Invocation, chip: str, instruction: str) -> str:
    """What is said under the failed obligation's name."""
    assert invocation.status == FAILED
    assert "NOT PROVEN" in invocation.stdout
    names = [f"function/{chip}/{instruction}", f"bus-discipline/{chip}", f"memory-argument/{chip}"]
    name = next(name for name in names if f"\n{name} " in invocation.stdout)
    return invocation.stdout[invocation.stdout.index(f"\n{name} ") :]


@pytest.mark.parametrize("name", FORGOTTEN)
def test_forgotten_constraint_fails_the_audit_with_a_row(name: str, plant: Callable[[Chip], None]) -> None:
    instruction, missing = FORGOTTEN[name]
    plant(without(name, missing))
    invocation = limpid("audit", "--chip", name, "--instruction", instruction, "--kind", "function")
    told = _failed(invocation, name, instruction)
    assert "refuted: " in told
    assert "    row:" in told
    assert f"about: {instruction}" in told
    assert "the row satisfies every constraint and lookup modulo p" in told


@pytest.mark.parametrize("name", PLANTED)
def test_changed_message_fails_the_audit(name: str, plant: Callable[[Chip], None]) -> None:
    instruction, change = PLANTED[name]
    plant(change(CHIP_BY_NAME[name]))
    kinds = ("--kind", "function") if instruction else ("--kind", "bus discipline", "--kind", "memory argument")
    assert "refuted: " in _failed(limpid("audit", "--chip", name, *kinds), name, instruction)


def test_trace_holds_the_offending_row(tmp_path: Path, plant: Callable[[Chip], None]) -> None:
    plant(without("sub", "carry_0_is_boolean"))
    path = tmp_path / "rows.json"
    limpid("audit", "--chip", "sub", "--kind", "function", "--kind", "padding", "--trace", path)
    (found,) = json.loads(path.read_text())["counterexamples"]
    assert (found["id"], found["chip"], found["instruction"]) == ("function/sub/sub", "sub", "sub")
    counterexample = found["counterexample"]
    assert list(counterexample["columns"]) == list(CHIP_BY_NAME["sub"].columns)
    left, right, result = (
        sum(int(counterexample["columns"][f"{name}_{i}"], 16) << (16 * i) for i in range(4))
        for name in ("left", "right", "result")
    )
    assert int(counterexample["actual"]["destination"], 16) == result
    assert int(counterexample["expected"]["destination"], 16) == (left - right) % 2**64 != result
    assert any(message.startswith("destination_put_back: send memory(") for message in counterexample["messages"])
