"""`limpid audit FILE`: constraints of other systems."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from limpid.commands.audit import FORMATS
from limpid.commands.audit_export import WRITERS
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


FOREIGN_PAGE = Path(__file__).resolve().parents[3] / "docs" / "foreign-circuits.md"


def _example_of_the_page() -> str:
    return FOREIGN_PAGE.read_text().split("<< 'END'\n")[1].split("END\n")[0]


def test_air_of_the_page_is_proven_and_without_a_constraint_refuted(tmp_path: Path) -> None:
    path = tmp_path / "decrement.json"
    path.write_text(_example_of_the_page())
    invocation = limpid("audit", path, "--json")
    assert invocation.status == DONE
    assert [o["id"] for o in invocation.document["obligations"]] == ["not-vacuous/Decrement", "determinism/Decrement"]
    document = json.loads(_example_of_the_page())
    del document["constraints"][1]
    path.write_text(json.dumps(document))
    assert "determinism/Decrement  refuted: is_zero, y" in limpid("audit", path).stdout


def test_bounds_of_a_bus_are_among_the_assumptions(tmp_path: Path) -> None:
    path = tmp_path / "byte.json"
    one = {"Constant": 1}
    column = {"Variable": {"entry": {"Main": {"offset": 0}}, "index": 0}}
    interaction = {"bus": "byte", "direction": "receive", "multiplicity": one, "values": [column]}
    document = {"name": "Byte", "prime": 97, "columns": ["x"], "inputs": [], "outputs": ["x"], "constraints": []}
    path.write_text(json.dumps(document | {"buses": {"byte": [8]}, "interactions": [interaction]}))
    invocation = limpid("audit", path, "--json")
    assert invocation.status == DONE
    assert list(invocation.document["assumptions"]) == ["byte: field 0 of interactions[0] is below 8"]


def test_malformed_air_fails_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(json.loads(_example_of_the_page()) | {"constraints": ["IsMiddleRow"]}))
    invocation = limpid("audit", path, "--json")
    assert invocation.status == FAILED
    assert invocation.error == {
        "kind": "air",
        "message": f"{path}: constraints[0]: no expression",
        "next_step": "see: docs/foreign-circuits.md",
        "path": str(path),
        "where": "constraints[0]",
    }


def test_chip_is_written_as_a_file_that_is_read_again(tmp_path: Path) -> None:
    written = limpid("audit", "--chip", "add", "--export", "picus", tmp_path, "--json")
    assert (written.status, written.document["files"]) == (DONE, [str(tmp_path / "add.picus")])
    assert limpid("audit", tmp_path / "add.picus").status == DONE


def test_export_of_an_unknown_chip_or_with_proofs_is_misuse(tmp_path: Path) -> None:
    assert "there is no chip cpu" in limpid("audit", "--chip", "cpu", "--export", "picus", tmp_path).stderr
    invocation = limpid("audit", "--export", "picus", tmp_path, "--instruction", "add")
    assert (invocation.status, "--export goes with --machine and --chip only" in invocation.stderr) == (MISUSED, True)


def test_formats_that_the_option_names_are_those_that_are_written() -> None:
    assert list(FORMATS) == sorted(WRITERS)


def test_chip_is_written_for_lean(tmp_path: Path) -> None:
    assert limpid("audit", "--chip", "add", "--export", "lean", tmp_path).status == DONE
    assert (tmp_path / "add.lean").read_text().endswith("end Limpid.add\n")
