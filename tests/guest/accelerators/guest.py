"""The accelerators as a guest of the machine, on the compiled executor."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimized.execution.executor import UNLIMITED, Machine
from optimized.execution.guest_memory import DOUBLEWORDS, guest_memory, zeros
from optimized.execution.loop_state import HALTED
from optimized.execution.predecoded import predecode
from reference.loader import load_bytes
from spec.isa.advice import HonestHost, Host
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT
from tests.guest.accelerators.library import Argument, Buffer, Library

SOURCE = Path(__file__).parent / "any_function.c"
_NAME_BYTES = 32
_MOST_ARGUMENTS = 7


class Guest:
    """A guest that is run many times."""

    def __init__(self, elf: Path) -> None:
        self._program = load_bytes(elf.read_bytes())
        self._code = predecode(self._program)
        self._touched: NDArray[np.bool_] = zeros(DOUBLEWORDS, np.bool_)

    def run(self, private_input: bytes, host: Host) -> Machine | None:
        """The machine after it has halted with exit code 0; None if the run ended otherwise."""
        memory = guest_memory(self._program, private_input, with_clocks=False)
        machine = Machine.at(self._program.entry, self._code, memory)
        machine.host = host
        status = machine.run(UNLIMITED, self._touched)
        return machine if status == HALTED and machine.exit_code == 0 else None


def output_of(machine: Machine) -> bytes:
    """The public output."""
    values, start = machine.memory.values, OUTPUT.start // DOUBLEWORD_BYTES
    size = int(values[start])
    return values[start + 1 : start + 1 + -(-size // DOUBLEWORD_BYTES)].tobytes()[:size]


class GuestLibrary(Library):
    """any_function.c's program."""

    # A call is a run: milliseconds. No divisor of the sizes of the tests' corners and blocks.
    stride = 19

    def __init__(self, elf: Path) -> None:
        self._guest = Guest(elf)
        self._host = HonestHost()

    def invoke(self, name: str, arguments: Sequence[Argument], buffers: Sequence[bytes]) -> tuple[int, list[bytes]]:
        machine = self._guest.run(request(name, arguments, buffers), self._host)
        assert machine is not None, f"{name} ended the run"
        output = output_of(machine)
        ends = accumulate(map(len, buffers), initial=DOUBLEWORD_BYTES)
        after = [output[start:end] for start, end in pairwise(ends)]
        return int.from_bytes(output[:DOUBLEWORD_BYTES], "little", signed=True), after


def request(name: str, arguments: Sequence[Argument], buffers: Sequence[bytes]) -> bytes:
    """The input of any_function.c."""
    offsets = list(accumulate(map(len, buffers), initial=0))
    pairs = [(1, offsets[it.place]) if isinstance(it, Buffer) else (0, it) for it in arguments]
    pairs += [(0, 0)] * (_MOST_ARGUMENTS - len(pairs))
    start = name.encode().ljust(_NAME_BYTES, b"\0") + struct.pack("<QQ", len(arguments), offsets[-1])
    return b"".join([start, *(struct.pack("<QQ", *pair) for pair in pairs), *buffers])
