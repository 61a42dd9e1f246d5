"""Function, determinism and completeness: proven for the machine, refuted by a checked row for broken chips."""

from dataclasses import replace

import pytest

from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.obligations.obligation import Kind, Verdict
from proofs_of_constraints.report.results import counterexample_lines
from proofs_of_constraints.translation.execution import Execution
from spec.air.chip import Constraint
from spec.air.expression import MainColumn
from spec.rv64im.machine import CHIP_BY_NAME
from tests.proofs_of_constraints.broken_chips import (
    column,
    interaction,
    result_of,
    with_constraint,
    with_interaction,
    without,
)

SAMPLES = [
    ("constant", "auipc"),
    ("constant", "addi from x0"),
    ("subw", "subw"),
    ("xori", "xori"),
    ("sltiu", "sltiu"),
    ("branch_equal", "bne"),
    ("branch_less_signed", "bge"),
    ("jalr", "jalr"),
    ("load_half", "lh"),
    ("sw", "sw"),
    ("load_misaligned", "lhu"),
    ("multiply_high", "mulhsu"),
    ("divide_word", "remw"),
    ("halt", "ecall"),
]


@pytest.mark.parametrize(("chip", "instruction"), SAMPLES)
@pytest.mark.parametrize("kind", [Kind.NOT_VACUOUS, Kind.FUNCTION, Kind.DETERMINISM, Kind.COMPLETE])
def test_obligation_of_the_machine_is_proven(kind: Kind, chip: str, instruction: str) -> None:
    result = result_of(CHIP_BY_NAME[chip], kind, instruction)
    assert result.outcome.verdict is Verdict.PROVEN, result.outcome.detail


BROKEN = [
    ("add", "add", ("carry_1_is_boolean",), "destination"),
    ("addw", "addw", ("sign_leaves_15_bits",), "destination"),
    ("and", "and", ("both_3_is_conjunction",), "destination"),
    ("addi", "addi", ("carries_stop_off_the_edge",), "destination"),
    ("slt", "slt", ("left_sign_leaves_15_bits",), "destination"),
    ("sltu", "sltu", ("undecided_limb_2_is_equal",), "destination"),
    ("slliw", "slliw", ("dropped_is_16_bits",), "destination"),
    ("srai", "srai", ("moved_2_is_chosen",), "destination"),
    ("branch_equal", "beq", ("unequal_means_some_limb_differs",), "next pc"),
    ("branch_equal", "beq", ("equal_means_limb_2_agrees",), "next pc"),
    ("jalr", "jalr", ("dropped_bit_is_boolean",), "next pc"),
    ("load_byte", "lb", ("byte_is_selected",), "destination"),
    ("load_word", "lwu", ("unsigned_has_no_sign",), "destination"),
    ("sb", "sb", ("after_1_is_stored_or_kept",), "memory"),
    ("ld", "ld", ("address_carry_3_is_boolean",), "memory address"),
    ("mul", "mul", ("limb_2_of_the_product",), "destination"),
    ("multiply_high", "mulh", ("left_sign_leaves_7_bits",), "destination"),
    ("divide", "div", ("margin_3_is_16_bits",), "destination"),
    ("divide", "divu", ("by_zero_quotient_byte_0_is_ones",), "destination"),
    ("divide_word", "remw", ("remainder_limb_0_has_the_dividends_sign",), "destination"),
]


@pytest.mark.parametrize(("chip_name", "instruction", "missing", "claim"), BROKEN)
def test_function_of_a_chip_with_something_missing_is_refuted_by_a_row(
    chip_name: str, instruction: str, missing: tuple[str, ...], claim: str
) -> None:
    chip = without(chip_name, *missing)
    result = result_of(chip, Kind.FUNCTION, instruction)
    assert result.outcome.verdict is Verdict.REFUTED, result.outcome.detail
    found = result.outcome.counterexample
    assert found is not None
    assert any(claim in failed for failed in found.failed)
    # The row satisfies what is left of the declaration, and violates what was taken away.
    assert ConcreteRow(chip, found.columns).violations() == []
    assert set(ConcreteRow(CHIP_BY_NAME[chip_name], found.columns).violations()) >= set(missing)


def test_function_of_a_load_that_writes_another_limb_shows_both_words() -> None:
    chip = CHIP_BY_NAME["load_half"]
    swapped = with_constraint(chip, "half_is_selected", column(chip, "value_0") - column(chip, "half"))
    found = result_of(swapped, Kind.FUNCTION, "lhu").outcome.counterexample
    assert found is not None
    assert found.expected["destination"] != found.actual["destination"]
    assert any("destination_put_back: send memory" in line for line in found.messages)


