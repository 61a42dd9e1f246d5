"""A recorded program as flat arrays: registers are shared out, constants are in Montgomery's form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimized.field_lanes import to_montgomery
from optimized.recording import EXTENSION_RESULTS, Opcode, Operation, Recorder
from optimized.roots import Words
from spec.field import EXTENSION_DEGREE

Code = NDArray[np.int32]


@dataclass(frozen=True)
class Program:
    """What the interpreter runs. Every operation stands in `code` as

    opcode, result register, number of inputs, immediate, immediate, position in constants, input registers ...
    """

    code: Code
    constants: Words
    registers: int


@dataclass
class _Registers:
    """Free registers by how many neighbours a value takes."""

    count: int
    free: dict[int, list[int]]

    def take(self, slots: int) -> int:
        if self.free[slots]:
            return self.free[slots].pop()
        self.count += slots
        return self.count - slots


def _slots(operation: Operation) -> int:
    return EXTENSION_DEGREE if operation.opcode in EXTENSION_RESULTS else 1


def _constant_words(operation: Operation) -> list[int]:
    """The words of an operation's constants; a base constant has one."""
    words = [to_montgomery(c) for element in operation.constants for c in element.coefficients]
    return words[:1] if operation.opcode is Opcode.CONSTANT else words


def assemble(recorder: Recorder) -> Program:
    """The live operations of a recorder as a program. A register is free after its value's last use."""
    live = recorder.live()
    last_use: dict[int, int] = {}
    for number in live:
        for taken in recorder.operations[number].inputs:
            last_use[taken] = number
    registers = _Registers(0, {1: [], EXTENSION_DEGREE: []})
    held: dict[int, int] = {}
    code: list[int] = []
    constants: list[int] = []
    for number in live:
        operation = recorder.operations[number]
        inputs = [held[taken] for taken in operation.inputs]
        # The result may not take an input's register: six coefficients are written one by one.
        held[number] = 0 if operation.opcode in (Opcode.STORE, Opcode.ADD_TO) else registers.take(_slots(operation))
        immediates = [*operation.immediates, 0, 0][:2]
        code += [operation.opcode, held[number], len(inputs), *immediates, len(constants), *inputs]
        constants += _constant_words(operation)
        for taken in set(operation.inputs):
            if last_use[taken] == number:
                registers.free[_slots(recorder.operations[taken])].append(held[taken])
    return Program(np.array(code, dtype=np.int32), np.array([*constants, 0], dtype=np.uint32), registers.count)
