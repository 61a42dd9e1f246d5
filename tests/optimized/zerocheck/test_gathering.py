"""What weighted constraints have in common: one column or one weight for it."""

from __future__ import annotations

from optimized.zerocheck.columns import ONE, Column, Symbol, SymbolKind
from optimized.zerocheck.forms import ZERO_AFFINE, Form
from optimized.zerocheck.gathering import Gathered, gathered
from optimized.zerocheck.nested import Cubic, Factor, Nested, NestedProgram

FIRST, SECOND = (((1, Symbol(SymbolKind.WEIGHT, 0, number)),) for number in range(2))
PRODUCTS = ((Form(0, 0), Form(1, 0)), (Form(1, 0), Form(2, 0)))
COLUMN = 7
"""The register of the first column."""


def of_values(*values: Nested) -> NestedProgram:
    """A program of these values."""
    return NestedProgram(PRODUCTS, (), values)


def test_forms_with_the_same_factor_become_one_column() -> None:
    factor = Factor(False, 0)
    values = (
        Nested(ZERO_AFFINE, (), (Cubic(2, Form(3, 5), factor),)),
        Nested(ZERO_AFFINE, (), (Cubic(1, Form(4, 0), factor), Cubic(1, Form(3, 0), Factor(False, 1)))),
    )
    (_, first), (_, second) = FIRST[0], SECOND[0]
    assert gathered(of_values(*values), (FIRST, SECOND), COLUMN) == Gathered(
        of_values(
            Nested(ZERO_AFFINE, (), (Cubic(1, Form(3, 0), Factor(False, 1)),)),
            Nested(ZERO_AFFINE, (), (Cubic(1, Form(COLUMN, 0), factor),)),
        ),
        (SECOND, ((1, ONE),)),
        {COLUMN: Column(((10, first),), ((3, ((2, first),)), (4, ((1, second),))))},
    )


def test_product_that_two_constraints_add_has_one_weight() -> None:
    cubics = (Cubic(1, Form(3, 0), Factor(False, 1)),)
    values = Nested(ZERO_AFFINE, ((3, 0),), cubics), Nested(ZERO_AFFINE, ((4, 0),))
    (_, first), (_, second) = FIRST[0], SECOND[0]
    assert gathered(of_values(*values), (FIRST, SECOND), COLUMN) == Gathered(
        of_values(Nested(ZERO_AFFINE, (), cubics), Nested(ZERO_AFFINE, ((1, 0),))),
        (FIRST, ((3, first), (4, second))),
        {},
    )
