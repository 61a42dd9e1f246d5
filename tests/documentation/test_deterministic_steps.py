"""The steps from tables to an execution use every obligation there is, and none that there is not."""

from __future__ import annotations

from collections import Counter

from documentation.deterministic_steps import STEPS
from proofs_of_constraints.audit import selected
from proofs_of_constraints.obligations.obligation import Kind


def test_every_obligation_belongs_to_one_step() -> None:
    used = Counter(obligation.identity for step in STEPS for obligation in step.obligations())
    assert used == Counter(obligation.identity for obligation in selected())


def test_every_name_is_that_of_an_obligation() -> None:
    named = {name for step in STEPS for name in step.about_the_machine}
    assert named == {obligation.instruction for obligation in selected() if obligation.kind is Kind.MACHINE}
