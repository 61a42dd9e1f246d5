"""The mutants of a chip touch everything that it declares, each in one place."""

import re

import pytest

from proofs_of_constraints.mutation.operators import Operator, mutants_of, sampled
from spec.air.chip import Chip, Role, describe_chip, kind_of
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS
from tests.proofs_of_constraints.mutation.mutants import mutant

WIDE_CALLS = ("keccak_f", "multiply_add_modulo_256", "multiply_add_modulo_384")
MANY_LOOKUPS = ("keccak_round",)
"""Here too only a sample of the interactions is changed."""


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_mutants_of_a_chip_have_names_and_declarations_of_their_own(chip: Chip) -> None:
    every = list(mutants_of(chip))
    mutants = {mutant.change: mutant for mutant in every}
    assert len(mutants) == len(every)
    if chip.role is not Role.WORK:
        # A work table's text takes long to make, and it has hundreds of mutants.
        assert describe_chip(chip) not in [describe_chip(m.chip) for m in mutants.values()]
    names = [constraint.name for constraint in chip.constraints]
    for constraint in chip.constraints:
        if (chip.role is Role.WORK or chip.name in WIDE_CALLS) and constraint.name not in sampled(names):
            continue
        dropped = mutants[f"without constraint {constraint.name}"].chip
        assert [c.name for c in dropped.constraints] == [c.name for c in chip.constraints if c is not constraint]
        assert dropped.interactions == chip.interactions
    for interaction in chip.interactions if chip.name not in (*WIDE_CALLS, *MANY_LOOKUPS) else ():
        dropped = mutants[f"without interaction {interaction.name}"].chip
        assert dropped.constraints == chip.constraints
        assert [i.name for i in dropped.interactions] == [i.name for i in chip.interactions if i is not interaction]


def test_sample_has_one_of_every_kind_of_name() -> None:
    names = [f"{stem}_{i}" for stem in ("left", "right_1") for i in range(9)] + ["alone"]
    found = sampled(names)
    assert found <= set(names)
    assert sorted(re.sub(r"\d+", "#", name) for name in found) == ["alone", "left_#", "right_#_#"]
    kinds = {re.sub(r"\d+", "#", c.name) for c in CHIP_BY_NAME["sha256_rest"].constraints}
    few = sampled([c.name for c in CHIP_BY_NAME["sha256_rest"].constraints])
    assert {re.sub(r"\d+", "#", name) for name in few} == kinds
    assert "at_most_one_selector" in few
    assert len(few) == len(kinds)


def _declared(chip: Chip) -> set[str]:
    return {constraint.name for constraint in chip.constraints} | {i.name for i in chip.interactions}


@pytest.mark.parametrize("name", WIDE_CALLS)
def test_wide_call_has_one_of_every_kind_changed_in_every_way(name: str) -> None:
    chip = CHIP_BY_NAME[name]
    changes = [m.change for m in mutants_of(chip)]
    dropped = {c.split()[-1] for c in changes if c.startswith("without ")}
    assert {kind_of(n) for n in dropped} == {kind_of(name) for name in _declared(chip)}
    speaking = {(i.bus.name, i.sign) for i in chip.interactions}
    assert sum(m.operator is Operator.REVERSED for m in mutants_of(chip)) == len(speaking)
    assert len([c for c in changes if c.startswith("real_is_boolean ")]) == 2
    assert len(changes) < 350


@pytest.mark.parametrize("name", MANY_LOOKUPS)
def test_work_table_of_many_lookups_has_one_of_every_kind_changed_and_those_that_speak_first(name: str) -> None:
    chip = CHIP_BY_NAME[name]
    dropped = [m.change.split()[-1] for m in mutants_of(chip) if m.operator is Operator.INTERACTION_DROPPED]
    assert {kind_of(n) for n in dropped} == {kind_of(i.name) for i in chip.interactions}
    of_bus = {(i.bus.name, i.sign): i.name for i in reversed(chip.interactions)}
    assert {*of_bus.values()} <= {*dropped}
    assert len(dropped) < len(chip.interactions) / 10


@pytest.mark.parametrize("name", ["sha256_compress", "advice", "divide"])
def test_no_other_chip_of_instructions_is_sampled(name: str) -> None:
    chip = CHIP_BY_NAME[name]
    dropped = {m.change.split()[-1] for m in mutants_of(chip) if m.change.startswith("without ")}
    assert dropped == _declared(chip)


def test_sampled_expression_has_one_change() -> None:
    chip = CHIP_BY_NAME["sha256_first"]
    (name,) = [
        name for name in sampled([c.name for c in chip.constraints]) if name.endswith("low_adds") and "new_e" in name
    ]
    assert len([m for m in mutants_of(chip) if m.change.startswith(f"{name} with")]) == 1


def test_every_operator_has_mutants() -> None:
    assert {m.operator for chip in CHIPS for m in mutants_of(chip)} == set(Operator)


@pytest.mark.parametrize(
    ("chip", "change", "operator", "line"),
    [
        (
            "slt",
            "left_sign_leaves_15_bits one bit wider",
            Operator.RANGE_WIDENED,
            "left_sign_leaves_15_bits: receive range(left_3 - left_sign*32768, 16) times real",
        ),
        (
            "add",
            "leave with clock one less",
            Operator.CLOCK_MOVED,
            "leave: send state(pc + 1, clock + 3 + -1) times real",
        ),
        (
            "sub",
            "source1_taken in the other direction",
            Operator.REVERSED,
            "source1_taken: send memory(1, source1, left_0, left_1, left_2, left_3, source1_previous_clock) times real",
        ),
        (
            "mulw",
            "limb_0_of_the_product with 256 / 2 at 14",
            Operator.CONSTANT_HALVED,
            "limb_0_of_the_product [2]: left_0*right_0 + (left_0*right_1 + left_1*right_0)*128 - result_0"
            " - carry_0*65536 = 0",
        ),
        (
            "load_word",
            "fetch only where is_lw",
            Operator.PART_OF_ROWS,
            "fetch: receive program(pc, is_lw*8195 + is_lwu*24579, destination, source1, 0, immediate_low, "
            "immediate_is_negative*65535, immediate_is_negative*65535, immediate_is_negative*65535, 0) times is_lw",
        ),
    ],
)
def test_mutant_changes_what_its_name_says(chip: str, change: str, operator: Operator, line: str) -> None:
    found = mutant(chip, change)
    before, after = (describe_chip(c).splitlines() for c in (CHIP_BY_NAME[chip], found.chip))
    assert found.operator is operator
    assert [text.strip() for text in after if text not in before] == [line]


def test_mutant_of_a_definition_changes_it_wherever_it_is_used() -> None:
    found = mutant("add", "carry_0 with left_1 for left_0 at 3")
    definitions = found.chip.definitions()
    assert list(definitions) == ["carry_0", "carry_1", "carry_2", "carry_3"]
    assert "carry_0 := (left_1 + right_0 - result_0)*(1/65536)" in describe_chip(found.chip)


def test_only_what_takes_something_away_from_a_row_is_weaker() -> None:
    chip = CHIP_BY_NAME["sll"]
    for found in mutants_of(chip):
        if not found.is_weaker:
            continue
        assert len(found.chip.constraints) <= len(chip.constraints)
        assert found.operator in (Operator.CONSTRAINT_DROPPED, Operator.INTERACTION_DROPPED, Operator.RANGE_WIDENED)
    assert mutant("sll", "unused_amount_is_a_multiple one bit wider").is_weaker
    assert not mutant("sll", "without interaction leave").is_weaker
    assert mutant("sll", "without interaction amount_is_split").is_weaker
