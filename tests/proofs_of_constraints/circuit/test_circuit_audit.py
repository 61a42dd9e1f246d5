"""Everything that the audit of the circuit's machine has to prove is proven."""

from __future__ import annotations

import pytest

from proofs_of_constraints.audit import machine_obligation_list, prove
from proofs_of_constraints.circuit_machine import CIRCUIT_AUDIT
from proofs_of_constraints.obligations.assumptions import ASSUMPTIONS
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Verdict
from spec.circuit.machine import CIRCUIT_CHIPS
from tests.proofs_of_constraints.narrow_audit import NARROW_AUDIT

OBLIGATIONS = machine_obligation_list(CIRCUIT_AUDIT)
KINDS = {Kind.NOT_VACUOUS, Kind.FUNCTION, Kind.DETERMINISM, Kind.COMPLETE, Kind.PADDING, Kind.DISCIPLINE}


@pytest.mark.parametrize("obligation", OBLIGATIONS, ids=lambda obligation: obligation.identity)
def test_obligation_is_proven(obligation: Obligation) -> None:
    found = prove(obligation)
    assert found.outcome.verdict is Verdict.PROVEN, found.outcome.detail


@pytest.mark.parametrize("name", [chip.name for chip in CIRCUIT_CHIPS])
def test_every_chip_has_obligations_of_every_kind(name: str) -> None:
    assert {o.kind for o in OBLIGATIONS if o.chip == name and not o.instruction} >= KINDS


def test_identities_are_unique_and_assumptions_explained() -> None:
    assert len({o.identity for o in OBLIGATIONS}) == len(OBLIGATIONS)
    assert {name for o in OBLIGATIONS for name in o.assumptions} <= set(ASSUMPTIONS)


NARROW = [
    # The table whose rows differ most from the wide ones.
    pytest.param(o, id=o.identity, marks=() if o.chip == "sha256_first" else pytest.mark.slow)
    for o in machine_obligation_list(NARROW_AUDIT)
    if o.chip in ("compress", "sha256_first", "sha256_rest")
]


@pytest.mark.parametrize("obligation", NARROW)
def test_obligation_about_narrow_rows_is_proven(obligation: Obligation) -> None:
    found = prove(obligation)
    assert found.outcome.verdict is Verdict.PROVEN, found.outcome.detail
