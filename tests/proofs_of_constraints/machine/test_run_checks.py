"""A verifier without one of the rules that join segments is noticed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from proofs_of_constraints.machine import run_checks
from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.run_checks import segments_are_counted, segments_are_joined
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from reference.verifier.run import check_chain, verify_run
from spec.protocol.key import VerificationKey
from spec.protocol.proof import SegmentProof
from spec.rejection import Rejected, Rejection
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT


@pytest.mark.parametrize("audited", [SMALL_AUDIT, RV64IM_AUDIT], ids=["small", "rv64im"])
def test_runs_as_they_are_verified_pass(audited: AuditedMachine) -> None:
    assert segments_are_joined(audited) is None
    assert segments_are_counted(audited) is None


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        (Rejection.SEGMENT_INDEX, "a run in which segment 0 states index 7 is accepted"),
        (Rejection.START_DIFFERS, "a run in which pc_in is not the key's is accepted"),
        (Rejection.SEGMENTS_DO_NOT_MEET, "a run in which segment 1 enters with another pc_in is accepted"),
        (Rejection.SEGMENT_AFTER_HALT, "a run in which a segment follows the halt is accepted"),
        (Rejection.NOT_HALTED, "a run in which nothing halts is accepted"),
        (Rejection.EXIT_CODE_WITHOUT_HALT, "a run in which exit_code_0 is stated before the end is accepted"),
        (Rejection.MOVED_WITHOUT_TABLE, "a run in which cursor_out moves without memory is accepted"),
        (Rejection.ENCODING_ELEMENT_NOT_CANONICAL, "a run in which segment is not canonical is accepted"),
    ],
    ids=lambda value: value.name.lower() if isinstance(value, Rejection) else "",
)
def test_verifier_without_a_rule_is_noticed(reason: Rejection, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(key: VerificationKey, segments: Sequence[SegmentProof]) -> None:
        try:
            check_chain(key, segments)
        except Rejected as rejected:
            if rejected.reason is not reason:
                raise

    monkeypatch.setattr(run_checks, "check_chain", lenient)
    assert segments_are_joined(RV64IM_AUDIT) == fault


def test_verifier_that_refuses_every_run_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def strict(key: VerificationKey, segments: Sequence[SegmentProof]) -> None:
        raise Rejected(Rejection.NOT_HALTED)

    monkeypatch.setattr(run_checks, "check_chain", strict)
    assert segments_are_joined(SMALL_AUDIT) == "segments that meet are refused: NOT_HALTED"


def test_rule_with_the_reason_of_another_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def confused(key: VerificationKey, segments: Sequence[SegmentProof]) -> None:
        try:
            check_chain(key, segments)
        except Rejected as rejected:
            raise Rejected(Rejection.NOT_HALTED) from rejected

    monkeypatch.setattr(run_checks, "check_chain", confused)
    fault = "a run in which segment 0 states index 7 is refused as NOT_HALTED"
    assert segments_are_joined(SMALL_AUDIT) == fault


@pytest.mark.parametrize("count", [0, SMALL_AUDIT.machine.maximum_segments + 1])
def test_number_of_segments_that_is_refused_for_another_reason_is_noticed(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(algebra: Any, proof: Any, *others: Any) -> Any:
        if len(proof.segments) == count:
            raise Rejected(Rejection.NOT_HALTED)
        return verify_run(algebra, proof, *others)

    monkeypatch.setattr(run_checks, "verify_run", late)
    assert segments_are_counted(SMALL_AUDIT) == f"a run of {count} segments is refused as NOT_HALTED"


def test_number_of_segments_that_is_accepted_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_checks, "verify_run", lambda *arguments: None)
    assert segments_are_counted(SMALL_AUDIT) == "a run of 0 segments is accepted"
