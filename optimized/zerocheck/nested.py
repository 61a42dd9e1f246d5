"""A chip's constraints with their common factors kept: products of two forms, and forms times what has degree 2.

Multiplied out, as `optimized.zerocheck.forms` has them, constraints of bits share factors that grouping has to find
again, and takes columns of its own for. A wide chip would have several times as many of those as it has cells. Here
every product of two forms and every sum of degree 2 is made once, of forms that are little more than the cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from optimized.zerocheck.forms import ZERO_AFFINE, Affine, Form, RowForms
from spec.air.chip import Chip
from spec.field import P, inverse


class Factor(NamedTuple):
    """What a form is multiplied by: a product of two forms, or a sum of degree 2, by its number."""

    is_sum: bool
    number: int


class Cubic(NamedTuple):
    """scale * form * factor."""

    scale: int
    form: Form
    factor: Factor


@dataclass(frozen=True)
class Nested:
    """An affine part, plus products of two forms by their numbers, each with its scale, plus cubics."""

    affine: Affine
    products: tuple[tuple[int, int], ...] = ()
    """(scale, number)."""

    cubics: tuple[Cubic, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.is_affine and self.affine.is_number

    @property
    def is_affine(self) -> bool:
        return not self.products and not self.cubics


class QuadraticSum(NamedTuple):
    """A number, plus registers and products of two forms by their numbers, each with its scale."""

    number: int
    registers: tuple[tuple[int, int], ...]
    products: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class NestedForms:
    """The cells of a row as an interpretation of a chip's expressions."""

    row: RowForms
    products: list[tuple[Form, Form]] = field(default_factory=list)
    sums: list[QuadraticSum] = field(default_factory=list)
    _product_numbers: dict[tuple[Form, Form], int] = field(default_factory=dict)
    _sum_numbers: dict[QuadraticSum, int] = field(default_factory=dict)

    @property
    def chip(self) -> Chip:
        return self.row.chip

    def constant(self, element: int) -> Nested:
        return Nested(self.row.constant(element).affine)

    def main(self, index: int) -> Nested:
        return Nested(self.row.main(index).affine)

    def fixed(self, index: int) -> Nested:
        return Nested(self.row.fixed(index).affine)

    def public(self, name: str) -> Nested:
        return Nested(self.row.public(name).affine)

    def add(self, left: Nested, right: Nested) -> Nested:
        affine = self.row.sum_of(left.affine, right.affine)
        return Nested(affine, left.products + right.products, left.cubics + right.cubics)

    def subtract(self, left: Nested, right: Nested) -> Nested:
        return self.add(left, _scaled(right, P - 1))

    def multiply(self, left: Nested, right: Nested) -> Nested:
        """The product. Raises ValueError if its degree is above 3."""
        if left.is_number or right.is_number:
            number, other = (left, right) if left.is_number else (right, left)
            return _scaled(other, number.affine.number)
        if left.is_affine and right.is_affine:
            scale = left.affine.scale * right.affine.scale % P
            return Nested(ZERO_AFFINE, ((scale, self._product(left.affine.form, right.affine.form)),))
        linear, other = (left, right) if left.is_affine else (right, left)
        if not linear.is_affine or other.cubics:
            raise ValueError(f"{self.chip.name}: an expression has degree above 3")
        scale, factor = self._factor(other)
        return Nested(ZERO_AFFINE, (), (Cubic(linear.affine.scale * scale % P, linear.affine.form, factor),))

    def _product(self, left: Form, right: Form) -> int:
        forms = (left, right) if left <= right else (right, left)
        if forms not in self._product_numbers:
            self._product_numbers[forms] = len(self.products)
            self.products.append(forms)
        return self._product_numbers[forms]

    def _factor(self, value: Nested) -> tuple[int, Factor]:
        """A value of degree 2 as a number times a factor."""
        if len(value.products) == 1 and value.affine == ZERO_AFFINE:
            ((scale, number),) = value.products
            return scale, Factor(False, number)
        cells = self.row.program.cells_of(value.affine.register) if not value.affine.is_number else {}
        registers = tuple((scale * value.affine.scale % P, cell) for cell, scale in cells.items())
        total = QuadraticSum(value.affine.number, registers, value.products)
        if total not in self._sum_numbers:
            self._sum_numbers[total] = len(self.sums)
            self.sums.append(total)
        return 1, Factor(True, self._sum_numbers[total])


def _scaled(value: Nested, factor: int) -> Nested:
    """factor * value."""
    if factor == 0:
        return Nested(ZERO_AFFINE)
    products = tuple((scale * factor % P, number) for scale, number in value.products)
    cubics = tuple(cubic._replace(scale=cubic.scale * factor % P) for cubic in value.cubics)
    return Nested(value.affine.scaled(factor), products, cubics)


def absorbed(value: Nested) -> Nested:
    """The same value, with products of two forms that are a cubic's factor as part of the cubic's form:
    a y + b x y = b (x + a / b) y."""
    products: dict[int, int] = {}
    for scale, number in value.products:
        products[number] = (products.get(number, 0) + scale) % P
    cubics = []
    for cubic in value.cubics:
        scale = 0 if cubic.factor.is_sum else products.pop(cubic.factor.number, 0)
        offset = cubic.form.offset + scale * inverse(cubic.scale)
        cubics.append(cubic._replace(form=Form(cubic.form.register, offset % P)))
    kept: Mapping[int, int] = {number: scale for number, scale in products.items() if scale}
    return Nested(value.affine, tuple((scale, number) for number, scale in kept.items()), tuple(cubics))


@dataclass(frozen=True)
class NestedProgram:
    """The nonlinear parts of a chip's constraints of degree 3."""

    products: tuple[tuple[Form, Form], ...]
    sums: tuple[QuadraticSum, ...]
    values: tuple[Nested, ...]
    """Their affine parts are not looked at."""

    def registers(self) -> dict[int, int]:
        """The registers that it reads, each with its number in order."""
        found: dict[int, None] = {}
        for value in self.values:
            for factor in factors_of(value):
                for number in self.products_of(factor):
                    found |= dict.fromkeys(form.register for form in self.products[number])
                if factor.is_sum:
                    found |= dict.fromkeys(register for _, register in self.sums[factor.number].registers)
            found |= dict.fromkeys(cubic.form.register for cubic in value.cubics)
        return {register: number for number, register in enumerate(found)}

    def products_of(self, factor: Factor) -> tuple[int, ...]:
        """The products of two forms that a factor is made of."""
        if not factor.is_sum:
            return (factor.number,)
        return tuple(number for _, number in self.sums[factor.number].products)


def factors_of(value: Nested) -> list[Factor]:
    """What has to be known before the value."""
    return [*(Factor(False, number) for _, number in value.products), *(cubic.factor for cubic in value.cubics)]
