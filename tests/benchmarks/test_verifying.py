"""The benchmark of verifying: what it measures of a proof."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import verifying
from benchmarks.verifying import READING, REST, seconds_of
from spec.protocol.proof_encoding import encode_proof
from tests.reference.proven_run import proven_run

STEPS = {
    "powers",
    "weighted sum",
    "joined",
    "follow rounds",
    "tables value",
    "stacked weights",
    "bind weights",
    "folded queries",
    "check final vector",
}


def test_first_verification_is_not_measured() -> None:
    calls: list[None] = []
    seconds = seconds_of(lambda: calls.append(None), 3)
    assert (len(calls), len(seconds)) == (4, 3)
    assert seconds == sorted(seconds)


def test_report_has_the_time_in_all_and_by_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    encoded = encode_proof(proven_run().proof)
    proof, report = tmp_path / "proof", tmp_path / "report.json"
    proof.write_bytes(encoded)
    monkeypatch.setattr(sys, "argv", ["verifying", str(proof), "--times", "2", "--json", str(report)])
    verifying.main()
    facts = json.loads(report.read_text())[str(proof)]
    assert facts["proof_bytes"] == len(encoded)
    assert 0 < facts["least_milliseconds"] <= facts["median_milliseconds"]
    parts = facts["milliseconds"]
    assert set(parts) == {READING, REST, *STEPS}
    assert list(parts.values()) == sorted(parts.values(), reverse=True)
    assert "median milliseconds" in capsys.readouterr().out
