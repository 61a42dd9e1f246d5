"""What the encoders write, recorded while they run: every write with its bytes, and the encoder's own words for it.

The words are the expressions that stand in the encoders' source: of the write itself and of the calls around it. So a
field that is added, moved or taken out shows, whatever anybody says of it elsewhere.
"""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any
from unittest.mock import patch

from spec.protocol.canonical import Writer

_METHODS = ("unsigned", "count", "raw", "elements", "extensions")


@dataclass(frozen=True)
class Step:
    """An argument in an encoder's source, and how often the same function has come to it before."""

    expression: str
    turn: int


@dataclass(frozen=True)
class Written:
    """One write: the way to it from the outermost encoder, by which method, and the bytes."""

    path: tuple[Step, ...]
    method: str
    encoded: bytes

    @property
    def place(self) -> tuple[str, ...]:
        """The expressions of the path."""
        return tuple(step.expression for step in self.path)


class _Record:
    """The writes of one writer, and the turns of each function that wrote."""

    def __init__(self) -> None:
        self.written: list[Written] = []
        self._turns: dict[tuple[FrameType, str], int] = {}
        self._callees: dict[tuple[FrameType, str], FrameType] = {}

    def path(self, frame: FrameType) -> tuple[Step, ...]:
        """The way from the outermost encoder to the write that this frame makes."""
        steps: list[Step] = []
        callee: FrameType | None = None
        current: FrameType | None = frame
        while current is not None and (callee is None or _takes_a_writer(callee)):
            expression = _argument(current, is_write=callee is None)
            key = (current, expression)
            # The same callee writes several times for one call.
            if callee is None or self._callees.get(key) is not callee:
                self._turns[key] = self._turns.get(key, -1) + 1
                if callee is not None:
                    self._callees[key] = callee
            steps.append(Step(expression, self._turns[key]))
            callee, current = current, current.f_back
        return tuple(reversed(steps))


def _takes_a_writer(frame: FrameType) -> bool:
    """Whether the function writes into what its caller writes."""
    code = frame.f_code
    return "writer" in code.co_varnames[: code.co_argcount]


def _argument(frame: FrameType, *, is_write: bool) -> str:
    """What the call that the frame is in the middle of is given: its first argument, after the writer."""
    positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    first, last, start, end = positions
    if first is None or last is None or start is None or end is None:
        raise ValueError("Python runs without positions in its code: start it without -X no_debug_ranges")
    lines = [linecache.getline(frame.f_code.co_filename, number) for number in range(first, last + 1)]
    text = lines[0][start:end] if first == last else lines[0][start:] + "".join(lines[1:-1]) + lines[-1][:end]
    (call,) = (node for node in [ast.parse(text, mode="eval").body] if isinstance(node, ast.Call))
    return ast.unparse(call.args[0 if is_write else 1])


@contextmanager
def _recording() -> Iterator[dict[int, _Record]]:
    records: dict[int, _Record] = {}
    kept: list[Writer] = []
    originals: dict[str, Callable[..., None]] = {method: getattr(Writer, method) for method in _METHODS}
    depth = 0

    def listening(method: str) -> Callable[..., None]:
        def write(self: Writer, *arguments: Any) -> None:
            nonlocal depth
            if id(self) not in records:
                records[id(self)] = _Record()
                kept.append(self)
            record, before = records[id(self)], len(self.encoded())
            depth += 1
            originals[method](self, *arguments)
            depth -= 1
            if depth == 0:
                encoded = self.encoded()[before:]
                record.written += _spliced(Written(record.path(sys._getframe(1)), method, encoded), records, record)

        return write

    with ExitStack() as patches:
        for method in _METHODS:
            patches.enter_context(patch.object(Writer, method, listening(method)))
        yield records


def _spliced(written: Written, records: dict[int, _Record], own: _Record) -> list[Written]:
    """The write itself, or, where its bytes are all that another writer wrote, the writes of that one."""
    for record in records.values():
        if record is not own and len(record.written) > 1:
            inner = record.written
            if b"".join(part.encoded for part in inner) == written.encoded:
                return [replace(part, path=(*written.path, *part.path)) for part in inner]
    return [written]


def recorded(encode: Callable[[], bytes]) -> list[Written]:
    """All writes of an encoding, in order: together they are its bytes. Raises ValueError where they are not."""
    with _recording() as records:
        encoded = encode()
    for record in records.values():
        if b"".join(part.encoded for part in record.written) == encoded:
            return record.written
    raise ValueError("no writer wrote what the encoder returned")
