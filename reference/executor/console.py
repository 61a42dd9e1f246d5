"""The console: text that a guest shows the host, to debug it by.

guest/include/limpid_console.h declares two functions that do nothing on the machine. The executor knows them by
their symbols and looks at their arguments when they are called: so the console is no part of the execution, cannot
change it, and costs a proof no more than the calls. A program without symbols shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from reference.executor.machine import Action, Instrument, Machine
from reference.machine_memory import UnmappedError
from spec.isa import Decoded
from spec.program import Program

WRITE_SYMBOL = "limpid_console_write"
"""Shows the a1 bytes at a0."""

PUT_SYMBOL = "limpid_console_put"
"""Shows the low byte of a0."""

CONSOLE_SYMBOLS = (WRITE_SYMBOL, PUT_SYMBOL)

LONGEST_TEXT_BYTES = 2**20
"""The longest text of one call: keeps a wrong size from showing the whole memory."""

_A0, _A1 = 10, 11

Console = Callable[[bytes], None]
"""Receives each text as it is shown."""


def console_instrument(program: Program, console: Console) -> Instrument:
    """An instrument that gives the console what each call of the two functions shows."""
    names = {symbol.address: symbol.name for symbol in program.symbols if symbol.name in CONSOLE_SYMBOLS}

    def observed(machine: Machine, pc: int, decoded: Decoded, action: Action) -> Action:
        del decoded
        text = {WRITE_SYMBOL: _written, PUT_SYMBOL: _put}.get(names.get(pc, ""))
        if text is None:
            return action

        def act() -> int:
            console(text(machine))
            return action()

        return act

    return observed


def _written(machine: Machine) -> bytes:
    try:
        return machine.memory.peek(machine.registers[_A0], min(machine.registers[_A1], LONGEST_TEXT_BYTES))
    except UnmappedError:
        return b""


def _put(machine: Machine) -> bytes:
    return bytes([machine.registers[_A0] & 0xFF])
