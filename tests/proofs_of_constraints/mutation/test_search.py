"""Wrong rows are found in mutants that accept them, and never in the machine's own chips."""

import pytest

from proofs_of_constraints.mutation.division_search import MODULAR_CALLS, DivisionRowSearch
from proofs_of_constraints.mutation.example_rows import example_rows
from proofs_of_constraints.mutation.row_meaning import row_faults, row_obstacles
from proofs_of_constraints.mutation.search import WrongRowSearch
from proofs_of_constraints.mutation.work_search import WorkRowSearch
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from spec.rv64im.machine import CHIP_BY_NAME
from tests.proofs_of_constraints.broken_chips import without
from tests.proofs_of_constraints.mutation.mutants import mutant

MISSING = [
    ("add", "without constraint carry_0_is_boolean"),
    ("slt", "without constraint less_is_boolean"),
    ("sd", "without interaction memory_is_later"),
    ("mul", "without constraint limb_1_of_the_product"),
    ("divide_word", "without constraint by_zero_quotient_byte_0_is_ones"),
    ("memory", "without interaction step_low_is_16_bits"),
]


@pytest.mark.parametrize(("chip", "change"), MISSING)
def test_wrong_row_of_a_weaker_chip_is_found_and_satisfies_it(chip: str, change: str) -> None:
    weaker = mutant(chip, change).chip
    found = WrongRowSearch(CHIP_BY_NAME[chip], weaker).wrong_row(example_rows(weaker))
    assert found is not None
    cells, fault = found
    assert row_obstacles(ConcreteRow(weaker, cells)) == []
    assert fault in row_faults(ConcreteRow(weaker, cells))
    missing = change.split()[-1]
    assert row_obstacles(ConcreteRow(CHIP_BY_NAME[chip], cells)) == [missing]


@pytest.mark.parametrize(
    ("chip", "missing"),
    [
        ("sha256_first", "new_e_0_low_adds"),
        ("sha256_first", "left_0_high_is_pending"),
        ("sha256_rest", "new_a_0_low_carry_0_is_boolean"),
        ("sha256_rest", "at_most_one_selector"),
    ],
)
def test_wrong_row_of_a_weaker_work_table_is_made_from_an_honest_one(chip: str, missing: str) -> None:
    weaker = without(chip, missing)
    found = WorkRowSearch(CHIP_BY_NAME[chip], weaker).wrong_row(example_rows(weaker))
    assert found is not None
    cells, fault = found
    assert row_obstacles(ConcreteRow(weaker, cells)) == []
    assert fault in row_faults(ConcreteRow(weaker, cells))
    assert row_obstacles(ConcreteRow(CHIP_BY_NAME[chip], cells)) == [missing]


@pytest.mark.parametrize(("chip", "change"), MISSING)
def test_wrong_row_of_the_unchanged_chip_is_not_found(chip: str, change: str) -> None:
    search = WrongRowSearch(CHIP_BY_NAME[chip], mutant(chip, change).chip)
    unchanged = WrongRowSearch(mutant(chip, change).chip, CHIP_BY_NAME[chip])
    assert unchanged.columns == search.columns != []
    assert unchanged.wrong_row(example_rows(CHIP_BY_NAME[chip])[:3]) is None


@pytest.mark.parametrize("chip", sorted(MODULAR_CALLS))
def test_division_off_by_p_is_found_wherever_a_range_is_missing(chip: str) -> None:
    original = CHIP_BY_NAME[chip]
    carries = sum(name.startswith("carry_") for name in original.columns)
    guarded = [f"carry_{i}_has_15_bits" for i in range(carries - 1)]
    operands = ("left", "right", "modulus", "quotient")
    guarded += [f"{name}_{i}_{i + 1}_are_bytes" for name in operands for i in range(0, carries, 2)]
    missing = set(guarded) - {i.name for i in original.interactions}
    assert missing == set()
    for name in guarded:
        weaker = without(chip, name)
        found = DivisionRowSearch(original, weaker).wrong_row(example_rows(weaker))
        assert found is not None, name
        cells, fault = found
        assert row_obstacles(ConcreteRow(weaker, cells)) == []
        assert fault == "result is not what the call makes of its operands"
        assert row_obstacles(ConcreteRow(original, cells)) == [name]


def test_division_off_by_p_is_not_sought_where_nothing_of_it_is_touched() -> None:
    weaker = without("multiply_add_modulo_256", "real_is_boolean")
    assert DivisionRowSearch(CHIP_BY_NAME[weaker.name], weaker).wrong_row(example_rows(weaker)) is None
