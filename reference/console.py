"""The console: text that a guest shows the host, to debug it by.

guest/include/limpid_console.h declares two functions that do nothing on the machine. The executor knows them by
their symbols and looks at their arguments when they are called: so the console is no part of the execution, cannot
change it, and costs a proof no more than the calls. A program without symbols shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reference.machine_memory import MachineMemory, UnmappedError
from spec.program import Program

WRITE_SYMBOL = "limpid_console_write"
"""Shows the a1 bytes at a0."""

PUT_SYMBOL = "limpid_console_put"
"""Shows the low byte of a0."""

LONGEST_TEXT_BYTES = 2**20
"""Of one call: keeps a wrong size from showing the whole memory."""

_A0, _A1 = 10, 11

Console = Callable[[bytes], None]
"""Receives each text as it is shown."""


def console_calls(program: Program, registers: Sequence[int], memory: MachineMemory) -> dict[int, Callable[[], bytes]]:
    """By the byte address of each console function, what a call shows, read from the machine's present state."""

    def written() -> bytes:
        try:
            return memory.peek(registers[_A0], min(registers[_A1], LONGEST_TEXT_BYTES))
        except UnmappedError:
            return b""

    def put() -> bytes:
        return bytes([registers[_A0] & 0xFF])

    shown = {WRITE_SYMBOL: written, PUT_SYMBOL: put}
    return {symbol.address: shown[symbol.name] for symbol in program.symbols if symbol.name in shown}
