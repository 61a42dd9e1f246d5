"""The console in compiled code: what the guest shows is copied into a buffer when one of its functions is called.

As in `reference.executor.console`, whose rules these are: showing changes nothing that a proof could see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.execution.guest_memory import Doublewords, is_mapped
from optimized.execution.predecoded import Predecoded
from spec.isa.encoding import INSTRUCTION_BYTES

SILENT, WRITES, PUTS = range(3)
"""What calling the function at a word shows: nothing, the a1 bytes at a0, or the low byte of a0."""

BUFFERED_BYTES = 1 << 16
"""Shown together at most, beside one longest text."""

_A0, _A1 = 10, 11

U64, I64 = np.uint64, np.int64


class Console(NamedTuple):
    """Where the console's functions are, and what they have shown since the buffer was taken."""

    marks: NDArray[np.uint8]
    """By word of the code: SILENT, WRITES or PUTS."""

    text: NDArray[np.uint8]
    size: NDArray[np.int64]
    """One number: how much of the text is there."""

    longest: int
    """Bytes of one call: more are cut."""

    def take(self) -> bytes:
        """The text; the buffer is empty afterwards."""
        shown = self.text[: self.size[0]].tobytes()
        self.size[0] = 0
        return shown


def console_of(code: Predecoded, functions: Mapping[int, int], longest: int) -> Console:
    """The console whose functions stand at these byte addresses; without any it takes no memory."""
    marks = np.zeros(len(code.kind), dtype=np.uint8)
    for address, kind in functions.items():
        word, misplaced = divmod(address - code.first_pc, INSTRUCTION_BYTES)
        if not misplaced and 0 <= word < len(marks):
            marks[word] = kind
    room = longest + BUFFERED_BYTES if functions else 0
    return Console(marks, np.empty(room, dtype=np.uint8), np.zeros(1, dtype=np.int64), longest)


@compiled
def show(console: Console, mark: int, registers: NDArray[np.uint64], memory: Doublewords) -> bool:
    """Copies what the call shows; False if the buffer has no room for it. What is not all mapped shows as nothing."""
    size: Any = console.size[0]
    room = len(console.text) - size
    if mark == PUTS:
        if room == 0:
            return False
        console.text[size] = registers[_A0] & U64(0xFF)
        console.size[0] = size + 1
        return True
    address: Any = registers[_A0]
    count: Any = I64(min(registers[_A1], U64(console.longest)))
    if count == 0 or address > U64(2**32) - U64(count):
        return True
    if count > room:
        return False
    first, last = I64(address >> U64(3)), I64((address + U64(count) - U64(1)) >> U64(3))
    for position in range(first, last + 1):
        if not is_mapped(position, memory):
            return True
    for i in range(count):
        byte: Any = address + U64(i)
        console.text[size + i] = (memory.values[I64(byte >> U64(3))] >> (U64(8) * (byte & U64(7)))) & U64(0xFF)
    console.size[0] = size + count
    return True
