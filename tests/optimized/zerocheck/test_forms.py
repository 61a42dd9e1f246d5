"""Chips' expressions as sums of products of forms, against the expressions' values on rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pytest

from optimized.zerocheck.forms import Affine, LinearProgram, Polynomial, RowForms
from spec.air.chip import Chip, expressions_of
from spec.air.expression import Constant, Expression, MainColumn, Product, evaluate
from spec.field import P
from spec.rv64im.machine import CHIPS, SEGMENT_PUBLIC_VALUES

PUBLIC_VALUES = {name: 5 + number for number, name in enumerate(SEGMENT_PUBLIC_VALUES)}


@dataclass(frozen=True)
class Row:
    """Numbers as an interpretation of expressions."""

    cells: Sequence[int]
    main_width: int

    def constant(self, element: int) -> int:
        return element

    def main(self, index: int) -> int:
        return self.cells[index]

    def fixed(self, index: int) -> int:
        return self.cells[self.main_width + index]

    def public(self, name: str) -> int:
        return PUBLIC_VALUES[name]

    def add(self, left: int, right: int) -> int:
        return (left + right) % P

    def subtract(self, left: int, right: int) -> int:
        return (left - right) % P

    def multiply(self, left: int, right: int) -> int:
        return left * right % P


def registers_of(program: LinearProgram, cells: Sequence[int]) -> list[int]:
    registers = list(cells)
    for left, right, factor in program.operations:
        registers.append((registers[left] + factor * registers[right]) % P)
    return registers


def value_of(polynomial: Polynomial, registers: Sequence[int]) -> int:
    def affine_value(affine: Affine) -> int:
        return affine.number + (0 if affine.is_number else affine.scale * registers[affine.register])

    total = affine_value(polynomial.affine)
    for product in polynomial.products:
        value = product.scale
        for register, offset in product.forms:
            value = value * (registers[register] + offset) % P
        total += value
    return total % P


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: str(chip.name))
def test_polynomials_of_a_chips_expressions_have_their_values(chip: Chip) -> None:
    random = Random(chip.name)
    rows = RowForms.of(chip, PUBLIC_VALUES)
    evaluated: dict[Expression, Polynomial] = {}
    polynomials = [evaluate(expression, rows, evaluated) for expression in expressions_of(chip)]
    cells = [random.randrange(P) for _ in range(rows.program.cells)]
    registers = registers_of(rows.program, cells)
    row = Row(cells, len(chip.columns))
    expected = [evaluate(expression, row) % P for expression in expressions_of(chip)]
    assert [value_of(polynomial, registers) for polynomial in polynomials] == expected


def test_roots_of_scales_are_roots() -> None:
    found = []
    for chip in CHIPS:
        rows = RowForms.of(chip, PUBLIC_VALUES)
        for constraint in chip.constraints:
            found += [product for product in evaluate(constraint.expression, rows).products if product.root]
    assert [product for product in found if product.root**2 % P != product.scale] == []
    assert len(found) > 100


def test_expression_of_degree_four_raises() -> None:
    rows = RowForms.of(CHIPS[0], PUBLIC_VALUES)
    square = Product(MainColumn("a", 0), MainColumn("a", 0) + Constant(1))
    with pytest.raises(ValueError, match="has degree above 3"):
        evaluate(Product(square, square), rows)
    with pytest.raises(ValueError, match="has degree above 3"):
        evaluate(Product(Product(square, MainColumn("b", 1)), MainColumn("b", 1)), rows)
