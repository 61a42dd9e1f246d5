"""Selectors, padding, multiplicities, clocks and messages of whole rows, and the system tables."""

from dataclasses import replace

import pytest

from proofs_of_constraints.audit import prove
from proofs_of_constraints.obligations.coverage import coverage_obligations
from proofs_of_constraints.obligations.obligation import Kind, Verdict
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from spec.air.chip import Chip, Interaction
from spec.air.expression import lift
from spec.rv64im.buses import MEMORY
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, INSTRUCTION_CHIPS
from tests.proofs_of_constraints.broken_chips import (
    column,
    interaction,
    result_of,
    with_constraint,
    with_interaction,
    without,
)
from tests.proofs_of_constraints.undeclared import faults_of_declaration, undeclared

ROW_KINDS = [Kind.SELECTED, Kind.PADDING, Kind.MULTIPLICITIES, Kind.CLOCK_ORDER, Kind.DISCIPLINE]


@pytest.mark.parametrize("kind", ROW_KINDS)
def test_row_of_every_instruction_chip_is_proven(kind: Kind) -> None:
    for chip in INSTRUCTION_CHIPS:
        result = result_of(chip, kind)
        assert result.outcome.verdict is Verdict.PROVEN, (chip.name, result.outcome.detail)


def changed(chip: Chip, name: str, **fields: object) -> Chip:
    return with_interaction(chip, replace(interaction(chip, name), **fields))  # type: ignore[arg-type]


def test_selected_without_boolean_selectors_is_refuted() -> None:
    broken = without("load_word", "at_most_one_selector")
    assert result_of(broken, Kind.SELECTED).outcome.verdict is Verdict.REFUTED


def test_padding_that_sends_is_refuted() -> None:
    broken = changed(CHIP_BY_NAME["add"], "leave", multiplicity=lift(1))
    assert result_of(broken, Kind.PADDING).outcome.verdict is Verdict.REFUTED


def test_padding_with_a_free_access_is_refuted() -> None:
    broken = without("store_misaligned", "crossing_reaches_the_next_doubleword")
    assert result_of(broken, Kind.PADDING).outcome.verdict is Verdict.REFUTED


def test_multiplicity_that_may_be_two_is_refuted() -> None:
    broken = without("add", "real_is_boolean")
    assert result_of(broken, Kind.MULTIPLICITIES).outcome.verdict is Verdict.REFUTED


def test_multiplicity_of_minus_one_is_refuted() -> None:
    chip = CHIP_BY_NAME["load_byte"]
    broken = changed(chip, "part_0_1_are_bytes", multiplicity=lift(0) - column(chip, "odd"))
    assert result_of(broken, Kind.MULTIPLICITIES).outcome.verdict is Verdict.REFUTED


def test_clock_order_without_its_range_check_is_refuted() -> None:
    broken = without("add", "source2_is_later")
    assert result_of(broken, Kind.CLOCK_ORDER).outcome.verdict is Verdict.REFUTED


def test_clock_order_of_two_accesses_at_one_clock_is_refuted() -> None:
    chip = CHIP_BY_NAME["add"]
    put_back = interaction(chip, "source2_put_back")
    message = (*put_back.message[:-1], column(chip, "clock"))
    result = result_of(changed(chip, "source2_put_back", message=message), Kind.CLOCK_ORDER)
    assert result.outcome.verdict is Verdict.REFUTED


def test_state_that_does_not_advance_is_refuted() -> None:
    chip = CHIP_BY_NAME["add"]
    leave = interaction(chip, "leave")
    broken = changed(chip, "leave", message=(leave.message[0], column(chip, "clock")))
    assert result_of(broken, Kind.CLOCK_ORDER).outcome.verdict is Verdict.REFUTED


def test_token_put_back_at_another_address_is_refuted() -> None:
    chip = CHIP_BY_NAME["add"]
    put_back = interaction(chip, "source1_put_back")
    message = (put_back.message[0], put_back.message[1] + 1, *put_back.message[2:])
    result = result_of(changed(chip, "source1_put_back", message=message), Kind.DISCIPLINE)
    assert result.outcome.verdict is Verdict.REFUTED


def test_destination_written_before_a_source_is_read_is_refuted() -> None:
    chip = CHIP_BY_NAME["add"]
    memory = [i for i in chip.interactions if i.bus == MEMORY]
    others = [i for i in chip.interactions if i.bus != MEMORY]
    reordered = replace(chip, interactions=(*others, *memory[-2:], *memory[:-2]))
    assert result_of(reordered, Kind.DISCIPLINE).outcome.verdict is Verdict.REFUTED


