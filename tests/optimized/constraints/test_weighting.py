"""Weighted sums of recorded values: what they compute, and that weights cost the rows nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimized.constraints.interpreter import run_program
from optimized.constraints.program import assemble
from optimized.constraints.recording import Opcode, Recorded, Recorder
from optimized.constraints.weighting import weighted_sum
from reference.arrays.extension_arrays import to_elements
from spec.field import EXTENSION_DEGREE, Extension, P, X

ELEMENT = Extension((1, 2, 3, 4, 5, 6))
WEIGHTS = (Extension((P - 1, 7, 0, 0, 1, 2)), X)
ROWS = 64

VALUES: dict[str, Callable[..., object]] = {
    "constant": lambda a, b, c, d: a * 0 + ELEMENT,
    "base": lambda a, b, c, d: a,
    "base times constant": lambda a, b, c, d: a * (P - 1),
    "base product": lambda a, b, c, d: a * b,
    "combination with a value twice": lambda a, b, c, d: a * ELEMENT + b * X + a * X + ELEMENT,
    "combination times base": lambda a, b, c, d: (a * ELEMENT + X) * b,
    "combination times negated base": lambda a, b, c, d: (a * ELEMENT + X) * (b * (P - 1)),
    "combination times base less another": lambda a, b, c, d: (a * X + ELEMENT) * b - (b * ELEMENT + X) * b,
    "product with a combination": lambda a, b, c, d: (c - d) * (a * ELEMENT + b * X + a * X),
    "product of combinations": lambda a, b, c, d: (a * ELEMENT + X) * (b * X + ELEMENT),
    "product without a combination": lambda a, b, c, d: c * d,
    "extension times base": lambda a, b, c, d: c * a,
    "extension alone": lambda a, b, c, d: c,
    "constraint of two fractions": lambda a, b, c, d: (
        c * (a * X + ELEMENT) * (b * ELEMENT + X) - (b * ELEMENT + X) * a - (a * X + ELEMENT) * (a * (P - 1))
    ),
}


def recorded_columns(recorder: Recorder) -> list[Recorded]:
    extended = [recorder.extension(0, 2 + i * EXTENSION_DEGREE) for i in range(2)]
    return [recorder.base(0, 0), recorder.base(0, 1), *extended]


@pytest.mark.parametrize("name", VALUES)
def test_weighted_sum_computes_what_numbers_give(name: str) -> None:
    formula, recorder = VALUES[name], Recorder()
    width = 2 + 2 * EXTENSION_DEGREE
    matrix = np.random.default_rng(3).integers(0, P, (ROWS, width)).astype(np.uint32)
    value = formula(*recorded_columns(recorder))
    assert isinstance(value, Recorded)
    other = recorder.base(0, 1)
    recorder.store(weighted_sum(recorder, [(value, WEIGHTS[0]), (other, WEIGHTS[1])]), 0, 0)
    none = np.empty((ROWS, 0), dtype=np.uint32)
    result = np.empty((ROWS, EXTENSION_DEGREE), dtype=np.uint32)
    program = assemble(recorder, [width, 0, 0, 0, 0, 0], [EXTENSION_DEGREE, 0])
    run_program(program, [matrix, none, none, none, none, none], [result, none])
    expected = []
    for a, b, *six in matrix.tolist():
        c, d = Extension.from_coefficients(six[:EXTENSION_DEGREE]), Extension.from_coefficients(six[EXTENSION_DEGREE:])
        number = formula(Extension.of(a), Extension.of(b), c, d)
        assert isinstance(number, Extension)
        expected.append(number * WEIGHTS[0] + WEIGHTS[1] * b)
    assert to_elements(result) == expected


def test_weighted_constraint_of_two_fractions_takes_two_products() -> None:
    recorder = Recorder()
    value = VALUES["constraint of two fractions"](*recorded_columns(recorder))
    assert isinstance(value, Recorded)
    recorder.store(weighted_sum(recorder, [(value, WEIGHTS[0])]), 0, 0)
    opcodes = [recorder.operations[number].opcode for number in recorder.live()]
    assert opcodes.count(Opcode.EXTENSION_MULTIPLY) == 2
    assert opcodes.count(Opcode.SCALE) == 1
