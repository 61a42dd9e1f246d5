"""Every numeric constant of a module says why it has its value: below it, behind it, or for a group at its end."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("spec", "reference", "optimized", "soundcalc", "proofs_of_constraints", "limpid")


def is_number(node: ast.expr | None) -> bool:
    """Whether an expression is made of written numbers alone, also where a call gives it its type."""
    match node:
        case ast.Constant():
            return type(node.value) in (int, float)
        case ast.UnaryOp():
            return is_number(node.operand)
        case ast.BinOp():
            return is_number(node.left) and is_number(node.right)
        case ast.Call():
            return len(node.args) == 1 and is_number(node.args[0])
    return False


def constant_name(statement: ast.stmt) -> str | None:
    """The name of a numeric constant; None for any other statement."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name if name.isupper() and is_number(statement.value) else None
    return None


def without_reason(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of every numeric constant of a module that has no docstring and no comment.

    Assignments without an empty line between them are a group: the docstring at its end is for all.
    """
    lines, body = source.splitlines(), ast.parse(source).body
    for position, statement in enumerate(body):
        name = constant_name(statement)
        if name is None or "#" in lines[statement.lineno - 1] or lines[statement.lineno - 2].startswith("#"):
            continue
        last = position
        while last + 1 < len(body) and isinstance(body[last + 1], ast.Assign | ast.AnnAssign):
            if body[last + 1].lineno != (body[last].end_lineno or 0) + 1:
                break
            last += 1
        below = body[last + 1] if last + 1 < len(body) else None
        if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)):
            yield statement.lineno, name


@pytest.mark.parametrize("package", PACKAGES)
def test_numeric_constants_of_a_package_say_why(package: str) -> None:
    paths = sorted((ROOT / package).rglob("*.py"))
    assert paths
    found = [(str(path.relative_to(ROOT)), *fault) for path in paths for fault in without_reason(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a\n\nBOUND = 1 << 20\n", [(3, "BOUND")]),
        ("import a\n\nBOUND = a.uint64(2**64 - 1)\nx = 1\n", [(3, "BOUND")]),
        ('import a\n\nFIRST = 1\nSECOND = 2\n"""Both."""\n', []),
        ('import a\n\nFIRST = 1\n\nSECOND = 2\n"""Only this."""\n', [(3, "FIRST")]),
        ("import a\n\n# The manual's.\nBOUND = 1\n", []),
        ("import a\n\nBOUND = 1  # The manual's.\n", []),
        ("import a\n\nBOUND = 2 * a.OTHER\nNAMES = ('a',)\n", []),
    ],
)
def test_constant_without_a_reason_is_reported(source: str, found: list[tuple[int, str]]) -> None:
    assert list(without_reason(source)) == found
