"""Constraints with common factors: what they stand for, and how they are written down."""

from __future__ import annotations

import numpy as np
import pytest

from optimized.zerocheck.forms import Form, RowForms
from optimized.zerocheck.nested import Nested, NestedForms, NestedProgram, absorbed
from optimized.zerocheck.nested_layout import NestedWriter
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.expression import Expression, evaluate
from spec.field import P

COLUMNS = 5


def chip_of(*constraints: Expression) -> Chip:
    """A chip with the columns that the constraints' indices name."""
    row = ChipBuilder("nested", Role.WORK, "For this test.")
    row.column_array("x", COLUMNS)
    for number, constraint in enumerate(constraints):
        row.zero(f"constraint_{number}", constraint)
    return row.build()


def columns() -> tuple[Expression, ...]:
    """The columns of such a chip as expressions."""
    return tuple(ChipBuilder("nested", Role.WORK, "For this test.").column_array("x", COLUMNS))


def value_of(forms: NestedForms, nested: Nested, cells: list[int]) -> int:
    """A value on a row."""
    registers = list(cells)
    for left, right, factor in forms.row.program.operations:
        registers.append((registers[left] + factor * registers[right]) % P)

    def form(of: Form) -> int:
        return registers[of.register] + of.offset

    products = [form(left) * form(right) for left, right in forms.products]
    sums = [
        of.number
        + sum(scale * registers[register] for scale, register in of.registers)
        + sum(scale * products[number] for scale, number in of.products)
        for of in forms.sums
    ]
    total = nested.affine.number + sum(scale * products[number] for scale, number in nested.products)
    if not nested.affine.is_number:
        total += nested.affine.scale * registers[nested.affine.register]
    for cubic in nested.cubics:
        factor = (sums if cubic.factor.is_sum else products)[cubic.factor.number]
        total += cubic.scale * form(cubic.form) * factor
    return total % P


def test_nested_values_are_the_expressions() -> None:
    a, b, c, d, e = columns()
    differing = a + b - a * b * 2
    expressions = (c + (1 - d) * e - c * ((1 - d) * e) * 2, (c + 3) * differing * 5 - differing, (a + b) * (a - b) * 7)
    forms = NestedForms(RowForms.of(chip_of(*expressions), {}))
    cells = np.random.default_rng(1).integers(0, P, COLUMNS).tolist()
    x, y, z, u, v = cells
    t, q = (1 - u) * v, x + y - 2 * x * y
    expected = [z + t - 2 * z * t, (z + 3) * q * 5 - q, (x + y) * (x - y) * 7]
    values = [evaluate(expression, forms, {}) for expression in expressions]
    assert [value_of(forms, value, cells) for value in values] == [number % P for number in expected]
    assert [value_of(forms, absorbed(value), cells) for value in values] == [number % P for number in expected]


def test_product_that_is_a_cubics_factor_is_absorbed() -> None:
    _, _, c, d, e = columns()
    expression = c + (1 - d) * e - c * ((1 - d) * e) * 2
    value = absorbed(evaluate(expression, NestedForms(RowForms.of(chip_of(expression), {})), {}))
    assert (len(value.products), len(value.cubics)) == (0, 1)


def test_expression_of_degree_four_raises() -> None:
    a, b, c, d, _ = columns()
    forms = NestedForms(RowForms.of(chip_of(a), {}))
    for expression in ((a * b) * (c * d), a * (b * (c * d))):
        with pytest.raises(ValueError, match="nested: an expression has degree above 3"):
            evaluate(expression, forms, {})


def test_factors_take_the_slots_of_those_that_are_not_needed_any_more() -> None:
    a, b, c, d, e = columns()
    expressions = (a * (b * c), a * (c * d), a * (d * e), b * (c * d))
    forms = NestedForms(RowForms.of(chip_of(*expressions), {}))
    values = tuple(evaluate(expression, forms, {}) for expression in expressions)
    program = NestedProgram(tuple(forms.products), tuple(forms.sums), values)
    writer = NestedWriter(program, program.registers(), [], [])
    writer.write()
    # The second one's factor is there until the last constraint.
    assert writer.slots == 2
