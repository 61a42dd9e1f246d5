"""The accelerators as a guest of the machine, on the compiled executor."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimized.execution.executor import UNLIMITED, Machine
from optimized.execution.guest_memory import DOUBLEWORDS, guest_memory, zeros
from optimized.execution.loop_state import HALTED, TRAPPED
from optimized.execution.predecoded import predecode
from reference.loader import load_bytes
from spec.isa.advice import AdviceKind, HonestHost, Host, Read
from spec.isa.calls import integer_of
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_REGION
from tests.guest.accelerators.library import Argument, Buffer, Library
from tests.guest.accelerators.machine import Function, Run
from tests.guest.accelerators.python_calls import honest_advice
from tests.guest.accelerators.unicorn_calls import Advice

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
        """The machine after it has halted with exit code 0; None if the run ended in a trap."""
        memory = guest_memory(self._program, private_input, with_clocks=False)
        machine = Machine.at(self._program.entry, self._code, memory)
        machine.host = host
        status = machine.run(UNLIMITED, self._touched)
        if status == TRAPPED:
            return None
        assert (status, machine.exit_code) == (HALTED, 0)
        return machine


def output_of(machine: Machine) -> bytes:
    """The public output."""
    values, start = machine.memory.values, OUTPUT_REGION.start // DOUBLEWORD_BYTES
    size = int(values[start])
    return values[start + 1 : start + 1 + -(-size // DOUBLEWORD_BYTES)].tobytes()[:size]


@lru_cache(maxsize=4)
def _guest(elf: Path) -> Guest:
    return Guest(elf)


def run_accelerator(elf: Path, function: Function, operands: bytes, advice: Advice = honest_advice) -> Run:
    """As `tests.guest.accelerators.machine.run_accelerator`, on our machine."""

    def host(kind: int, arguments: tuple[int, int, int], read: Read) -> int:
        size = 6 if kind in (AdviceKind.INVERSE_384, AdviceKind.SQUARE_ROOT_384) else 4
        numbers = []
        for pointer in arguments[:2] if kind != AdviceKind.RANDOM else ():
            words = [read(pointer // DOUBLEWORD_BYTES + i) or 0 for i in range(size)]
            numbers.append(integer_of(words))
        number, modulus = numbers or (0, 0)
        return advice(kind, number, modulus, arguments[2])

    machine = _guest(elf).run(struct.pack("<Q", function) + operands, host)
    if machine is None:
        return Run(is_trap=True, status=0, result=b"", instructions=0)
    calls: Counter[int] = Counter()
    for (_, number), count in machine.calls().items():
        calls[number] += count
    output = output_of(machine)
    status = int.from_bytes(output[:1], "little", signed=True)
    return Run(is_trap=False, status=status, result=output[1:], instructions=machine.instructions, calls=calls)


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
