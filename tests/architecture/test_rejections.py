"""Every reason for which a verifier may refuse is given by some line of it, with what was expected and found."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from spec.rejection import Rejected, Rejection

ROOT = Path(__file__).resolve().parents[2]

REFUSING = ("spec", "reference")
"""Packages that refuse. The optimised verifier has no reasons of its own."""

WITHOUT_SIDES = Counter({"reference/verifier/final.py": 1})
"""By file, how many rejections have no sides: of an output that no run has the machine's tokens say what is wrong."""


def _compared(tree: ast.AST) -> set[ast.AST]:
    """The operands of comparisons: a reason that is only asked about is not given."""
    return {operand for node in ast.walk(tree) if isinstance(node, ast.Compare) for operand in ast.walk(node)}


def reasons_given(root: Path) -> Iterator[str]:
    """The name of every member of Rejection that the packages under `root` use otherwise than to compare with it."""
    for package in REFUSING:
        for path in sorted((root / package).rglob("*.py")):
            tree = ast.parse(path.read_text(), filename=str(path))
            compared = _compared(tree)
            for node in ast.walk(tree):
                if node in compared or not isinstance(node, ast.Attribute):
                    continue
                if isinstance(node.value, ast.Name) and node.value.id == Rejection.__name__:
                    yield node.attr


def test_every_reason_is_given_somewhere() -> None:
    assert sorted(set(reasons_given(ROOT))) == sorted(Rejection.__members__)


def test_reason_planted_in_a_comparison_or_elsewhere_is_not_given(tmp_path: Path) -> None:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "key.py").write_text(
        "raise Rejected(Rejection.KEY_MAGIC)\n"
        "assert error.reason is Rejection.KEY_START\n"
        "Other.KEY_VERSION\n"
        "require_equal(left, right, Rejection.KEY_COMMITMENTS, where)\n"
    )
    assert list(reasons_given(tmp_path)) == ["KEY_MAGIC", "KEY_COMMITMENTS"]


def rejections_without_sides(root: Path) -> Counter[str]:
    """By file, how many rejections are raised without `expected` and `found`."""
    count: Counter[str] = Counter()
    for package in REFUSING:
        for path in sorted((root / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(), filename=str(path))):
                if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
                    continue
                called, keywords = node.exc.func, {keyword.arg for keyword in node.exc.keywords}
                if isinstance(called, ast.Name) and called.id == Rejected.__name__:
                    count[str(path.relative_to(root))] += not {"expected", "found"} <= keywords
    return +count


def test_every_rejection_states_what_was_expected_and_found() -> None:
    assert rejections_without_sides(ROOT) == WITHOUT_SIDES


def test_rejection_planted_without_one_of_its_sides_is_counted(tmp_path: Path) -> None:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "key.py").write_text(
        "raise Rejected(Rejection.KEY_START, detail, expected=[0], found=[1])\n"
        "raise Rejected(Rejection.KEY_MAGIC)\n"
        "raise Rejected(Rejection.KEY_VERSION, detail, found=1)\n"
    )
    assert rejections_without_sides(tmp_path) == {"spec/key.py": 2}
