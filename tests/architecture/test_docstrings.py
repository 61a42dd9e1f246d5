"""Docstrings in plain English: none begins as a fragment, none takes a roundabout way, and exceptions say when."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "spec",
    "reference",
    "optimized",
    "soundcalc",
    "proofs_of_constraints",
    "documentation",
    "limpid",
    "benchmarks",
    "releasing",
    "guest",
    "tests",
)

FRAGMENT = re.compile(r"Of\b|[A-Z]\.(\s|$)")
"""Beginnings that name nothing: "Of ..." leaves out what is of it, a letter alone is no sentence."""

WITHOUT_CONDITION = re.compile(r"\bRaises [A-Z]\w+(?:(?:, and |, | and | or )[A-Z]\w+)*\.(?:\s|$)")
"""A list of exceptions that does not say when they come."""

PROGRAM_PACKAGES = tuple(package for package in PACKAGES if package != "tests")

ROUNDABOUT = re.compile(r"\b(?:is|are)\s+(?:told(?! apart)|asked\s+for)\b")


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring: of modules, classes, functions, and below an assignment."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value.strip()


def faults(source: str) -> list[str]:
    """The docstrings that are not plain: the line, and what is wrong with it."""
    found = []
    for line, text in docstrings(source):
        if (fragment := FRAGMENT.match(text)) is not None:
            found.append(f"{line}: begins with {fragment.group().strip()!r}")
        found += [f"{line}: says {roundabout.group()!r}" for roundabout in ROUNDABOUT.finditer(text)]
        if (unconditional := WITHOUT_CONDITION.search(" ".join(text.split()))) is not None:
            found.append(f"{line}: does not say when: {unconditional.group().strip()!r}")
    return found


def public_functions(tree: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef]:
    """Functions and methods whose name and class are public; commands are left out: their docstring is their help."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            decorators = [ast.unparse(decorator).partition("(")[0] for decorator in node.decorator_list]
            if not any(decorator.endswith((".command", ".group")) for decorator in decorators):
                yield node


def raised(function: ast.FunctionDef) -> Iterator[str]:
    """Names of what a function raises anew: of a class or, in small letters, of what makes the exception."""
    inner: list[ast.AST] = list(function.body)
    while inner:
        node = inner.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        inner += ast.iter_child_nodes(node)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield ast.unparse(node.exc.func).rpartition(".")[2]


def unsaid(source: str) -> list[str]:
    """The exceptions that a public function raises and its docstring does not name; private ones have no name."""
    found = []
    for function in public_functions(ast.parse(source)):
        text = ast.get_docstring(function) or ""
        for name in sorted(set(raised(function))):
            is_said = name in text if name[0].isupper() else "Raises" in text
            if not is_said and not name.startswith("_"):
                found.append(f"{function.lineno}: {function.name} raises {name}")
    return found


@pytest.mark.parametrize("package", PROGRAM_PACKAGES)
def test_public_functions_of_a_package_say_what_they_raise(package: str) -> None:
    paths = sorted((ROOT / package).rglob("*.py"))
    assert [f"{path.relative_to(ROOT)}:{fault}" for path in paths for fault in unsaid(path.read_text())] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f():\n    raise AError('x')\n", ["1: f raises AError"]),
        ("class A:\n    def f(self):\n        if self:\n            raise a.BError()\n", ["2: f raises BError"]),
        ('def f():\n    """One."""\n    raise a_error()\n', ["1: f raises a_error"]),
        ('def f():\n    """Raises AError if so."""\n    raise AError()\n', []),
        ("def _f():\n    raise AError()\n", []),
        ("@click.command('f')\ndef f():\n    raise AError()\n", []),
        ("@group.command('f')\ndef f():\n    raise AError()\n", []),
    ],
)
def test_exception_that_is_not_said_is_reported(source: str, found: list[str]) -> None:
    assert unsaid(source) == found


@pytest.mark.parametrize("package", PACKAGES)
def test_docstrings_of_a_package_are_plain(package: str) -> None:
    paths = sorted((ROOT / package).rglob("*.py"))
    assert paths
    assert [f"{path.relative_to(ROOT)}:{fault}" for path in paths for fault in faults(path.read_text())] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = 1\n"""Of a segment."""\n', ["2: begins with 'Of'"]),
        ('class A:\n    """G."""\n', ["2: begins with 'G.'"]),
        ('def f():\n    """Made when it is\n    asked for."""\n', ["2: says 'is\\n    asked for'"]),
        ('"""What GCC is told."""\n', ["1: says 'is told'"]),
        ('"""Functions are told by name."""\n', ["1: says 'are told'"]),
        (
            '"""A. Raises AError,\n    BError."""\n',
            ["1: begins with 'A.'", "1: does not say when: 'Raises AError, BError.'"],
        ),
    ],
)
def test_docstring_that_is_not_plain_is_reported(source: str, found: list[str]) -> None:
    assert faults(source) == found


@pytest.mark.parametrize(
    "text",
    [
        "The run's digest G.",
        "One. Raises AError if so.",
        "Offsets of a row.",
        "Lines are told apart by dashes.",
        "P: the prime.",
        "G",
    ],
)
def test_plain_docstring_is_allowed(text: str) -> None:
    assert faults(f'x = 1\n"""{text}"""\n') == []
