"""Arithmetic of the extension field, and values as coefficients."""

from __future__ import annotations

from collections.abc import Sequence

from spec.air.chip import Chip
from spec.air.expression import Expression, lift
from spec.circuit.row import CircuitRow
from spec.field import EXTENSION_DEGREE

REDUCTIONS = {6: ((0, -1), (3, -1)), 7: ((1, -1), (4, -1)), 8: ((2, -1), (5, -1)), 9: ((0, 1),), 10: ((1, 1),)}
"""Higher powers of X by X^6 = -X^3 - 1, which makes X^9 = 1: (power, coefficient) pairs."""


def product(left: Sequence[Expression], right: Sequence[Expression]) -> list[Expression]:
    """The coefficients of the product of two elements of the extension."""
    powers: list[Expression] = [lift(0)] * (2 * EXTENSION_DEGREE - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            powers[i + j] = powers[i + j] + a * b
    reduced = powers[:EXTENSION_DEGREE]
    for power, parts in REDUCTIONS.items():
        for lower, coefficient in parts:
            reduced[lower] = reduced[lower] + powers[power] * coefficient
    return reduced


def _multiply_add() -> Chip:
    row = CircuitRow(
        "multiply_add",
        "result = scale left right + addend_scale addend, with scales of the circuit.",
        reads=3,
        writes=1,
        parameters=("scale", "addend_scale"),
    )
    left, right, addend, result = (row.value_columns(name) for name in ("left", "right", "addend", "result"))
    scale, addend_scale = row.parameters
    for value in (left, right, addend):
        row.read_value(value)
    for i, both in enumerate(product(left, right)):
        row.zero(f"result_{i}_is_the_sum", scale * both + addend_scale * addend[i] - result[i])
    row.write_value(result)
    return row.finish(result)


def _equal() -> Chip:
    row = CircuitRow("equal", "Two addresses hold the same value.", reads=2, writes=0)
    value = row.value_columns("value")
    row.read_value(value)
    row.read_value(value)
    return row.finish()


def _join() -> Chip:
    row = CircuitRow("join", "The value with six elements as its coefficients.", reads=EXTENSION_DEGREE, writes=1)
    value = row.value_columns("value")
    for coefficient in value:
        row.read_value([coefficient])
    row.write_value(value)
    return row.finish()


def _split() -> Chip:
    row = CircuitRow("split", "The six coefficients of a value as elements.", reads=1, writes=EXTENSION_DEGREE)
    value = row.value_columns("value")
    row.read_value(value)
    for coefficient in value:
        row.write_value([coefficient])
    return row.finish()


def _equals_number() -> Chip:
    row = CircuitRow(
        "equals_number",
        "1 if an element is the circuit's number, else 0.",
        reads=1,
        writes=1,
        parameters=("number",),
    )
    element, inverse, equals = (row.column(name) for name in ("element", "inverse", "equals"))
    difference = element - row.parameters[0]
    row.read_value([element])
    row.zero("equal_has_no_difference", difference * equals)
    row.zero("unequal_has_an_inverse", difference * inverse - (row.real - equals))
    row.write_value([equals])
    return row.finish([equals])


CHIPS = (_multiply_add(), _equal(), _join(), _split(), _equals_number())
