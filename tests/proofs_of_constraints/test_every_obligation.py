"""All obligations of the machine are proven, at full width, chip by chip."""

from __future__ import annotations

import pytest

from proofs_of_constraints.audit import machine_obligation_list, prove
from proofs_of_constraints.obligations.obligation import Verdict

CHIPS = tuple(dict.fromkeys(obligation.chip for obligation in machine_obligation_list()))
"""With the empty name, under which stand the obligations of the machine as a whole."""

TIMEOUT_SECONDS = 300
"""Far above what any query takes on an idle machine: tests share theirs."""


@pytest.mark.parametrize("chip", CHIPS)
def test_every_obligation_of_a_chip_is_proven(chip: str) -> None:
    obligations = [obligation for obligation in machine_obligation_list() if obligation.chip == chip]
    results = [prove(obligation, TIMEOUT_SECONDS) for obligation in obligations]
    unproven = {r.identity: r.outcome.detail for r in results if r.outcome.verdict is not Verdict.PROVEN}
    assert unproven == {}
