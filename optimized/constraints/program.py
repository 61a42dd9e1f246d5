"""A recorded program as flat arrays: registers are shared out, constants are in Montgomery's form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimized.constraints.blocks import SPARE_REGISTERS
from optimized.constraints.recording import EXTENSION_RESULTS, LOADS, Opcode, Operation, Recorder
from optimized.field.lanes import to_montgomery_array
from optimized.words import Words
from spec.field import EXTENSION_DEGREE

Code = NDArray[np.int32]

NOT_READ = -1


@dataclass(frozen=True)
class Program:
    """What the interpreter runs. Every operation stands in `code` as

    opcode, result register, number of inputs, position in constants, input registers ...
    """

    code: Code
    constants: Words
    registers: int
    input_registers: Code
    """Where the columns of each input matrix stand before the first operation, or NOT_READ."""

    output_registers: Code
    """Where the columns of each output matrix stand after the last operation."""


@dataclass
class _Registers:
    """Free registers by how many neighbours a value takes."""

    count: int
    free: dict[int, list[int]]

    def take(self, slots: int) -> int:
        if self.free.get(slots):
            return self.free[slots].pop()
        self.count += slots
        return self.count - slots


def _slots(operation: Operation) -> int:
    return EXTENSION_DEGREE if operation.opcode in EXTENSION_RESULTS else 1


def _coefficients(operation: Operation) -> list[int]:
    """The coefficients of an operation's constants; a base constant has one."""
    found = [c for element in operation.constants for c in element.coefficients]
    return found[:1] if operation.opcode is Opcode.CONSTANT else found


def assemble(recorder: Recorder, input_widths: Sequence[int], output_widths: Sequence[int]) -> Program:
    """The live operations of a recorder as a program over matrices of these widths.

    A register is free after its value's last use.
    """
    live = recorder.live()
    last_use: dict[int, int] = {}
    for number in live:
        for taken in recorder.operations[number].inputs:
            last_use[taken] = number
    registers = _Registers(0, {1: [], EXTENSION_DEGREE: []})
    read = {recorder.operations[n].immediates[0] for n in live if recorder.operations[n].opcode in LOADS}
    input_registers = [registers.take(width) if i in read else NOT_READ for i, width in enumerate(input_widths)]
    output_registers = [registers.take(width) for width in output_widths]
    held: dict[int, int] = {}
    code: list[int] = []
    constants: list[int] = []
    for number in live:
        operation = recorder.operations[number]
        if operation.opcode in LOADS:
            matrix, column = operation.immediates
            held[number] = input_registers[matrix] + column
            continue
        inputs = [held[taken] for taken in operation.inputs]
        if operation.opcode is Opcode.STORE:
            matrix, column = operation.immediates
            held[number] = output_registers[matrix] + column
        else:
            # The result may not take an input's register: six coefficients are written one by one.
            held[number] = registers.take(_slots(operation))
        code += [operation.opcode, held[number], len(inputs), len(constants), *inputs]
        constants += _coefficients(operation)
        for taken in set(operation.inputs):
            source = recorder.operations[taken]
            if last_use[taken] == number and source.opcode not in LOADS:
                registers.free[_slots(source)].append(held[taken])
    return Program(
        np.array(code, dtype=np.int32),
        to_montgomery_array(np.array(constants, dtype=np.uint64)),
        registers.count + SPARE_REGISTERS,
        np.array(input_registers, dtype=np.int32),
        np.array(output_registers, dtype=np.int32),
    )
