"""Running a recorded program on every row, a block of rows at a time.

Each operation runs on a whole block before the next one starts: its dispatch costs little, its registers stay in
the cache, and a new chip needs no compilation. Registers hold numbers in Montgomery's form.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optimized.compilation import compiled
from optimized.extension import RADIX_SQUARED, SIX, base_inverse, broadcast_element, conjugate, no_sums
from optimized.field_lanes import (
    accumulate,
    accumulated,
    add,
    extension_add,
    extension_multiply,
    extension_scale,
    extension_subtract,
    multiply,
    subtract,
)
from optimized.lanes import LANES, Lanes, broadcast, gather, load, scatter, store
from optimized.program import Code, Program
from optimized.recording import Opcode
from optimized.roots import Words
from optimized.threads import in_parallel

BLOCK_ROWS = 128
"""A register of a block is 512 bytes: a few hundred stay in the second-level cache."""

SMALLEST_TASK_BLOCKS = 8
HEADER = 6
"""Words of an operation before its inputs."""

INPUT_MATRICES = 5

LOAD = int(Opcode.LOAD)
CONSTANT = int(Opcode.CONSTANT)
ADD = int(Opcode.ADD)
SUBTRACT = int(Opcode.SUBTRACT)
MULTIPLY = int(Opcode.MULTIPLY)
EXTENSION_LOAD = int(Opcode.EXTENSION_LOAD)
COMBINE = int(Opcode.COMBINE)
EXTENSION_ADD = int(Opcode.EXTENSION_ADD)
EXTENSION_SUBTRACT = int(Opcode.EXTENSION_SUBTRACT)
EXTENSION_MULTIPLY = int(Opcode.EXTENSION_MULTIPLY)
SCALE = int(Opcode.SCALE)
INVERT = int(Opcode.INVERT)
ADD_TO = int(Opcode.ADD_TO)


@compiled
def _load_register(matrix: Words, width: int, column: int, row: int, rows: int, file: Words, at: int) -> None:
    factor = broadcast(RADIX_SQUARED)
    for i in range(0, rows, LANES):
        store(file, at + i, multiply(gather(matrix, (row + i) * width + column, width), factor))


@compiled
def _six(file: Words, at: int) -> Lanes:
    return (
        load(file, at),
        load(file, at + BLOCK_ROWS),
        load(file, at + 2 * BLOCK_ROWS),
        load(file, at + 3 * BLOCK_ROWS),
        load(file, at + 4 * BLOCK_ROWS),
        load(file, at + 5 * BLOCK_ROWS),
    )


@compiled
def _put_six(file: Words, at: int, value: Lanes) -> None:
    store(file, at, value[0])
    store(file, at + BLOCK_ROWS, value[1])
    store(file, at + 2 * BLOCK_ROWS, value[2])
    store(file, at + 3 * BLOCK_ROWS, value[3])
    store(file, at + 4 * BLOCK_ROWS, value[4])
    store(file, at + 5 * BLOCK_ROWS, value[5])


@compiled
def _combine(
    file: Words, at: int, rows: int, constants: Words, first: int, code: Code, inputs: int, count: int
) -> None:
    constant = broadcast_element(constants, first)
    for i in range(0, rows, LANES):
        sums = no_sums()
        for term in range(0, count - 1, 2):
            k = first + (term + 1) * SIX
            a = load(file, code[inputs + term] * BLOCK_ROWS + i)
            b = load(file, code[inputs + term + 1] * BLOCK_ROWS + i)
            factors = broadcast_element(constants, k) + broadcast_element(constants, k + SIX)
            sums = accumulate(sums, (a, b), factors)
        if count % 2:
            a = load(file, code[inputs + count - 1] * BLOCK_ROWS + i)
            sums = accumulate(sums, (a,), broadcast_element(constants, first + count * SIX))
        _put_six(file, at + i, extension_add(constant, accumulated(sums)))


@compiled
def _invert(file: Words, source: int, at: int, rows: int) -> bool:
    """The inverses of a register; False if one of the elements is zero. The result holds the products meanwhile."""
    product = _six(file, source)
    _put_six(file, at, product)
    for i in range(LANES, rows, LANES):
        product = extension_multiply(product, _six(file, source + i))
        _put_six(file, at + i, product)
    image = conjugate(product)
    others = image
    for _ in range(SIX - 2):
        image = conjugate(image)
        others = extension_multiply(others, image)
    norm = extension_multiply(product, others)[0]
    store(file, at + rows - LANES, norm)
    for lane in range(LANES):
        if file[at + rows - LANES + lane] == 0:
            return False
    inverse = extension_scale(others, base_inverse(norm))
    for i in range(rows - LANES, 0, -LANES):
        _put_six(file, at + i, extension_multiply(inverse, _six(file, at + i - LANES)))
        inverse = extension_multiply(inverse, _six(file, source + i))
    _put_six(file, at, inverse)
    return True


@compiled
def _run(
    code: Code,
    constants: Words,
    registers: int,
    matrix_0: Words,
    matrix_1: Words,
    matrix_2: Words,
    matrix_3: Words,
    matrix_4: Words,
    output_0: Words,
    output_1: Words,
    widths: Code,
    start: int,
    stop: int,
) -> bool:
    """Runs the program on rows start to stop, whole lanes; False if it would divide by zero."""
    file = np.empty(registers * BLOCK_ROWS, dtype=np.uint32)
    one = broadcast(1)
    for row in range(start, stop, BLOCK_ROWS):
        rows = min(BLOCK_ROWS, stop - row)
        position = 0
        while position < len(code):
            opcode = code[position]
            at = code[position + 1] * BLOCK_ROWS
            count = code[position + 2]
            matrix, column = code[position + 3], code[position + 4]
            first = code[position + 5]
            inputs = position + HEADER
            left = code[inputs] * BLOCK_ROWS if count > 0 else 0
            right = code[inputs + 1] * BLOCK_ROWS if count > 1 else 0
            position = inputs + count
            if opcode in (LOAD, EXTENSION_LOAD):
                width = widths[matrix]
                for j in range(SIX if opcode == EXTENSION_LOAD else 1):
                    target = at + j * BLOCK_ROWS
                    if matrix == 0:
                        _load_register(matrix_0, width, column + j, row, rows, file, target)
                    elif matrix == 1:
                        _load_register(matrix_1, width, column + j, row, rows, file, target)
                    elif matrix == 2:
                        _load_register(matrix_2, width, column + j, row, rows, file, target)
                    elif matrix == 3:
                        _load_register(matrix_3, width, column + j, row, rows, file, target)
                    else:
                        _load_register(matrix_4, width, column + j, row, rows, file, target)
            elif opcode == CONSTANT:
                for i in range(0, rows, LANES):
                    store(file, at + i, broadcast(constants[first]))
            elif opcode == ADD:
                for i in range(0, rows, LANES):
                    store(file, at + i, add(load(file, left + i), load(file, right + i)))
            elif opcode == SUBTRACT:
                for i in range(0, rows, LANES):
                    store(file, at + i, subtract(load(file, left + i), load(file, right + i)))
            elif opcode == MULTIPLY:
                for i in range(0, rows, LANES):
                    store(file, at + i, multiply(load(file, left + i), load(file, right + i)))
            elif opcode == COMBINE:
                _combine(file, at, rows, constants, first, code, inputs, count)
            elif opcode == EXTENSION_ADD:
                for i in range(0, rows, LANES):
                    _put_six(file, at + i, extension_add(_six(file, left + i), _six(file, right + i)))
            elif opcode == EXTENSION_SUBTRACT:
                for i in range(0, rows, LANES):
                    _put_six(file, at + i, extension_subtract(_six(file, left + i), _six(file, right + i)))
            elif opcode == EXTENSION_MULTIPLY:
                for i in range(0, rows, LANES):
                    _put_six(file, at + i, extension_multiply(_six(file, left + i), _six(file, right + i)))
            elif opcode == SCALE:
                for i in range(0, rows, LANES):
                    _put_six(file, at + i, extension_scale(_six(file, left + i), load(file, right + i)))
            elif opcode == INVERT:
                if not _invert(file, left, at, rows):
                    return False
            else:
                width = widths[INPUT_MATRICES + matrix]
                for j in range(SIX):
                    for i in range(0, rows, LANES):
                        value = multiply(load(file, left + j * BLOCK_ROWS + i), one)
                        target = (row + i) * width + column + j
                        if opcode == ADD_TO:
                            # One output only is added to.
                            scatter(output_0, target, width, add(value, gather(output_0, target, width)))
                        elif matrix == 0:
                            scatter(output_0, target, width, value)
                        else:
                            scatter(output_1, target, width, value)
    return True


def run_program(program: Program, matrices: list[Words], outputs: list[Words]) -> None:
    """Runs a program over the rows of five input matrices into two output matrices, all of one height.

    The height is a multiple of the lanes. Raises ZeroDivisionError if the program divides by zero.
    """
    widths = np.array([matrix.shape[1] for matrix in (*matrices, *outputs)], dtype=np.int32)
    flat = [matrix.reshape(-1) for matrix in (*matrices, *outputs)]
    run_rows: Any = _run
    arguments = (program.code, program.constants, program.registers, *flat, widths)
    height = len(outputs[0])

    def run(start: int, stop: int) -> None:
        if not run_rows(*arguments, start * BLOCK_ROWS, min(stop * BLOCK_ROWS, height)):
            raise ZeroDivisionError("zero has no inverse in the extension field")

    in_parallel(run, -(-height // BLOCK_ROWS), SMALLEST_TASK_BLOCKS)
