"""Mutants have the fates that were reviewed."""

import pytest

from proofs_of_constraints.mutant_verdicts import REVIEWED, expected_fate
from proofs_of_constraints.mutants import Fate, fate_of, mutants_of
from proofs_of_constraints.obligation import Verdict
from spec.air.machine import CHIP_BY_NAME, CHIPS


@pytest.mark.parametrize("name", ["constant", "addw", "halt", "boundary"])
def test_mutant_has_the_reviewed_fate(name: str) -> None:
    for mutant in mutants_of(CHIP_BY_NAME[name]):
        result = fate_of(mutant)
        assert result.fate is expected_fate(mutant.name), mutant.name
        if result.fate is Fate.KILLED:
            assert result.by is not None
            assert result.by.outcome.verdict is Verdict.REFUTED


def test_every_reviewed_mutant_exists_and_has_a_reason() -> None:
    names = {mutant.name for chip in CHIPS for mutant in mutants_of(chip)}
    assert set(REVIEWED) <= names
    assert all(reviewed.reason and reviewed.fate is not Fate.KILLED for reviewed in REVIEWED.values())


def test_mutants_of_a_chip_take_away_every_constraint_and_lookup() -> None:
    chip = CHIP_BY_NAME["slt"]
    changes = [mutant.change for mutant in mutants_of(chip)]
    assert len(changes) == len(set(changes))
    for constraint in chip.constraints:
        assert f"without constraint {constraint.name}" in changes
    assert "without lookup left_sign_leaves_15_bits" in changes
    assert "left_sign_leaves_15_bits one bit wider" in changes
    assert "difference_0_is_16_bits one bit wider" not in changes