def test_every_instruction_is_covered_by_disjoint_domains() -> None:
    results = [prove(o) for o in coverage_obligations(INSTRUCTION_CHIPS)]
    assert len(results) == 65
    assert {r.outcome.verdict for r in results} == {Verdict.PROVEN}


def test_opcode_without_its_misaligned_chip_is_not_covered() -> None:
    chips = [chip for chip in INSTRUCTION_CHIPS if chip.name != "load_misaligned"]
    verdicts = {o.instruction: prove(o).outcome.verdict for o in coverage_obligations(chips)}
    assert verdicts["lw"] is Verdict.REFUTED
    assert verdicts["sw"] is Verdict.PROVEN


def test_chips_with_overlapping_domains_are_refuted() -> None:
    chips = [replace(c, domain="every execution") if c.name == "sd" else c for c in INSTRUCTION_CHIPS]
    verdicts = {o.instruction: prove(o).outcome.verdict for o in coverage_obligations(chips)}
    assert verdicts["sd"] is Verdict.REFUTED


TABLE_KINDS = [Kind.MULTIPLICITIES, Kind.PADDING, Kind.NOT_VACUOUS, Kind.DISCIPLINE, Kind.FUNCTION]


@pytest.mark.parametrize("kind", TABLE_KINDS)
@pytest.mark.parametrize("name", ["boundary", "memory"])
def test_continuation_table_is_proven(name: str, kind: Kind) -> None:
    assert result_of(CHIP_BY_NAME[name], kind).outcome.verdict is Verdict.PROVEN


@pytest.mark.parametrize("name", ["range_table", "byte_table", "shift_table"])
def test_rows_of_a_lookup_table_are_what_receivers_assume(name: str) -> None:
    assert result_of(CHIP_BY_NAME[name], Kind.FUNCTION).outcome.verdict is Verdict.PROVEN


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("boundary", "gap_low_is_16_bits"),
        ("memory", "step_high_is_14_bits"),
        ("memory", "initial_2_is_zero_by_kind"),
        ("memory", "initial_1_is_16_bits"),
        ("memory", "below_end_low_is_16_bits"),
        ("memory", "space_is_boolean"),
    ],
)
def test_continuation_table_with_something_missing_is_refuted(name: str, missing: str) -> None:
    assert result_of(without(name, missing), Kind.FUNCTION).outcome.verdict is Verdict.REFUTED


def test_boundary_that_sends_another_value_is_refuted() -> None:
    chip = CHIP_BY_NAME["boundary"]
    enters = interaction(chip, "enters")
    message = (*enters.message[:2], *interaction(chip, "leaves").message[2:6], enters.message[6])
    assert result_of(changed(chip, "enters", message=message), Kind.DISCIPLINE).outcome.verdict is Verdict.REFUTED


def faults(*chips: Chip) -> set[str]:
    """The properties that the machine of these chips does not have."""
    return set(faults_of_declaration(RV64IM_AUDIT.with_chips(chips)))


def test_machine_as_a_whole_is_proven() -> None:
    assert faults(*CHIPS) == set()


def test_machine_with_an_unused_column_is_refuted() -> None:
    chip = CHIP_BY_NAME["add"]
    idle = replace(chip, columns=(*chip.columns, "idle"))
    assert faults(*(idle if c is chip else c for c in CHIPS)) == {"wiring of columns and opcodes"}


def test_machine_without_a_chip_of_some_opcode_is_refuted() -> None:
    assert faults(*(c for c in CHIPS if c.name != "sub")) == {"wiring of columns and opcodes"}


def test_machine_with_a_second_sender_of_a_lookup_is_refuted() -> None:
    chip = CHIP_BY_NAME["add"]
    lookup = interaction(chip, "result_0_is_16_bits")
    forging: Interaction = replace(lookup, sign=+1)
    found = faults(*(with_interaction(c, forging) if c is chip else c for c in CHIPS))
    assert found == {"senders of buses", "expected senders"}


def test_machine_with_a_table_twice_is_refuted() -> None:
    twice = (*CHIPS, CHIP_BY_NAME["boundary"])
    with pytest.raises(ValueError, match="more than one chip boundary"):
        RV64IM_AUDIT.with_chips(twice)
    assert "tables" in faults_of_declaration(undeclared(RV64IM_AUDIT, chips=twice))


def test_selection_constraint_of_the_wrong_sign_is_refuted() -> None:
    chip = CHIP_BY_NAME["load_word"]
    broken = with_constraint(chip, "is_lw_is_boolean", column(chip, "is_lw") * (column(chip, "is_lw") + 1))
    assert result_of(broken, Kind.MULTIPLICITIES).outcome.verdict is Verdict.REFUTED
