"""In which order a verifier's checks come, and so which rejection a proof with several faults is given: read off the
verifier's source, statement by statement, with the functions that it calls in the places where it calls them."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from documentation.markdown import codes, table
from reference.verifier.final import verify_encoded_final
from reference.verifier.program import verify
from reference.verifier.run import verify_run
from reference.verifier.steps import PlainSteps
from spec.protocol.canonical import Reader
from spec.protocol.final_encoding import FinalProof
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.recursion import NodeCondition
from spec.protocol.transcript import Transcript
from spec.rejection import Rejection

_STEP = re.compile(r"^ +# ((\d+)[a-z]?\. .+)\.$")

_OBJECTS: Mapping[str, type] = {
    "reader": Reader,
    "algebra": NumberAlgebra,
    "transcript": Transcript,
    "steps": PlainSteps,
    "heavy": PlainSteps,
    "final": FinalProof,
}
"""What verifiers call methods of, by the names that they have for it."""

_OWN = ("spec.", "reference.")

Place = tuple[str, ...]
"""Titles of steps, the outer one first."""


@dataclass
class _Walk:
    """The rejections that are met, each with the steps in which it stands."""

    apart: tuple[object, ...] = ()
    """Functions that are left out."""

    found: list[tuple[Place, Rejection]] = field(default_factory=list)
    active: list[object] = field(default_factory=list)

    def function(self, function: FunctionType, place: Place) -> None:
        """Everything that the function may reject, in the order of its statements."""
        if function in self.active or function in self.apart:
            return
        self.active.append(function)
        source = textwrap.dedent(inspect.getsource(function))
        titles = {
            number: match[1]
            for number, line in enumerate(source.splitlines(), start=1)
            if (match := _STEP.match(line)) is not None
        }
        first = next((match for line in source.splitlines() if (match := _STEP.match(line)) is not None), None)
        # Steps that go on where those of the caller stop stand beside them, not within them.
        if first is not None and place and int(first[2]) > int(place[-1].partition(".")[0].rstrip("abcde")):
            place = place[:-1]
        (definition,) = ast.parse(source).body
        _Body(self, function.__globals__, place, titles).visit(definition)
        self.active.pop()


class _Body(ast.NodeVisitor):
    """Walks one function's text."""

    def __init__(self, walk: _Walk, names: Mapping[str, Any], place: Place, titles: Mapping[int, str]) -> None:
        self._walk, self._names, self._place, self._titles = walk, names, place, titles
        self._held: dict[str, list[Rejection]] = {}
        self._inner: dict[str, ast.FunctionDef] = {}
        self._later: list[ast.FunctionDef] = []
        self._depth = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """An inner function acts where it is handed on."""
        if self._depth:
            self._inner[node.name] = node
            return
        self._statements(node)

    def _statements(self, node: ast.FunctionDef) -> None:
        self._depth += 1
        for statement in node.body:
            self.visit(statement)
        self._depth -= 1

    def visit_Assign(self, node: ast.Assign) -> None:
        """A rejection that gets a name is meant where the name is used."""
        match node.targets[0], node.value:
            case ast.Name(name), value if reasons := list(self._reasons(value)):
                self._held[name] = reasons
            case ast.Tuple([ast.Name(name), *_]), ast.Tuple([value, *_]) if reasons := list(self._reasons(value)):
                self._held[name] = reasons
            case _, value:
                self.visit(value)

    def visit_Call(self, node: ast.Call) -> None:
        """What the arguments do, then what the function does, then the rejection that it is given."""
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        called = self._called(node.func)
        for argument in given:
            if isinstance(argument, ast.Name) and argument.id in self._inner:
                self._hand_on(self._inner[argument.id], is_kept=isinstance(called, type))
            elif not list(self._reasons(argument)):
                self.visit(argument)
        if isinstance(called, FunctionType):
            self._walk.function(called, self._at(node))
        elif isinstance(node.func, ast.Name) and node.func.id in self._inner:
            # Out of sight of itself: an inner function may call itself.
            self._statements(self._inner.pop(node.func.id))
        for argument in given:
            reasons = list(self._reasons(argument))
            for number, reason in enumerate(reasons, start=1):
                if number == len(reasons) and self._is_relation(argument):
                    for inner in self._later:
                        self._statements(inner)
                self._walk.found.append((self._at(node), reason))

    def _hand_on(self, inner: ast.FunctionDef, *, is_kept: bool) -> None:
        """Given to a function it acts there; kept in an object it acts in a relation, in the last condition."""
        if is_kept:
            self._later.append(inner)
        else:
            self._statements(inner)

    def _reasons(self, node: ast.expr) -> Iterator[Rejection]:
        """The rejections that an argument stands for."""
        match node:
            case ast.Attribute(ast.Name("Rejection"), name):
                yield Rejection[name]
            case ast.IfExp(_, body, other):
                yield from (*self._reasons(body), *self._reasons(other))
            case ast.Name(name) if name in self._held:
                yield from self._held[name]
            case ast.Name(name) if _is_relation(self._names.get(name)):
                yield from (condition.reason for condition in self._names[name])

    def _is_relation(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and _is_relation(self._names.get(node.id))

    def _called(self, function: ast.expr) -> object:
        """The function or class of ours that is called, else None."""
        found: object = None
        match function:
            case ast.Name(name):
                found = self._names.get(name)
            case ast.Attribute(ast.Name(name), method):
                found = getattr(_OBJECTS.get(name, self._names.get(name)), method, None)
            case ast.Attribute(ast.Attribute(_, name), method):
                found = getattr(_OBJECTS.get(name), method, None)
        return found if str(getattr(found, "__module__", "")).startswith(_OWN) else None

    def _at(self, node: ast.AST) -> Place:
        line: int = getattr(node, "lineno", 0)
        before = [title for number, title in self._titles.items() if number < line]
        return (*self._place, *before[-1:])


def _is_relation(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(part, NodeCondition) for part in value)


def order_of(function: Callable[..., object], *apart: object) -> list[tuple[Place, list[Rejection]]]:
    """The steps of a verifier with the rejections of each in the order of its checks, each once in a step; functions
    that stand apart are left out. Raises TypeError for what is no plain function."""
    if not isinstance(function, FunctionType):
        raise TypeError(f"{function!r} is no plain function")
    walk = _Walk(apart)
    walk.function(function, ())
    rows: dict[Place, dict[Rejection, None]] = {}
    for place, reason in walk.found:
        rows.setdefault(place, {})[reason] = None
    return [(place, list(reasons)) for place, reasons in rows.items()]


def anywhere() -> list[Rejection]:
    """What any read of bytes may meet, whatever is read."""
    return [reason for read in (Reader.raw, Reader.count, Reader.elements) for _, of in order_of(read) for reason in of]


def run_order() -> list[tuple[Place, list[Rejection]]]:
    """The order for the proof of a run, but for what any read may meet."""
    return _without_reads(order_of(verify, verify_encoded_final))


def final_order() -> list[tuple[Place, list[Rejection]]]:
    """The order for a final proof, but for the steps of a run within it, and for what any read may meet."""
    return _without_reads(order_of(verify_encoded_final, verify_run))


def _without_reads(order: list[tuple[Place, list[Rejection]]]) -> list[tuple[Place, list[Rejection]]]:
    (place, first), *rest = order
    return [(place, [reason for reason in first if reason not in anywhere()]), *rest]


def rejection_order() -> str:
    """The order for a run, and for a final proof as far as it is not that of a run."""
    parts = [f"Wherever bytes are read: {codes(reason.name for reason in dict.fromkeys(anywhere()))}."]
    for said, order in (("A run", run_order()), ("A final proof", final_order())):
        rows = [("; ".join(place), codes((reason.name for reason in reasons), " ")) for place, reasons in order]
        parts.append(f"**{said}**\n\n{table(('step', 'rejections, in the order of the checks'), rows, (42, 58))}")
    return "\n\n".join(parts)


def named_elsewhere() -> list[Rejection]:
    """Rejections of no verifier: those of circuits' relations, and of a development run's receipt."""
    named = {reason for order in (run_order(), final_order()) for _, reasons in order for reason in reasons}
    return [reason for reason in Rejection if reason not in named and reason not in anywhere()]
