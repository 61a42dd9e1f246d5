"""Polynomials against the declaration's own evaluation."""

import random

import pytest

from proofs_of_constraints.concrete_row import ConcreteRow
from proofs_of_constraints.polynomial import Polynomial, factors_of, polynomial_of
from spec.air.chip import Chip
from spec.air.machine import CHIP_BY_NAME
from spec.field import P

X, Y = Polynomial.variable("x"), Polynomial.variable("y")


def random_cells(chip: Chip, seed: int) -> dict[str, int]:
    source = random.Random(seed)
    names = [*chip.columns, *chip.fixed_columns, "public.segment"]
    cells = {name: source.randrange(P) for name in names}
    row = ConcreteRow(chip, cells)
    return cells | {name: row.value(body) for name, body in chip.definitions().items()}


CHIPS = ["add", "sra", "branch_less_signed", "store_misaligned", "divide", "boundary", "memory"]


@pytest.mark.parametrize("name", CHIPS)
def test_polynomial_of_every_constraint_has_the_declared_value(name: str) -> None:
    chip = CHIP_BY_NAME[name]
    cells = random_cells(chip, seed=1)
    row = ConcreteRow(chip, cells)
    for constraint in chip.constraints:
        expected = row.value(constraint.expression)
        assert polynomial_of(constraint.expression).value(cells) == expected
        product = 1
        for factor in factors_of(constraint.expression):
            product = product * factor.value(cells) % P
        assert product == expected


def test_substitution_replaces_all_at_once() -> None:
    swapped = (X * X + Y).substituted({"x": Y, "y": X})
    assert swapped == Y * Y + X


def test_sum_of_opposites_is_zero() -> None:
    assert (X - X).terms == {}
    assert (X * Y - Y * X).is_constant


def test_coefficient_alone_of_a_variable_in_a_product_is_none() -> None:
    assert (X.scaled(3) + Y).coefficient_alone("x") == 3
    assert (X.scaled(3) + X * Y).coefficient_alone("x") is None
    assert (X * X).coefficient_alone("x") is None
