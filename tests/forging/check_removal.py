"""Every check of the verifier, found in its syntax trees, and the verifier with one of them taken out.

A check is a statement that raises a rejection, requires an equality, or calls a function that does nothing but check;
and a call for inverses, which are hints that are checked.
"""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from optimized.verifier import reader, steps, trees
from reference.verifier import buses, constraints, form, openings, queries, run, segment, sumcheck, whir
from spec.protocol import numbers, shape, transcript

MODULES: tuple[ModuleType, ...] = (
    run,
    segment,
    buses,
    constraints,
    whir,
    queries,
    openings,
    sumcheck,
    form,
    shape,
    numbers,
    transcript,
)
"""Where verification is written, decoding apart."""

OPTIMIZED_MODULES: tuple[ModuleType, ...] = (steps, trees, reader)
"""Where the optimized steps check what the plain ones do: their refusals have no reason of their own."""

REJECTIONS = ("Rejected", "UnexplainedRejected")

UNCHECKED_INVERSES = "unchecked_inverses"
"""The name of the operation that stands in for inverses whose check is taken out."""


@dataclass(frozen=True)
class Site:
    """One check: the function it stands in, and its number there."""

    module: ModuleType
    function: str
    number: int


def _is_check(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        return isinstance(node.exc.func, ast.Name) and node.exc.func.id in REJECTIONS
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return called(node.value).lstrip("_").startswith(("require", "check", "stacking_height"))
    return isinstance(node, ast.Call) and called(node) == "inverses"


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def functions_of(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods by their qualified names; what is nested in one belongs to it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{of.name}", of) for of in node.body if isinstance(of, ast.FunctionDef))


def tree_of(module: ModuleType) -> ast.Module:
    """The syntax tree of a module's source."""
    return ast.parse(inspect.getsource(module))


def _checks(function: ast.FunctionDef) -> list[ast.AST]:
    return [node for node in ast.walk(function) if _is_check(node)]


def _text(check: ast.AST) -> str:
    """What says which check it is: its reason where it names one, else what it calls."""
    for node in ast.walk(check):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Rejection":
            return node.attr
    call = check.value if isinstance(check, ast.Expr) else check
    return called(call) if isinstance(call, ast.Call) else "raise"


class _Removal(ast.NodeTransformer):
    def __init__(self, removed: ast.AST) -> None:
        self._removed = removed

    def visit(self, node: ast.AST) -> Any:
        if node is not self._removed:
            return self.generic_visit(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node.func.attr = UNCHECKED_INVERSES
            return node
        return ast.copy_location(ast.Pass(), node)


def code_of(code: CodeType, qualified_name: str) -> CodeType:
    """The code of a function within that of its module. Raises KeyError if there is none."""
    unseen = [code]
    while unseen:
        current = unseen.pop()
        if current.co_qualname == qualified_name:
            return current
        unseen += [constant for constant in current.co_consts if isinstance(constant, CodeType)]
    raise KeyError(qualified_name)


def function_of(module: ModuleType, qualified_name: str) -> FunctionType:
    """The function or method of this name, without what decorates it."""
    found: Any = module
    for part in qualified_name.split("."):
        found = inspect.getattr_static(found, part)
    found = found.fget if isinstance(found, property) else getattr(found, "__wrapped__", found)
    found = found.func if isinstance(found, cached_property) else found
    assert isinstance(found, FunctionType), qualified_name
    return found


@contextmanager
def without(*removed: Site) -> Iterator[None]:
    """Within it, the verifier does not make these checks, wherever their functions have been imported to."""
    with pytest.MonkeyPatch.context() as patch:
        for site in removed:
            tree = tree_of(site.module)
            function = dict(functions_of(tree))[site.function]
            changed = ast.fix_missing_locations(_Removal(_checks(function)[site.number]).visit(tree))
            code = code_of(compile(changed, site.module.__file__ or "", "exec"), site.function)
            patch.setattr(function_of(site.module, site.function), "__code__", code)
        yield


def sites(modules: Sequence[ModuleType] = MODULES) -> dict[str, Site]:
    """Every check by module, function and text; later ones with the same text in a function are numbered."""
    found: dict[str, Site] = {}
    for module in modules:
        for function, node in functions_of(tree_of(module)):
            times: Counter[str] = Counter()
            for number, check in enumerate(_checks(node)):
                text = _text(check)
                times[text] += 1
                again = f" {times[text]}" if times[text] > 1 else ""
                name = f"{module.__name__.rsplit('.', 1)[1]}.{function}: {text}{again}"
                found[name] = Site(module, function, number)
    return found
