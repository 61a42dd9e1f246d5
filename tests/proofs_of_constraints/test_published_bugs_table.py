"""The table of published bugs: each has a row, and the tests that it names exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.proofs_of_constraints.test_published_bugs import MISSING

ROOT = Path(__file__).resolve().parents[2]
HERE = "tests/proofs_of_constraints/"
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    for line in (ROOT / "docs" / "published-bugs.md").read_text().splitlines()
    if re.match(r"\| \d", line)
]

PLACE_OF_NAME = {"BUGS": 0, "PLANTED": 1}
"""Lists of planted bugs, and where the name of each stands in its tuple."""


def test_table_has_every_bug_once() -> None:
    assert [row[0] for row in ROWS] == [str(number) for number in range(1, 81)]
    assert all(len(row) == 4 and all(row) for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_bug_has_a_test_that_exists_or_a_reason_for_none(row: list[str]) -> None:
    names = re.findall(r"`([^`]+)`", row[3])
    if not names:
        assert row[3].startswith("no analog: ")
    for name in names:
        file, _, function = name.partition("::")
        if not function:
            assert name in {bug for bug, *_ in MISSING}
            continue
        path = ROOT / (file if "/" in file else HERE + file)
        assert function in _defined(path), name


def _defined(path: Path) -> set[str]:
    """The functions of a file, and the names of the bugs that it plants."""
    module = ast.parse(path.read_text())
    found = {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    for statement in module.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            place = PLACE_OF_NAME.get(statement.target.id)
            if place is not None and isinstance(statement.value, ast.List):
                bugs = [bug.elts[place] for bug in statement.value.elts if isinstance(bug, ast.Tuple)]
                found |= {str(name.value) for name in bugs if isinstance(name, ast.Constant)}
    return found


def test_every_analog_of_a_published_bug_is_in_the_table() -> None:
    named = " ".join(row[3] for row in ROWS)
    assert [bug for bug, *_ in MISSING if f"`{bug}`" not in named] == []
