"""Executing a program to its end: alone with what it shows, or counting what it does under which calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimized.execution.call_counts import CallCounts, CallRules, call_counts, instructions_with_room, with_room
from optimized.execution.console import console_of
from optimized.execution.executor import INSTRUCTIONS_AT_ONCE, UNLIMITED, Machine
from optimized.execution.guest_memory import DOUBLEWORDS, guest_memory, zeros
from optimized.execution.loop_state import HALTED, RUNNING, TRAPPED
from optimized.execution.predecoded import predecode
from spec.isa.advice import HonestHost, Host
from spec.program import Program


@dataclass(frozen=True)
class Ended:
    """An execution that has halted, trapped, or reached its limit of instructions."""

    machine: Machine
    status: int
    """HALTED, TRAPPED or RUNNING."""

    touched: NDArray[np.bool_]
    """By doubleword address, whether a load or store accessed it."""


@dataclass(frozen=True)
class Watching:
    """Who hears of a running execution."""

    shows: Mapping[int, int]
    """By byte address of a console function, what calling it shows: `console.WRITES` or `console.PUTS`."""

    longest_text_bytes: int
    """The longest text of one call of such a function."""

    show: Callable[[bytes], None]
    """Receives what the guest shows."""

    executed: Callable[[int], None]
    """Receives now and then how many instructions have been executed."""


def _ignored(_: Any) -> None:
    pass


UNWATCHED = Watching({}, 0, _ignored, _ignored)


def execute(
    program: Program,
    private_input: bytes = b"",
    watching: Watching = UNWATCHED,
    limit: int = UNLIMITED,
    host: Host | None = None,
) -> Ended:
    """Executes the program until it ends or has executed so many instructions; the host answers calls of advice.

    Raises InputTooLongError if the input exceeds its region, CodeTooLargeError if the instructions lie too far apart,
    and MemoryError if the system has no room for it.
    """
    machine = _machine(program, private_input, host)
    console = console_of(machine.code, watching.shows, watching.longest_text_bytes)
    touched: NDArray[np.bool_] = zeros(DOUBLEWORDS, np.bool_)
    while True:
        status = machine.run(min(limit - machine.instructions, INSTRUCTIONS_AT_ONCE), touched, console)
        if text := console.take():
            watching.show(text)
        watching.executed(machine.instructions)
        if status in (HALTED, TRAPPED) or (status == RUNNING and machine.instructions >= limit):
            return Ended(machine, status, touched)


def execute_counting(
    program: Program,
    private_input: bytes,
    rules: CallRules,
    executed: Callable[[int], None] = _ignored,
    host: Host | None = None,
) -> tuple[Ended, CallCounts]:
    """Executes the program to its end and counts its instructions by chain of calls; calls below the deepest level
    count for their ancestor there.

    Raises InputTooLongError if the input exceeds its region, CodeTooLargeError if the instructions lie too far apart,
    and MemoryError if the system has no room for it.
    """
    machine = _machine(program, private_input, host)
    functions = [symbol.address for symbol in program.symbols]
    calls = call_counts(machine.code, functions, program.entry, rules)
    touched: NDArray[np.bool_] = zeros(DOUBLEWORDS, np.bool_)
    while True:
        calls = with_room(calls)
        status = machine.run(instructions_with_room(calls), touched, None, calls)
        executed(machine.instructions)
        if status != RUNNING:
            return Ended(machine, status, touched), calls


def _machine(program: Program, private_input: bytes, host: Host | None) -> Machine:
    """The machine at the start of a run that is not cut into segments."""
    memory = guest_memory(program, private_input, with_clocks=False)
    machine = Machine.at(program.entry, predecode(program), memory)
    machine.host = HonestHost() if host is None else host
    return machine
