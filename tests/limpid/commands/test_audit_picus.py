"""`limpid audit FILE.picus`: constraints of other systems."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from limpid.errors import DONE, FAILED, MISUSED
from tests.limpid.commands.invocation import limpid

SPLIT = """(prime-number 2130706433)
(begin-module Split)
(input word) (output low) (output high)
(assert (= word (+ low (* 65536 high))))
(end-module)
"""

RANGES = ("--assume", "low=(<= low 65535)", "--assume", "high=(<= high 16383)")


@pytest.fixture
def split(tmp_path: Path) -> Path:
    path = tmp_path / "split.picus"
    path.write_text(SPLIT)
    return path


def test_audit_of_a_deterministic_file_proves_it_under_named_assumptions(split: Path) -> None:
    invocation = limpid("audit", split, *RANGES, "--json")
    assert invocation.status == DONE
    document = invocation.document
    assert document["assumptions"] == {"low": "(<= low 65535)", "high": "(<= high 16383)"}
    found = {o["id"]: (o["verdict"], o["assumptions"]) for o in document["obligations"]}
    assert found == {
        "not-vacuous/Split": ("proven", ["low", "high"]),
        "determinism/Split": ("proven", ["low", "high"]),
    }


def test_audit_of_another_file_prints_two_rows(split: Path, tmp_path: Path) -> None:
    trace, page, queries = tmp_path / "rows.json", tmp_path / "page.html", tmp_path / "queries"
    invocation = limpid("audit", split, "--trace", trace, "--html", page, "--smt2", queries)
    assert invocation.status == FAILED
    assert "determinism/Split  refuted: low, high" in invocation.stdout
    assert "fails: output low may be 0x" in invocation.stdout
    (found,) = json.loads(trace.read_text())["counterexamples"]
    columns = {name: int(value, 16) for name, value in found["counterexample"]["columns"].items()}
    for copy in ("first", "second"):
        assert (columns[f"low {copy}"] + 65536 * columns[f"high {copy}"] - columns["word"]) % 2130706433 == 0
    assert columns["low first"] != columns["low second"]
    assert "determinism/Split" in page.read_text()
    assert any(queries.iterdir())


def test_malformed_file_fails_with_line_and_column(split: Path) -> None:
    split.write_text(SPLIT.replace("(assert (=", "(assert (=="))
    invocation = limpid("audit", split, "--json")
    assert invocation.status == FAILED
    assert invocation.error == {
        "kind": "picus",
        "path": str(split),
        "line": 4,
        "column": 9,
        "message": f"{split}: line 4, column 9: == is no condition",
        "next_step": "see: docs/auditing.md",
    }


@pytest.mark.parametrize(
    ("assumption", "message"),
    [
        ("low", "--assume low: is not NAME=CONDITION"),
        ("=(< low 2)", "--assume =(< low 2): is not NAME=CONDITION"),
        ("low=(< low", "--assume low: line 1, column 1: ( is never closed"),
        ("low=(< lo 2)", "no module has all variables of the assumption low"),
    ],
)
def test_assumption_that_says_nothing_is_misuse(split: Path, assumption: str, message: str) -> None:
    invocation = limpid("audit", split, "--assume", assumption)
    assert invocation.status == MISUSED
    assert message in invocation.stderr


def test_assumption_that_stands_twice_is_misuse(split: Path) -> None:
    invocation = limpid("audit", split, *RANGES, *RANGES[:2])
    assert invocation.status == MISUSED
    assert "stands twice" in invocation.stderr


def test_file_that_is_no_text_fails(split: Path) -> None:
    split.write_bytes(b"(prime-number \xff)")
    invocation = limpid("audit", split)
    assert invocation.status == FAILED
    assert "byte 14 is no text" in invocation.stderr


def test_file_that_is_missing_fails(tmp_path: Path) -> None:
    assert limpid("audit", tmp_path / "missing.picus", "--json").error["kind"] == "file"


@pytest.mark.parametrize("option", [("--chip", "add"), ("--mutants",), ("--jobs", "2"), ("--kind", "padding")])
def test_file_with_an_option_about_the_machine_is_misuse(split: Path, option: tuple[str, ...]) -> None:
    assert limpid("audit", split, *option).status == MISUSED


def test_assumption_without_a_file_is_misuse() -> None:
    assert "--assume is about a file" in limpid("audit", *RANGES).stderr


def test_second_solver_checks_a_file_too(split: Path) -> None:
    pytest.importorskip("cvc5")
    document = limpid("audit", split, *RANGES, "--second-solver", "--json").document
    assert document["second_solver"] == {"agrees": 2, "disagrees": 0, "undecided": 0}
    lines = limpid("audit", split, *RANGES, "--second-solver").stdout.splitlines()
    (line,) = (line for line in lines if line.startswith("second solver"))
    assert line.endswith("of 2 obligations: agrees 2, disagrees 0, undecided 0")
