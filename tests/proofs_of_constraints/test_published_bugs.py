"""Analogs of published zkVM bugs on this machine: each must be noticed.

The names say what was missing elsewhere: a range (pc limb, immediate), a tie between a flag and its value, a selector,
a padding row, a clock, a bus field, a table. Cases of the protocol (transcript, keys, public values) are the
verifier's tests.
"""

from dataclasses import replace

import pytest

from proofs_of_constraints.obligations.obligation import Kind, Result, Verdict
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.chip import Chip
from spec.air.expression import lift
from spec.rv64im.buses import BUSES, CONTINUATION, EXIT, MEMORY, PROGRAM
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS
from tests.proofs_of_constraints.broken_chips import (
    column,
    interaction,
    result_of,
    with_constraint,
    with_interaction,
    without,
)
from tests.proofs_of_constraints.undeclared import faults_of_declaration, undeclared

MISSING = [
    # What was not constrained, the chip, what is taken away, the obligation that must fail.
    ("range of a jump target", "jalr", "jalr", ("target_low_is_aligned",), Kind.FUNCTION),
    ("sign flag tied to its limb", "load_half", "lh", ("sign_leaves_15_bits",), Kind.FUNCTION),
    ("negative flag is boolean", "slt", "slt", ("left_sign_is_boolean",), Kind.FUNCTION),
    ("address without wrap-around", "jalr", "jalr", ("address_high_is_16_bits",), Kind.FUNCTION),
    ("address below 2^32", "sd", "sd", ("address_carry_2_is_boolean",), Kind.FUNCTION),
    ("alignment of a halfword", "load_half", "lh", ("address_low_is_aligned",), Kind.FUNCTION),
    ("loaded value tied to memory", "load_word", "lw", ("word_0_is_selected",), Kind.FUNCTION),
    ("limbs recomposed", "load_byte", "lbu", ("parts_make_the_limb",), Kind.FUNCTION),
    ("stored bytes recomposed", "sb", "sb", ("stored_bytes_make_the_limb",), Kind.FUNCTION),
    ("bit 0 of a jump cleared", "jalr", "jalr", ("dropped_bit_is_boolean",), Kind.FUNCTION),
    ("branch decision", "branch_equal", "beq", ("unequal_means_some_limb_differs",), Kind.FUNCTION),
    ("next pc of a branch", "branch_equal", "bne", ("next_pc_is_chosen",), Kind.FUNCTION),
    ("product of bytes", "mul", "mul", ("limb_1_of_the_product",), Kind.FUNCTION),
    ("remainder below the divisor", "divide", "divu", ("margin_is_not_negative",), Kind.FUNCTION),
    ("quotient of a zero divisor", "divide_word", "divuw", ("by_zero_quotient_byte_3_is_ones",), Kind.FUNCTION),
    ("operands are bytes", "and", "and", ("both_0_is_conjunction",), Kind.FUNCTION),
    ("real is boolean", "add", "", ("real_is_boolean",), Kind.MULTIPLICITIES),
    ("one selector", "divide", "", ("at_most_one_selector",), Kind.SELECTED),
    ("selectors of padding rows", "load_misaligned", "", ("crossing_reaches_the_next_doubleword",), Kind.PADDING),
    ("older token", "ld", "", ("memory_is_later",), Kind.CLOCK_ORDER),
    ("older token, its high part", "sub", "", ("bytes_0",), Kind.CLOCK_ORDER),
    ("address initialised once", "memory", "", ("step_low_is_16_bits",), Kind.FUNCTION),
    ("shifted limbs tied to the operand", "sll", "sll", ("moved_0_is_chosen",), Kind.FUNCTION),
    ("scaled carry is canonical", "add", "add", ("carry_1_is_boolean",), Kind.FUNCTION),
    ("sign of a remainder", "divide", "rem", ("remainder_limb_1_has_the_dividends_sign",), Kind.FUNCTION),
    ("sign of a dividend", "divide", "div", ("dividend_sign_leaves_15_bits",), Kind.FUNCTION),
    ("sign of a factor", "multiply_high", "mulh", ("left_sign_leaves_7_bits",), Kind.FUNCTION),
    ("remainder as large as the divisor", "divide", "rem", ("margin_limb_1",), Kind.FUNCTION),
    ("upper limbs of an unsigned load", "load_half", "lhu", ("unsigned_has_no_sign",), Kind.FUNCTION),
    ("order of segments", "boundary", "", ("gap_high_is_4_bits",), Kind.FUNCTION),
]


@pytest.mark.parametrize(("bug", "chip", "instruction", "missing", "kind"), MISSING)
def test_published_bug_of_a_missing_constraint_is_refuted(
    bug: str, chip: str, instruction: str, missing: tuple[str, ...], kind: Kind
) -> None:
    result = result_of(without(chip, *missing), kind, instruction)
    assert result.outcome.verdict is Verdict.REFUTED, (bug, result.outcome.detail)


def faults(*chips: Chip) -> set[str]:
    """What is wrong with the machine of these chips, whether or not it can be declared."""
    return set(faults_of_declaration(undeclared(RV64IM_AUDIT, chips=chips)))


@pytest.mark.parametrize(
    ("chip", "instruction", "constant"),
    [("addi", "addi", "constant_0"), ("ld", "ld", "constant_0"), ("jalr", "jalr", "constant_4")],
)
def test_published_bug_of_a_free_immediate_is_refuted(chip: str, instruction: str, constant: str) -> None:
    assert _without_constant(chip, instruction, constant).outcome.verdict is Verdict.REFUTED


