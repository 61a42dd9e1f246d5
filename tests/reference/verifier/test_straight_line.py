"""Verification of a query on values that can be computed with but never looked at.

What runs on them, and is the same whatever they hold, is a straight-line program: a circuit that verifies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, NoReturn, cast

import pytest

from reference.verifier import queries
from reference.verifier.number_algebra import NumberAlgebra
from reference.verifier.queries import OpeningStatement, QueryPaths, verify_query
from spec.field import Extension
from spec.parameters import TINY
from spec.rejection import Rejected, Rejection
from tests.reference.opening_example import MIXED, make_example, verify


class Hidden:
    """An element, value, digest or bit that refuses every question."""

    def __init__(self, content: Any, record: list[str]) -> None:
        self.content = content
        self.record = record

    def _refuse(self, *_: object) -> NoReturn:
        raise AssertionError("a value was looked at")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __int__ = __index__ = __hash__ = __len__ = __iter__ = __getitem__ = _refuse

    def _apply(self, operation: str, other: Hidden | int) -> Hidden:
        self.record.append(operation)
        operand = other.content if isinstance(other, Hidden) else other
        return Hidden(getattr(self.content, operation)(operand), self.record)

    def __add__(self, other: Hidden | int) -> Hidden:
        return self._apply("__add__", other)

    def __sub__(self, other: Hidden | int) -> Hidden:
        return self._apply("__sub__", other)

    def __mul__(self, other: Hidden | int) -> Hidden:
        return self._apply("__mul__", other)

    def __pow__(self, exponent: int) -> Hidden:
        return self._apply("__pow__", exponent)


class HiddenAlgebra:
    """Passes every operation on to numbers, and records its name."""

    def __init__(self) -> None:
        self.record: list[str] = []
        self._numbers = NumberAlgebra()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def operation(*arguments: Any) -> Any:
            self.record.append(name)
            outcome = getattr(self._numbers, name)(*[self._shown(argument) for argument in arguments])
            if isinstance(outcome, (list, tuple)):
                return [Hidden(part, self.record) for part in outcome]
            return None if outcome is None else Hidden(outcome, self.record)

        return operation

    def _shown(self, argument: Any) -> Any:
        if isinstance(argument, Hidden):
            return argument.content
        if isinstance(argument, (list, tuple)):
            return [self._shown(part) for part in argument]
        return argument

    def hide(self, statement: Any, seen: dict[int, Hidden]) -> Any:
        """The same object with every extension element and digest hidden; one object is hidden once."""
        if isinstance(statement, (Extension, bytes)):
            return seen.setdefault(id(statement), Hidden(statement, self.record))
        if isinstance(statement, (list, tuple)):
            return [self.hide(part, seen) for part in statement]
        if is_dataclass(statement) and not isinstance(statement, type):
            parts = {part.name: self.hide(getattr(statement, part.name), seen) for part in fields(statement)}
            return replace(statement, **parts)
        return statement


@dataclass(frozen=True)
class Query:
    """The arguments with which one query was verified."""

    statement: OpeningStatement[Extension, bytes]
    paths: QueryPaths
    bits: Sequence[int]


def queries_of(seed: int, monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """All queries of an honest example."""
    caught: list[Query] = []

    def catch(_: object, statement: Any, paths: QueryPaths, bits: Sequence[int], where: str) -> None:
        caught.append(Query(statement, paths, bits))

    monkeypatch.setattr(queries, "verify_query", catch)
    verify(make_example(MIXED, TINY, seed=seed))
    return caught


def operations(query: Query) -> list[str]:
    """The operations of verifying a query on hidden values."""
    algebra = HiddenAlgebra()
    statement = algebra.hide(query.statement, {})
    bits = [Hidden(bit, algebra.record) for bit in query.bits]
    verify_query(cast(Any, algebra), statement, query.paths, bits, "query")
    return algebra.record


def test_query_on_hidden_values_runs_the_same_operations_whatever_they_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queries = [*queries_of(0, monkeypatch), *queries_of(1, monkeypatch)]
    assert len({tuple(query.bits) for query in queries}) > 4
    records = [operations(query) for query in queries]
    assert records[0].count("compress") > 0
    assert all(record == records[0] for record in records)


def test_query_on_hidden_values_with_changed_row_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    query = queries_of(0, monkeypatch)[0]
    path = query.paths.commitments[0]
    changed = replace(path, rows=((path.rows[0][0] + 1, *path.rows[0][1:]), *path.rows[1:]))
    paths = replace(query.paths, commitments=[changed, *query.paths.commitments[1:]])
    with pytest.raises(Rejected) as rejected:
        operations(replace(query, paths=paths))
    assert rejected.value.reason is Rejection.COMMITMENT_ROOT_MISMATCH


@pytest.mark.parametrize("question", [bool, int, hash, list, lambda value: value == value, lambda value: value < 1])
def test_hidden_value_refuses_every_question(question: Callable[[Hidden], object]) -> None:
    with pytest.raises(AssertionError, match="looked at"):
        question(Hidden(1, []))
