"""Each fate, on a mutant that has it."""

import pytest

from proofs_of_constraints.mutation.fate import Fate, fate_of, obligations_about
from proofs_of_constraints.mutation.row_meaning import row_faults, row_obstacles
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.obligations.obligation import Kind
from spec.rv64im.machine import CHIP_BY_NAME
from tests.proofs_of_constraints.mutation.mutants import mutant


@pytest.mark.parametrize(
    ("chip", "change", "fate", "reason"),
    [
        ("add", "without interaction arrive", Fate.WRONG_ROW, "1 fetches, 0 states taken, 1 sent"),
        ("sub", "without constraint real_is_boolean", Fate.WRONG_ROW, "result_0_is_16_bits happens 2 times"),
        ("add", "carry_0 with - for + at 2", Fate.HONEST_ROW, "carry_0_is_boolean"),
        ("range_table", "without interaction range", Fate.CHECK, "bus-discipline/range_table: "),
        ("jalr", "target_low_is_aligned one bit wider", Fate.SURVIVES, "every obligation is proven"),
    ],
)
def test_mutant_has_its_fate_and_the_row_that_shows_it(chip: str, change: str, fate: Fate, reason: str) -> None:
    changed = mutant(chip, change)
    result = fate_of(changed)
    assert result.fate is fate
    assert result.reason.startswith(reason)
    assert (result.row is not None) == fate.has_witness
    if result.row is not None:
        row, original = ConcreteRow(changed.chip, result.row), ConcreteRow(CHIP_BY_NAME[chip], result.row)
        if fate is Fate.WRONG_ROW:
            assert (row_obstacles(row), row_faults(row)[0]) == ([], result.reason)
        else:
            assert result.reason in row_obstacles(row)
            assert (row_obstacles(original), row_faults(original)) == ([], [])


def test_row_that_only_the_solver_finds_is_one_of_some_program() -> None:
    changed = mutant("divide_word", "without constraint remainder_sign_is_boolean")
    result = fate_of(changed)
    assert result.fate is Fate.WRONG_ROW
    assert result.reason.startswith("function/divide_word/divw: operands 0x80000000, 0x80000000: ")
    assert result.row is not None
    row, original = ConcreteRow(changed.chip, result.row), ConcreteRow(CHIP_BY_NAME["divide_word"], result.row)
    assert row_obstacles(row) == []
    assert [fault.split()[:2] for fault in row_faults(row)] == [["destination", "becomes"]]
    assert original.violations() == ["remainder_sign_is_boolean"]


def test_mutant_whose_proofs_cost_too_much_is_broken_not_a_survivor() -> None:
    result = fate_of(mutant("jalr", "target_low_is_aligned one bit wider"), resource_limit=100)
    assert result.fate is Fate.BROKEN
    assert "no answer" in result.reason


def test_obligations_of_a_weaker_chip_leave_out_what_it_cannot_lose() -> None:
    kinds = {o.kind for o in obligations_about(mutant("add", "without constraint carry_0_is_boolean"))}
    assert Kind.FUNCTION in kinds
    assert not kinds & {Kind.COMPLETE, Kind.NOT_VACUOUS}
    assert Kind.COMPLETE in {o.kind for o in obligations_about(mutant("add", "carry_0 with - for + at 2"))}


@pytest.mark.parametrize(("chip", "is_wide"), [("add", False), ("keccak_f", True)])
def test_meaning_of_a_wide_call_is_asked_before_its_clocks(chip: str, is_wide: bool) -> None:
    kinds = [o.kind for o in obligations_about(mutant(chip, "without constraint real_is_boolean"))]
    assert (kinds.index(Kind.FUNCTION) < kinds.index(Kind.CLOCK_ORDER)) == is_wide
    # Each is asked once.
    assert kinds.count(Kind.CLOCK_ORDER) == 1
    assert kinds.count(Kind.FUNCTION) == 1
