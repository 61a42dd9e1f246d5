"""Frozen vectors: old bytes get the verdict on record, or the reason why another machine or version cannot judge."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from spec.protocol import key_encoding
from spec.protocol.run import parameters_digest
from spec.rejection import Rejection
from spec.rv64im.machine import RV64IM
from tests.frozen.vectors import (
    KNOWN_SETS,
    SETS,
    VERSIONS,
    changed,
    expected_verdict,
    head_verdict,
    loaded,
    question_of,
    verdict,
)

FOLDERS = sorted(path for path in SETS.iterdir() if path.is_dir())
CASES = [(folder, number) for folder in FOLDERS for number in range(len(loaded(folder)["cases"]))]
OF_RUNS = [(folder, number) for folder, number in CASES if loaded(folder)["cases"][number]["ask"] == "run"]


@pytest.fixture(autouse=True)
def _sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_encoding, "PARAMETER_SETS", KNOWN_SETS)


def _verdicts(folder: Path, number: int, backend: str) -> tuple[str, str]:
    """(today's, the expected one)."""
    document = loaded(folder)
    case = document["cases"][number]
    content = changed((folder / case["file"]).read_bytes(), case["change"])
    found = verdict(content, case["ask"], question_of(case["question"]), document["tree"], backend)
    return found, expected_verdict(case, document["heads"][case["file"]])


@pytest.mark.parametrize(("folder", "number"), CASES, ids=lambda part: getattr(part, "name", str(part)))
def test_frozen_bytes_get_their_recorded_verdict(folder: Path, number: int) -> None:
    found, expected = _verdicts(folder, number, "optimized")
    assert found == expected


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "number"), OF_RUNS, ids=lambda part: getattr(part, "name", str(part)))
def test_frozen_runs_get_their_recorded_verdict_from_the_reference_too(folder: Path, number: int) -> None:
    found, expected = _verdicts(folder, number, "reference")
    assert found == expected


def test_every_format_has_accepted_and_rejected_bytes_in_every_set() -> None:
    assert FOLDERS
    for folder in FOLDERS:
        document = loaded(folder)
        assert folder.name == document["machine_digest"][:16]
        for format_name in VERSIONS:
            of = [case for case in document["cases"] if case["ask"] == format_name]
            assert {case["verdict"] == "ACCEPTED" for case in of} == {True, False}, (folder, format_name)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_vectors_of_another_machine_are_rejected_as_such(folder: Path) -> None:
    """A set whose files name a machine that nobody has: what becomes of every set once the machine changes."""
    document = loaded(folder)
    foreign = bytes(reversed(range(32)))
    for case in document["cases"]:
        if case["by_first_bytes"] or case["change"]:
            continue
        content, head = (folder / case["file"]).read_bytes(), deepcopy(document["heads"][case["file"]])
        own = bytes.fromhex(head["keys"][0]["machine_digest"])
        content = content.replace(own, foreign)
        head["keys"][0]["machine_digest"] = foreign.hex()
        found = verdict(content, case["ask"], question_of(case["question"]), document["tree"], "optimized")
        assert found == expected_verdict(case, head), case
        if head["keys"][0]["version"] == key_encoding.KEY_VERSION:
            assert found in (Rejection.MACHINE_DIFFERS.name, Rejection.PARAMETERS_CHANGED.name)


HEAD: dict[str, Any] = {
    "format": "run",
    "version": VERSIONS["run"][0],
    "keys": [
        {
            "version": key_encoding.KEY_VERSION,
            "parameters": "tiny",
            "parameters_digest": parameters_digest(KNOWN_SETS["tiny"]).hex(),
            "machine_digest": RV64IM.digest.hex(),
        }
    ],
}


@pytest.mark.parametrize(
    ("head", "key", "reason"),
    [
        ({}, {}, None),
        ({"version": 1}, {}, "PROOF_VERSION"),
        ({"format": "receipt", "version": 1}, {}, "DEVELOPMENT_VERSION"),
        ({}, {"version": 1}, "KEY_VERSION"),
        ({}, {"parameters": "of old"}, "PARAMETERS_UNKNOWN"),
        ({}, {"parameters_digest": "00" * 32}, "PARAMETERS_CHANGED"),
        ({}, {"machine_digest": "00" * 32}, "MACHINE_DIFFERS"),
    ],
)
def test_head_that_today_s_verifier_cannot_judge_is_told_by_what_it_names(
    head: dict[str, Any], key: dict[str, Any], reason: str | None
) -> None:
    assert head_verdict({**HEAD, **head, "keys": [{**HEAD["keys"][0], **key}]}) == reason