def test_function_of_a_load_rests_on_addresses_that_are_initialised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the assumption keeps the upper limb of an address in its range."""
    monkeypatch.setattr(Execution, "_addresses_are_initialised", lambda _: [])
    outcome = result_of(CHIP_BY_NAME["ld"], Kind.FUNCTION, "ld").outcome
    assert outcome.verdict is Verdict.REFUTED
    assert outcome.counterexample is not None
    assert outcome.counterexample.failed
    assert set(outcome.counterexample.failed) <= {"memory address", "next pc"}


def test_determinism_of_an_output_in_no_message_is_not_proven() -> None:
    chip = replace(CHIP_BY_NAME["addi"], outputs=("destination_clock_high",))
    assert result_of(chip, Kind.DETERMINISM, "addi").outcome.verdict is Verdict.UNKNOWN


def test_not_vacuous_of_a_chip_that_contradicts_itself_is_refuted() -> None:
    chip = CHIP_BY_NAME["addi"]
    impossible = with_constraint(chip, "real_is_boolean", column(chip, "real") - 2)
    assert result_of(impossible, Kind.NOT_VACUOUS, "addi").outcome.verdict is Verdict.REFUTED


def test_completeness_of_a_chip_with_too_small_a_range_is_refuted_with_an_input() -> None:
    chip = CHIP_BY_NAME["add"]
    lookup = interaction(chip, "result_0_is_16_bits")
    narrow = replace(lookup, message=(lookup.message[0], lookup.message[1] - 1))
    outcome = result_of(with_interaction(chip, narrow), Kind.COMPLETE, "add").outcome
    assert (outcome.verdict, outcome.detail.partition(";")[0]) == (Verdict.REFUTED, "no row has this input")
    assert "result_0" in outcome.detail
    found = outcome.counterexample
    assert found is not None
    assert (found.columns["source1"] + found.columns["source2"]) % 2**16 >= 2**15
    assert {"pc", "clock", "constant 0", "source1 token"} <= found.columns.keys()
    assert "input:" in counterexample_lines(found)
    assert "row:" not in counterexample_lines(found)


FORCED = [
    ("sub", "sub", "result_1"),
    ("xor", "xor", "both_1"),
    ("sll", "sll", "result_2"),
    ("branch_equal", "bne", "right_2"),
    ("load_word", "lwu", "value_2"),
    ("store_misaligned", "sw", "before_1"),
    ("jalr", "jalr", "link_2"),
    ("mul", "mul", "left_1"),
    ("divide", "div", "carry_2"),
    ("divide", "remu", "dividend_1"),
    ("constant", "lui", "value_1"),
    ("advice", "ecall", "word_1"),
    ("boundary", "", "value_out_1"),
    ("memory", "", "initial_1"),
]
"""By chip and instruction, a cell that some input needs to be other than zero."""


@pytest.mark.parametrize(("name", "instruction", "cell"), FORCED)
def test_completeness_of_a_chip_with_a_forced_cell_is_refuted_with_an_input(
    name: str, instruction: str, cell: str
) -> None:
    chip = CHIP_BY_NAME[name]
    forced = replace(chip, constraints=(*chip.constraints, Constraint("forced", column(chip, cell))))
    outcome = result_of(forced, Kind.COMPLETE, instruction).outcome
    assert outcome.verdict is Verdict.REFUTED, outcome.detail
    assert "no row has this input" in outcome.detail
    assert outcome.counterexample is not None
    assert outcome.counterexample.is_input


def test_input_that_has_a_row_that_the_ladder_does_not_find_is_unknown() -> None:
    chip = CHIP_BY_NAME["add"]
    cell = MainColumn("cell", len(chip.columns))
    one_or_two = Constraint("one_or_two", (cell - 1) * (cell - 2))
    free = replace(chip, columns=(*chip.columns, "cell"), constraints=(*chip.constraints, one_or_two))
    outcome = result_of(free, Kind.COMPLETE, "add").outcome
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.detail.startswith("no row found for an input: ")


def test_function_of_multiplication_with_wide_carries_is_not_proven() -> None:
    chip = without("mul", *(f"carry_{i}_has_12_bits" for i in range(4)))
    assert result_of(chip, Kind.FUNCTION, "mul").outcome.verdict is not Verdict.PROVEN
