"""Recorded verdicts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from documentation.verdicts import (
    OPEN,
    VerdictRecord,
    VerdictRecordError,
    read_record,
    record_of_audit,
    verdict_of,
)
from proofs_of_constraints.audit import selected
from proofs_of_constraints.obligations.obligation import Verdict
from spec.rv64im.machine import RV64IM


def test_record_written_and_read_is_the_same(tmp_path: Path) -> None:
    record = VerdictRecord("ab", {"function/add": Verdict.PROVEN, "padding/add": Verdict.REFUTED})
    (tmp_path / "verdicts.json").write_text(record.encoded())
    assert read_record(tmp_path / "verdicts.json") == record


def test_verdict_of_another_machine_is_open() -> None:
    verdicts = {"function/add": Verdict.PROVEN}
    assert verdict_of("function/add", VerdictRecord(RV64IM.digest.hex(), verdicts)) == "proven"
    assert verdict_of("function/sub", VerdictRecord(RV64IM.digest.hex(), verdicts)) == OPEN
    assert verdict_of("function/add", VerdictRecord("00" * 32, verdicts)) == OPEN
    assert verdict_of("function/add", None) == OPEN


def test_audit_of_every_obligation_is_recorded_for_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    obligations = [{"id": o.identity, "verdict": "proven"} for o in selected()]
    path.write_text(json.dumps({"obligations": obligations}))
    record = record_of_audit(path)
    assert record.machine == RV64IM.digest.hex()
    assert record.verdicts == {o.identity: Verdict.PROVEN for o in selected()}


def test_audit_that_leaves_an_obligation_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    obligations = [{"id": o.identity, "verdict": "proven"} for o in selected()]
    left_out = obligations.pop(0)["id"]
    path.write_text(json.dumps({"obligations": obligations}))
    with pytest.raises(VerdictRecordError, match=f"leaves out 1 obligations, such as {left_out}"):
        record_of_audit(path)


@pytest.mark.parametrize("text", ["", "[]", '{"machine": "ab"}', '{"machine": "ab", "verdicts": {"x": "maybe"}}'])
def test_file_that_is_no_record_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    path.write_text(text)
    with pytest.raises(VerdictRecordError, match=r"verdicts\.json is no record of verdicts"):
        read_record(path)