def test_published_bug_of_a_free_constant_of_lui_is_refuted() -> None:
    assert _without_constant("constant", "lui", "constant_1").outcome.verdict is Verdict.REFUTED


def _without_constant(chip: str, instruction: str, constant: str) -> Result:
    """The function of a chip that asks the program for 0 in the place of a constant, whose column is then free."""
    fetch = interaction(CHIP_BY_NAME[chip], "fetch")
    message = tuple(lift(0) if f == constant else part for f, part in zip(PROGRAM.fields, fetch.message, strict=True))
    return result_of(with_interaction(CHIP_BY_NAME[chip], replace(fetch, message=message)), Kind.FUNCTION, instruction)


def test_published_bug_of_a_pc_that_is_not_bound_to_the_clock_is_refuted() -> None:
    chip = CHIP_BY_NAME["branch_equal"]
    arrive = interaction(chip, "arrive")
    elsewhere = with_interaction(chip, replace(arrive, message=(column(chip, "target"), arrive.message[1])))
    assert result_of(elsewhere, Kind.FUNCTION, "beq").outcome.verdict is Verdict.REFUTED


@pytest.mark.parametrize("identity", [0, MEMORY.identity])
def test_published_bug_of_a_bus_identity_that_is_zero_or_taken_is_refuted(identity: int) -> None:
    renumbered = tuple(replace(bus, identity=identity) if bus == EXIT else bus for bus in BUSES)
    assert "bus identities" in faults_of_declaration(undeclared(RV64IM_AUDIT, buses=renumbered))


def test_published_bug_of_global_messages_before_the_table_is_pinned_is_refuted() -> None:
    chip = CHIP_BY_NAME["add"]
    put_back = interaction(chip, "destination_put_back")
    early = with_interaction(chip, replace(put_back, bus=CONTINUATION))
    assert "scopes of buses" in faults(*(early if c is chip else c for c in CHIPS))
    with pytest.raises(ValueError, match="is global, but the table is no continuation table"):
        RV64IM_AUDIT.with_chip(early)


def test_published_bug_of_next_pc_free_after_a_system_call_is_refuted() -> None:
    chip = CHIP_BY_NAME["halt"]
    leave = interaction(chip, "leave")
    free = replace(leave, message=(column(chip, "pc"), leave.message[1]))
    assert result_of(with_interaction(chip, free), Kind.FUNCTION, "ecall").outcome.verdict is Verdict.REFUTED
    assert result_of(with_interaction(chip, free), Kind.DISCIPLINE).outcome.verdict is Verdict.REFUTED


def test_published_bug_of_comparing_part_of_a_system_call_number_is_refuted() -> None:
    chip = CHIP_BY_NAME["halt"]
    broken = chip
    for name in ("call_number_taken", "call_number_put_back"):
        old = interaction(chip, name)
        limbs = (*old.message[:3], column(chip, "exit_code_1"), *old.message[4:])
        broken = with_interaction(broken, replace(old, message=limbs))
    assert result_of(broken, Kind.FUNCTION, "ecall").outcome.verdict is Verdict.REFUTED


def test_published_bug_of_a_write_without_an_instruction_is_refuted() -> None:
    chip = CHIP_BY_NAME["sd"]
    put_back = interaction(chip, "memory_put_back")
    always = with_interaction(chip, replace(put_back, multiplicity=lift(1)))
    assert result_of(always, Kind.PADDING).outcome.verdict is Verdict.REFUTED


def test_published_bug_of_two_reads_in_one_cycle_is_refuted() -> None:
    chip = CHIP_BY_NAME["mul"]
    clock = interaction(chip, "source1_put_back").message[-1]
    put_back = interaction(chip, "source2_put_back")
    same = with_interaction(chip, replace(put_back, message=(*put_back.message[:-1], clock)))
    assert result_of(same, Kind.CLOCK_ORDER).outcome.verdict is Verdict.REFUTED


def test_published_bug_of_a_store_into_the_wrong_halfword_is_refuted() -> None:
    chip = CHIP_BY_NAME["sh"]
    wrong = column(chip, "before_2") - column(chip, "after_2")
    broken = with_constraint(chip, "after_2_is_stored_or_kept", wrong)
    assert result_of(broken, Kind.FUNCTION, "sh").outcome.verdict is Verdict.REFUTED


def test_published_bug_of_a_field_missing_from_a_bus_message_is_refuted() -> None:
    chip = CHIP_BY_NAME["add"]
    taken = next(i for i in chip.interactions if i.bus == MEMORY)
    short = with_interaction(chip, replace(taken, message=taken.message[:-1]))
    assert faults(*(short if c is chip else c for c in CHIPS)) == {"bus widths"}


def test_published_bug_of_a_second_boundary_table_is_refuted() -> None:
    assert "tables" in faults(*CHIPS, CHIP_BY_NAME["memory"])


def test_published_bug_of_constraints_never_wired_in_is_refuted() -> None:
    assert faults(*(chip for chip in CHIPS if chip.name != "mul")) == {"wiring of columns and opcodes"}


def test_published_bug_of_a_forced_limb_makes_a_valid_run_unprovable() -> None:
    chip = CHIP_BY_NAME["constant"]
    forced = replace(
        chip,
        constraints=(
            *chip.constraints,
            replace(chip.constraints[0], name="value_3_is_zero", expression=column(chip, "value_3")),
        ),
    )
    assert result_of(forced, Kind.FUNCTION, "auipc").outcome.verdict is Verdict.PROVEN
    assert result_of(forced, Kind.COMPLETE, "lui").outcome.verdict is Verdict.REFUTED
