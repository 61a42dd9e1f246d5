"""Spans: named parts of a run, which a guest marks and the profile counts.

guest/include/limpid_span.h declares two functions that do nothing on the machine. As with the console, they are known
by their symbols, and their arguments are looked at when they are called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reference.executor.machine import Action, Instrument, Machine
from reference.machine_memory import UnmappedError
from spec.isa import Decoded
from spec.program import Program

BEGIN_SYMBOL, END_SYMBOL = "limpid_span_begin", "limpid_span_end"
"""Begin and end the span whose name is the a1 bytes at a0."""

SPAN_SYMBOLS = (BEGIN_SYMBOL, END_SYMBOL)

LONGEST_NAME_BYTES = 256
"""Longer names are cut."""

_A0, _A1 = 10, 11


@dataclass(frozen=True)
class Span:
    """What a run did in all spans of one name."""

    name: str
    entries: int
    instructions: int
    """From begin to end, callees and inner spans included; where a span is inside one of its name, it counts once."""


class SpanCounter:
    """Counts spans of a run as they begin and end; times are numbers of executed instructions."""

    def __init__(self) -> None:
        self._open: list[tuple[str, int]] = []
        self._entries: dict[str, int] = {}
        self._instructions: dict[str, int] = {}

    def begin(self, name: str, time: int) -> None:
        """A span begins."""
        self._open.append((name, time))
        self._entries[name] = self._entries.get(name, 0) + 1

    def end(self, name: str, time: int) -> None:
        """The innermost span of the name ends, and with it all that began in it; without one, nothing does."""
        if any(name == opened for opened, _ in self._open):
            while self._close(time) != name:
                pass

    def finish(self, time: int) -> tuple[Span, ...]:
        """All spans by descending instructions; those that are open end now."""
        while self._open:
            self._close(time)
        spans = (Span(name, entries, self._instructions[name]) for name, entries in self._entries.items())
        return tuple(sorted(spans, key=lambda span: (-span.instructions, span.name)))

    def _close(self, time: int) -> str:
        name, start = self._open.pop()
        is_outermost = all(name != opened for opened, _ in self._open)
        self._instructions[name] = self._instructions.get(name, 0) + (time - start if is_outermost else 0)
        return name


def span_instrument(program: Program, counter: SpanCounter, time: Callable[[], int]) -> Instrument:
    """An instrument that tells the counter of each call of the two functions."""
    begins = {symbol.address for symbol in program.symbols if symbol.name == BEGIN_SYMBOL}
    ends = {symbol.address for symbol in program.symbols if symbol.name == END_SYMBOL}

    def observed(machine: Machine, pc: int, decoded: Decoded, action: Action) -> Action:
        del decoded
        if pc not in begins | ends:
            return action
        tell = counter.begin if pc in begins else counter.end

        def act() -> int:
            tell(_name(machine), time())
            return action()

        return act

    return observed


def _name(machine: Machine) -> str:
    try:
        name = machine.memory.peek(machine.registers[_A0], min(machine.registers[_A1], LONGEST_NAME_BYTES))
    except UnmappedError:
        return ""
    return name.decode("utf-8", "replace")
