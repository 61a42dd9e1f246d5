"""Expressions: arithmetic, degrees, text, named parts."""

from __future__ import annotations

import pytest

from spec.air.expression import (
    Expression,
    FixedColumn,
    MainColumn,
    Named,
    Public,
    definitions,
    describe,
    describe_constant,
    evaluate,
    lift,
)
from spec.field import P

A, B = MainColumn("a", 0), MainColumn("b", 1)
F, S = FixedColumn("f", 0), Public("s")


class Numbers:
    """One row of integers modulo p; counts the multiplications."""

    def __init__(self) -> None:
        self.products = 0

    def constant(self, element: int) -> int:
        return element

    def main(self, index: int) -> int:
        return (5, 7)[index]

    def fixed(self, index: int) -> int:
        return (11,)[index]

    def public(self, name: str) -> int:
        return {"s": 13}[name]

    def add(self, left: int, right: int) -> int:
        return (left + right) % P

    def subtract(self, left: int, right: int) -> int:
        return (left - right) % P

    def multiply(self, left: int, right: int) -> int:
        self.products += 1
        return left * right % P


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (A + B, 12),
        (A - B, P - 2),
        (A * B, 35),
        (-A, P - 5),
        (3 + A, 8),
        (3 - A, P - 2),
        (3 * A, 15),
        (F + S, 24),
        ((A - 1).divided_by(4), 1),
        (lift(-1), P - 1),
        (Named("n", A * A) + 1, 26),
    ],
)
def test_expression_on_one_row_has_value(expression: Expression, value: int) -> None:
    assert evaluate(expression, Numbers()) == value


def test_neutral_elements_leave_expression_as_it_is() -> None:
    assert A + 0 is A
    assert 0 + A is A
    assert A - 0 is A
    assert A * 1 is A
    assert describe(A * 0) == "0"


def test_shared_subexpression_is_computed_once() -> None:
    square = A * A
    numbers, known = Numbers(), dict[Expression, int]()
    assert evaluate(square + square, numbers, known) == 50
    assert evaluate(square - 1, numbers, known) == 24
    assert numbers.products == 1


@pytest.mark.parametrize(
    ("expression", "expected"),
    [(lift(7), 0), (S * S, 0), (A + F * F, 2), (A * (B - A) * F, 3), (Named("n", A * B) * S, 2), (A - A * A * A, 3)],
)
def test_degree_counts_columns_only(expression: Expression, expected: int) -> None:
    assert expression.degree == expected


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (A + B * 2, "a + b*2"),
        (A * (B - 1), "a*(b - 1)"),
        (A - (B - F), "a - (b - f)"),
        (-(A + S), "-(a + public.s)"),
        (Named("carry", A * B) - 65536, "carry - 65536"),
        (A.divided_by(8), "a*(1/8)"),
        (A.divided_by(65536), "a*(1/65536)"),
        (A * -32512, "a*(1/65536)"),
        (lift(-255), "-255"),
        (lift(2**29), "536870912"),
        (lift(123_456_789), "123456789"),
    ],
)
def test_description_is_canonical_text(expression: Expression, text: str) -> None:
    assert describe(expression) == text


@pytest.mark.parametrize(
    "element", [0, 1, P - 1, 65535, P - 65536, 2**29, 123_456_789, pow(65536, -1, P), 3 * pow(8, -1, P) % P]
)
def test_description_of_constant_denotes_the_element(element: int) -> None:
    text = describe_constant(element).strip("()")
    numerator, _, denominator = text.partition("/")
    assert int(numerator) * pow(int(denominator or 1), -1, P) % P == element


def test_definitions_come_inner_ones_first() -> None:
    inner = Named("inner", A * B)
    outer = Named("outer", inner + 1)
    assert list(definitions(outer * 2, inner)) == ["inner", "outer"]


def test_two_definitions_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two definitions are named n"):
        definitions(Named("n", A), Named("n", B))
