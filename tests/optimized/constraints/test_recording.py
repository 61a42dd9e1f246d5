"""Programs recorded from arithmetic on columns: what is shared, folded and dropped, and what they compute."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimized.constraints.interpreter import run_program
from optimized.constraints.program import assemble
from optimized.constraints.recording import Opcode, Recorded, Recorder
from optimized.words import Words
from reference.arrays.extension_arrays import to_elements
from spec.field import EXTENSION_DEGREE, ONE, ZERO, Extension, P, X

ELEMENT = Extension((1, 2, 3, 4, 5, 6))
ROWS = 200 * 8


def opcodes(recorder: Recorder) -> list[Opcode]:
    return [recorder.operations[number].opcode for number in recorder.live()]


def columns() -> Words:
    """Two base columns and two extension elements."""
    return np.random.default_rng(5).integers(0, P, (ROWS, 2 + 2 * EXTENSION_DEGREE)).astype(np.uint32)


def run(recorder: Recorder, matrix: Words) -> list[Extension]:
    none = np.empty((len(matrix), 0), dtype=np.uint32)
    result = np.empty((len(matrix), EXTENSION_DEGREE), dtype=np.uint32)
    program = assemble(recorder, [matrix.shape[1], 0, 0, 0, 0, 0], [EXTENSION_DEGREE, 0])
    run_program(program, [matrix, none, none, none, none, none], [result, none])
    return to_elements(result)


FORMULAS: dict[str, Callable[..., object]] = {
    "base sum": lambda a, b, c, d: a + b,
    "base difference": lambda a, b, c, d: a - b,
    "base product": lambda a, b, c, d: a * b,
    "base plus constant": lambda a, b, c, d: a + 5,
    "base less constant": lambda a, b, c, d: a - 5,
    "base times constant": lambda a, b, c, d: a * (P - 1),
    "base plus element": lambda a, b, c, d: a + ELEMENT,
    "base times element": lambda a, b, c, d: a * ELEMENT,
    "combination": lambda a, b, c, d: a * ELEMENT + b * X - a * 3 + ELEMENT,
    "difference of combinations": lambda a, b, c, d: (a * ELEMENT + X) - (b * X + ELEMENT),
    "extension sum": lambda a, b, c, d: c + d,
    "extension difference": lambda a, b, c, d: c - d,
    "extension product": lambda a, b, c, d: c * d,
    "extension times base": lambda a, b, c, d: c * a + b * d,
    "extension plus base": lambda a, b, c, d: c + a,
    "extension and constants": lambda a, b, c, d: (c * ELEMENT - 7) * 9 + X,
    "inverse": lambda a, b, c, d: c.inverse() * d,
    "times zero and one": lambda a, b, c, d: c * ZERO + d * ONE + a * 0 + b * 1,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_program_computes_what_numbers_give(name: str) -> None:
    formula, matrix, recorder = FORMULAS[name], columns(), Recorder()
    recorded = formula(
        recorder.base(0, 0), recorder.base(0, 1), recorder.extension(0, 2), recorder.extension(0, 2 + EXTENSION_DEGREE)
    )
    assert isinstance(recorded, Recorded)
    recorder.store(recorded, 0, 0)
    expected = [
        formula(
            Extension.of(row[0]),
            Extension.of(row[1]),
            Extension.from_coefficients(row[2:8]),
            Extension.from_coefficients(row[8:]),
        )
        for row in matrix[::97].tolist()
    ]
    assert run(recorder, matrix)[::97] == expected


def test_equal_operations_are_recorded_once() -> None:
    recorder = Recorder()
    a, b = recorder.base(0, 0), recorder.base(0, 1)
    recorder.store((a * b) * (a * b), 0, 0)
    assert opcodes(recorder).count(Opcode.MULTIPLY) == 2


def test_operations_that_no_store_needs_are_dropped() -> None:
    recorder = Recorder()
    a = recorder.base(0, 0)
    assert (a * a).number
    recorder.store(a, 0, 0)
    assert opcodes(recorder) == [Opcode.LOAD, Opcode.COMBINE, Opcode.STORE]


def test_a_sum_of_base_values_times_constants_is_one_operation() -> None:
    recorder = Recorder()
    total = recorder.constant(ELEMENT)
    for column in range(2):
        total = total + recorder.base(0, column) * X
    recorder.store(total, 0, 0)
    assert opcodes(recorder) == [Opcode.LOAD, Opcode.LOAD, Opcode.COMBINE, Opcode.STORE]


def test_division_by_zero_on_any_row_raises() -> None:
    matrix, recorder = columns(), Recorder()
    matrix[ROWS - 1, 2:8] = 0
    recorder.store(recorder.extension(0, 2).inverse(), 0, 0)
    with pytest.raises(ZeroDivisionError):
        run(recorder, matrix)
