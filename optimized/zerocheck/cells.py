"""Rows brought into lanes, and the linear combinations of their cells.

A file holds a block of rows: a row's registers stand one after the other, each with a word for every lane, in
Montgomery's form.
"""

from __future__ import annotations

from optimized.compilation import compiled
from optimized.field.lanes import add, known, multiply, multiply_by_known, subtract, to_montgomery
from optimized.lanes.vectors import LANES, broadcast, load, store, transpose_square, word_at
from optimized.words import Words
from optimized.zerocheck.constants import Integers
from optimized.zerocheck.header import Code, Header, Step
from optimized.zerocheck.tables import ZEROCHECK_BLOCK_ROWS, Field

MONTGOMERY_FACTOR = to_montgomery(1)
"""2^32 modulo p."""

SPARE_REGISTERS = LANES
"""Cells are loaded as many at a time as there are lanes; those too many go to the next registers."""


@compiled
def _load_row(
    address: int, end: int, width: int, row: int, lane_rows: int, scratch: Words, file: Words, at: int
) -> None:
    """Brings one row of each lane into the registers from word `at` of the file on."""
    start, stride = row * width, lane_rows * width
    for column in range(0, width, LANES):
        first = start + column
        if first + (LANES - 1) * stride + LANES <= end:
            transpose_square(address, first, stride, file, at + column * LANES, LANES)
        else:
            # Behind the last cells there may be no memory.
            for lane in range(LANES):
                for i in range(LANES):
                    position = first + lane * stride + i
                    scratch[lane * LANES + i] = word_at(address, position) if position < end else 0
            transpose_square(scratch, 0, LANES, file, at + column * LANES, LANES)


@compiled
def load_rows(table: Integers, row: int, code: Code, numbers: Words, scratch: Words, file: Words) -> None:
    """Brings BLOCK_ROWS rows of each lane, from `row` on, into a file and makes all their registers.

    The scratch takes a square of lanes.
    """
    start, first_number = table[Field.CODE], table[Field.NUMBERS]
    registers = code[start + Header.REGISTERS]
    main_width, fixed_width = code[start + Header.MAIN_WIDTH], code[start + Header.FIXED_WIDTH]
    pitch = registers * LANES
    factor = known(MONTGOMERY_FACTOR)
    for i in range(ZEROCHECK_BLOCK_ROWS):
        at = i * pitch
        _load_row(
            table[Field.MAIN], table[Field.MAIN_END], main_width, row + i, table[Field.LANE_ROWS], scratch, file, at
        )
        at += main_width * LANES
        _load_row(
            table[Field.FIXED], table[Field.FIXED_END], fixed_width, row + i, table[Field.LANE_ROWS], scratch, file, at
        )
        for cell in range(main_width + fixed_width):
            position = i * pitch + cell * LANES
            store(file, position, multiply_by_known(load(file, position), factor))
    position = start + code[start + Header.OPERATIONS]
    target = (main_width + fixed_width) * LANES
    for _ in range(code[start + Header.OPERATION_COUNT]):
        left, right, step = code[position] * LANES, code[position + 1] * LANES, code[position + 2]
        if step == Step.ADD:
            for at in range(0, ZEROCHECK_BLOCK_ROWS * pitch, pitch):
                store(file, at + target, add(load(file, at + left), load(file, at + right)))
        elif step == Step.SUBTRACT:
            for at in range(0, ZEROCHECK_BLOCK_ROWS * pitch, pitch):
                store(file, at + target, subtract(load(file, at + left), load(file, at + right)))
        else:
            number = broadcast(numbers[first_number + code[position + 3]])
            for at in range(0, ZEROCHECK_BLOCK_ROWS * pitch, pitch):
                store(file, at + target, add(load(file, at + left), multiply(load(file, at + right), number)))
        target += LANES
        position += 4


def file_words(registers: int) -> int:
    """The words of a file for rows of so many registers."""
    return (ZEROCHECK_BLOCK_ROWS * registers + SPARE_REGISTERS) * LANES
