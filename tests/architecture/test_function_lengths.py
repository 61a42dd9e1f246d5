"""No function is long: what holds several ideas is cut into steps with names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("spec", "reference", "optimized", "soundcalc", "proofs_of_constraints", "documentation", "limpid")

MOST_BODY_LINES = 60
"""Without signature and docstring: what a screen shows."""

LONGER = {
    "optimized/execution/instruction_loop.py:run_instructions": "the numbered steps of one instruction; a call of "
    "compiled code would hand all local variables over and back",
    "optimized/recursion/memory.py:_execute": "a table of cases, one for each operation of a circuit",
    "spec/rv64im/chips/divide.py:_divide": "one chip's declaration, whose order decides the digest of the machine",
}
"""Functions that read better whole, with the reason."""


def long_functions(source: str) -> Iterator[tuple[str, int]]:
    """Name and body lines of every function of a module that is longer than it should be."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        if not body:
            continue
        lines = (node.end_lineno or node.lineno) - body[0].lineno + 1
        if lines > MOST_BODY_LINES:
            yield node.name, lines


def test_functions_but_the_listed_ones_are_short() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{name}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for name, _ in long_functions(path.read_text())
    }
    assert found == LONGER.keys()


def test_function_with_one_line_too_many_is_reported() -> None:
    head = 'def f(\n    x: int,\n) -> int:\n    """One.\n\n    More.\n    """\n'
    fits = head + "    x += 1\n" * (MOST_BODY_LINES - 1) + "    return x\n"
    assert list(long_functions(fits)) == []
    assert list(long_functions(fits.replace("    return", "    x += 1\n    return"))) == [("f", MOST_BODY_LINES + 1)]
