"""What constraints with common factors have in common once they are weighted: for the later rounds of wide chips.

The weighted sum of all forms that are multiplied by the same factor is one column of the extension, and the weights of
all constraints that add the same product are one number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from optimized.zerocheck.columns import ONE, Column, ColumnSum, Weight, scaled
from optimized.zerocheck.forms import ZERO_AFFINE, Form
from optimized.zerocheck.nested import Cubic, Factor, Nested, NestedProgram

SHARED = 2
"""In so many places a factor or a product pays for a column or a weight of its own."""


@dataclass(frozen=True)
class Gathered:
    """A program and its weights; some of its registers are columns of the extension."""

    program: NestedProgram
    weights: tuple[Weight, ...]
    columns: dict[int, Column]
    """By register."""


def gathered(program: NestedProgram, weights: Sequence[Weight], first_register: int) -> Gathered:
    """The same weighted sum of values, with registers from the given one on for columns."""
    factor_uses = Counter(cubic.factor for value in program.values for cubic in value.cubics)
    product_uses = Counter(number for value in program.values for _, number in value.products)
    columns: dict[Factor, ColumnSum] = {}
    products: dict[int, Weight] = {}
    values: list[tuple[Nested, Weight]] = []
    for value, weight in zip(program.values, weights, strict=True):
        for cubic in value.cubics:
            if factor_uses[cubic.factor] >= SHARED:
                columns.setdefault(cubic.factor, ColumnSum()).add_form(cubic.form, scaled(weight, cubic.scale))
        for scale, number in value.products:
            if product_uses[number] >= SHARED:
                products[number] = products.get(number, ()) + scaled(weight, scale)
        own = Nested(
            ZERO_AFFINE,
            tuple(product for product in value.products if product_uses[product[1]] < SHARED),
            tuple(cubic for cubic in value.cubics if factor_uses[cubic.factor] < SHARED),
        )
        if not own.is_affine:
            values.append((own, weight))
    values += [(Nested(ZERO_AFFINE, ((1, number),)), weight) for number, weight in products.items()]
    registers = {factor: first_register + number for number, factor in enumerate(columns)}
    if registers:
        cubics = tuple(Cubic(1, Form(register, 0), factor) for factor, register in registers.items())
        values.append((Nested(ZERO_AFFINE, (), cubics), ((1, ONE),)))
    return Gathered(
        replace(program, values=tuple(value for value, _ in values)),
        tuple(weight for _, weight in values),
        {registers[factor]: column.column() for factor, column in columns.items()},
    )
