"""Checks weakened one at a time: a refusal taken out, a bound moved by one, or a part of a condition left out.

Mutants are made of syntax trees, and a function runs with a mutant's code within this process.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

import pytest

from spec.protocol.recursion import NodeCondition
from tests.forging.check_removal import called, code_of, function_of, functions_of, tree_of

MOVED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
"""A bound, and the bound that is off by one."""

Change = Callable[[], None]


@dataclass(frozen=True)
class Mutant:
    """One weakened check of a module."""

    module: ModuleType
    function: str
    number: int
    """Among those of the function."""

    name: str
    is_condition: bool = False
    """Whether it is a condition of a relation in place of a statement of a function."""


def mutants_of(module: ModuleType) -> list[Mutant]:
    """Every mutant of a module; later ones with the same text in a function are numbered."""
    found = []
    for function, node in functions_of(tree_of(module)):
        times: Counter[str] = Counter()
        for number, (text, _) in enumerate(_changes(node)):
            times[text] += 1
            again = f" #{times[text]}" if times[text] > 1 else ""
            found.append(Mutant(module, function, number, f"{module.__name__}.{function}: {text}{again}"))
    return found + list(_without_conditions(module))


def _without_conditions(module: ModuleType) -> Iterator[Mutant]:
    """A mutant for each condition of the module's relations."""
    seen: set[int] = set()
    assigned = [node.target for node in tree_of(module).body if isinstance(node, ast.AnnAssign)]
    for relation in (target.id for target in assigned if isinstance(target, ast.Name)):
        conditions = getattr(module, relation)
        if not isinstance(conditions, tuple) or not all(isinstance(of, NodeCondition) for of in conditions):
            continue
        for number, condition in enumerate(conditions):
            # A relation may begin with all of another one.
            if id(condition) not in seen:
                seen.add(id(condition))
                name = f"{module.__name__}.{relation}: without {condition.name}"
                yield Mutant(module, relation, number, name, is_condition=True)


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """Within it, the function runs with the mutant's code, wherever it has been imported to; a condition that is left
    out holds of everything."""
    if mutant.is_condition:
        condition = getattr(mutant.module, mutant.function)[mutant.number]
        sides = condition.sides
        object.__setattr__(condition, "sides", lambda *premises: (sides(*premises)[0],) * 2)
        try:
            yield
        finally:
            object.__setattr__(condition, "sides", sides)
        return
    tree = tree_of(mutant.module)
    function = dict(functions_of(tree))[mutant.function]
    _, change = list(_changes(function))[mutant.number]
    change()
    changed = compile(ast.fix_missing_locations(tree), mutant.module.__file__ or "", "exec")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(function_of(mutant.module, mutant.function), "__code__", code_of(changed, mutant.function))
        yield


def _changes(function: ast.FunctionDef) -> Iterator[tuple[str, Change]]:
    for node in ast.walk(function):
        for body in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            if isinstance(body, list):
                yield from _without_checks(body)
        if isinstance(node, ast.If) and any(isinstance(inner, ast.Raise) for inner in ast.walk(node)):
            yield from _other_conditions(node.test)


def _without_checks(body: list[ast.stmt]) -> Iterator[tuple[str, Change]]:
    for position, statement in enumerate(body):
        if _is_check(statement):

            def remove(position: int = position, statement: ast.stmt = statement) -> None:
                body[position] = ast.copy_location(ast.Pass(), statement)

            yield f"without {_first_line(statement)}", remove


def _is_check(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return statement.exc is not None
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return called(statement.value).lstrip("_").startswith(("require", "check", "end", "stacking_height"))
    return False


def _other_conditions(test: ast.expr) -> Iterator[tuple[str, Change]]:
    for node in ast.walk(test):
        if isinstance(node, ast.Compare):
            for position, operator in enumerate(node.ops):
                if type(operator) in MOVED:

                    def move(node: ast.Compare = node, position: int = position) -> None:
                        node.ops[position] = MOVED[type(node.ops[position])]()

                    yield f"bound moved in {ast.unparse(node)}", move
        elif isinstance(node, ast.BoolOp):
            neutral = isinstance(node.op, ast.And)
            for position, operand in enumerate(node.values):

                def leave_out(node: ast.BoolOp = node, position: int = position, neutral: bool = neutral) -> None:
                    node.values[position] = ast.Constant(neutral)

                yield f"without the condition {ast.unparse(operand)}", leave_out


def _first_line(statement: ast.stmt) -> str:
    """A check for a name: its reason where it has one, else its beginning."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id.endswith("Rejection"):
            return node.attr
    return ast.unparse(statement).splitlines()[0][:80]
