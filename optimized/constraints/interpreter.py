"""Running a recorded program on every row, a block of rows at a time.

Each operation runs on a whole block before the next one starts: its dispatch costs little, its registers stay in
the cache, and a new chip needs no compilation. Registers hold numbers in Montgomery's form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optimized.compilation import compiled
from optimized.constraints.blocks import BLOCK_ROWS, REGISTER_PITCH, RowOrder, load_block, store_block
from optimized.constraints.program import Code, Program
from optimized.constraints.recording import Opcode
from optimized.field.extension import SIX, base_inverse, broadcast_element, conjugate, no_sums
from optimized.field.lanes import (
    accumulate_constants,
    accumulated,
    add,
    extension_add,
    extension_multiply,
    extension_scale,
    extension_subtract,
    multiply,
    subtract,
)
from optimized.lanes.vectors import LANES, Lanes, broadcast, load, store
from optimized.threads import in_parallel
from optimized.words import Words

SMALLEST_TASK_BLOCKS = 4
HEADER = 4
"""Words of an operation before its inputs."""

INPUT_MATRICES = 6
OWN_ORDER: RowOrder = np.zeros(0, dtype=np.int64)

CONSTANT = int(Opcode.CONSTANT)
ADD = int(Opcode.ADD)
SUBTRACT = int(Opcode.SUBTRACT)
MULTIPLY = int(Opcode.MULTIPLY)
COMBINE = int(Opcode.COMBINE)
EXTENSION_ADD = int(Opcode.EXTENSION_ADD)
EXTENSION_SUBTRACT = int(Opcode.EXTENSION_SUBTRACT)
EXTENSION_MULTIPLY = int(Opcode.EXTENSION_MULTIPLY)
SCALE = int(Opcode.SCALE)
INVERT = int(Opcode.INVERT)


@compiled
def _six(file: Words, at: int) -> Lanes:
    return (
        load(file, at),
        load(file, at + REGISTER_PITCH),
        load(file, at + 2 * REGISTER_PITCH),
        load(file, at + 3 * REGISTER_PITCH),
        load(file, at + 4 * REGISTER_PITCH),
        load(file, at + 5 * REGISTER_PITCH),
    )


@compiled
def _put_six(file: Words, at: int, value: Lanes) -> None:
    store(file, at, value[0])
    store(file, at + REGISTER_PITCH, value[1])
    store(file, at + 2 * REGISTER_PITCH, value[2])
    store(file, at + 3 * REGISTER_PITCH, value[3])
    store(file, at + 4 * REGISTER_PITCH, value[4])
    store(file, at + 5 * REGISTER_PITCH, value[5])


@compiled
def _combine(
    file: Words, at: int, rows: int, constants: Words, first: int, code: Code, inputs: int, count: int
) -> None:
    constant = broadcast_element(constants, first)
    for i in range(0, rows, LANES):
        sums = no_sums()
        for term in range(0, count - 1, 2):
            a = load(file, code[inputs + term] * REGISTER_PITCH + i)
            b = load(file, code[inputs + term + 1] * REGISTER_PITCH + i)
            sums = accumulate_constants(sums, (a, b), constants, first + (term + 1) * SIX)
        if count % 2:
            a = load(file, code[inputs + count - 1] * REGISTER_PITCH + i)
            sums = accumulate_constants(sums, (a,), constants, first + count * SIX)
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
    input_registers: Code,
    output_registers: Code,
    widths: Code,
    matrix_0: Words,
    matrix_1: Words,
    matrix_2: Words,
    matrix_3: Words,
    matrix_4: Words,
    matrix_5: Words,
    order_4: RowOrder,
    output_0: Words,
    output_1: Words,
    start: int,
    stop: int,
) -> bool:
    """Runs the program on rows start to stop, whole lanes; False if it would divide by zero."""
    file = np.empty(registers * REGISTER_PITCH, dtype=np.uint32)
    one = broadcast(1)
    own_order = order_4[:0]
    for row in range(start, stop, BLOCK_ROWS):
        rows = min(BLOCK_ROWS, stop - row)
        for matrix in range(INPUT_MATRICES):
            first = input_registers[matrix]
            if first >= 0:
                width = widths[matrix]
                if matrix == 0:
                    load_block(matrix_0, width, own_order, row, rows, file, first)
                elif matrix == 1:
                    load_block(matrix_1, width, own_order, row, rows, file, first)
                elif matrix == 2:
                    load_block(matrix_2, width, own_order, row, rows, file, first)
                elif matrix == 3:
                    load_block(matrix_3, width, own_order, row, rows, file, first)
                elif matrix == 4:
                    load_block(matrix_4, width, order_4, row, rows, file, first)
                else:
                    load_block(matrix_5, width, own_order, row, rows, file, first)
        position = 0
        while position < len(code):
            opcode = code[position]
            at = code[position + 1] * REGISTER_PITCH
            count = code[position + 2]
            first = code[position + 3]
            inputs = position + HEADER
            left = code[inputs] * REGISTER_PITCH if count > 0 else 0
            right = code[inputs + 1] * REGISTER_PITCH if count > 1 else 0
            position = inputs + count
            if opcode == CONSTANT:
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
                # Outputs are canonical.
                for i in range(0, rows, LANES):
                    _put_six(file, at + i, extension_scale(_six(file, left + i), one))
        if widths[INPUT_MATRICES] > 0:
            store_block(file, output_registers[0], output_0, widths[INPUT_MATRICES], row, rows)
        if widths[INPUT_MATRICES + 1] > 0:
            store_block(file, output_registers[1], output_1, widths[INPUT_MATRICES + 1], row, rows)
    return True


def run_program(
    program: Program, matrices: Sequence[Words], outputs: Sequence[Words], order: RowOrder = OWN_ORDER
) -> None:
    """Runs a program over the rows of six input matrices into two output matrices, all of one height.

    The height is a multiple of the lanes. `order` gives the rows of matrix 4 that stand beside the others' rows. A
    matrix may be read and written. Raises ZeroDivisionError if the program divides by zero.
    """
    widths = np.array([matrix.shape[1] for matrix in (*matrices, *outputs)], dtype=np.int32)
    run_rows: Any = _run
    arguments = (
        program.code,
        program.constants,
        program.registers,
        program.input_registers,
        program.output_registers,
        widths,
        *(matrix.reshape(-1) for matrix in matrices),
        order,
        *(matrix.reshape(-1) for matrix in outputs),
    )
    height = len(outputs[0])

    def run(start: int, stop: int) -> None:
        if not run_rows(*arguments, start * BLOCK_ROWS, min(stop * BLOCK_ROWS, height)):
            raise ZeroDivisionError("zero has no inverse in the extension field")

    in_parallel(run, -(-height // BLOCK_ROWS), SMALLEST_TASK_BLOCKS)
