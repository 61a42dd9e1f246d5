"""A chip's expressions as sums of products of linear forms in its cells.

A form is a number plus a linear combination of cells. Binding coordinates of the cube commutes with it, so a form can
be folded like a column: of all that an expression is made of, only its products are left to do in every round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from spec.air.chip import Chip
from spec.field import P, inverse

NO_REGISTER = -1
"""In place of a register where a form is a number."""


class LinearOperation(NamedTuple):
    """Makes a register: left + factor * right."""

    left: int
    right: int
    factor: int


@dataclass
class LinearProgram:
    """Linear combinations of a row's cells, each made once. The cells stand in the first registers."""

    cells: int
    operations: list[LinearOperation] = field(default_factory=list)
    _known: dict[LinearOperation, int] = field(default_factory=dict)

    def register(self, operation: LinearOperation) -> int:
        """The register that the operation makes."""
        if operation not in self._known:
            self._known[operation] = self.cells + len(self.operations)
            self.operations.append(operation)
        return self._known[operation]

    @property
    def registers(self) -> int:
        """Cells and what is made of them."""
        return self.cells + len(self.operations)

    def cells_of(self, register: int) -> dict[int, int]:
        """The cells that a register is a combination of, with their factors."""
        if register < self.cells:
            return {register: 1}
        left, right, factor = self.operations[register - self.cells]
        result = self.cells_of(left)
        for cell, scale in self.cells_of(right).items():
            result[cell] = (result.get(cell, 0) + factor * scale) % P
        return result


class Form(NamedTuple):
    """A register plus a number."""

    register: int
    offset: int


class Affine(NamedTuple):
    """scale * register + number; the register is NO_REGISTER, and the scale 0, for a mere number."""

    register: int
    scale: int
    number: int

    @property
    def is_number(self) -> bool:
        return self.register == NO_REGISTER

    @property
    def form(self) -> Form:
        """The same over its scale. Raises ZeroDivisionError for a mere number."""
        return Form(self.register, self.number * inverse(self.scale) % P)

    def scaled(self, factor: int) -> Affine:
        """factor * self."""
        scale = self.scale * factor % P
        return Affine(self.register if scale else NO_REGISTER, scale, self.number * factor % P)


ZERO_AFFINE = Affine(NO_REGISTER, 0, 0)


class Product(NamedTuple):
    """scale times two or three forms."""

    scale: int
    forms: tuple[Form, ...]
    root: int = 0
    """A square root of the scale of two forms with the same register, 0 where it is not known."""

    def scaled(self, factor: int) -> Product:
        """factor * self."""
        return self if factor == 1 else Product(self.scale * factor % P, self.forms)


@dataclass(frozen=True)
class Polynomial:
    """An affine part plus products of forms."""

    affine: Affine
    products: tuple[Product, ...] = ()


@dataclass(frozen=True)
class RowForms:
    """The cells of a row as an interpretation of a chip's expressions."""

    chip: Chip
    public_values: Mapping[str, int]
    program: LinearProgram

    @staticmethod
    def of(chip: Chip, public_values: Mapping[str, int]) -> RowForms:
        """Committed columns come first, then fixed ones."""
        return RowForms(chip, public_values, LinearProgram(len(chip.columns) + len(chip.fixed_columns)))

    def constant(self, element: int) -> Polynomial:
        return Polynomial(Affine(NO_REGISTER, 0, element % P))

    def main(self, index: int) -> Polynomial:
        return Polynomial(Affine(index, 1, 0))

    def fixed(self, index: int) -> Polynomial:
        return Polynomial(Affine(len(self.chip.columns) + index, 1, 0))

    def public(self, name: str) -> Polynomial:
        return self.constant(self.public_values[name])

    def add(self, left: Polynomial, right: Polynomial) -> Polynomial:
        return Polynomial(self.sum_of(left.affine, right.affine), left.products + right.products)

    def subtract(self, left: Polynomial, right: Polynomial) -> Polynomial:
        return self.add(left, self._scaled(right, P - 1))

    def multiply(self, left: Polynomial, right: Polynomial) -> Polynomial:
        """The product, multiplied out but for the forms. Raises ValueError if it has more than three forms."""
        if left.products and right.products:
            raise ValueError(f"{self.chip.name}: an expression has degree above 3")
        products = [
            Product(product.scale * factor.scale % P, (*product.forms, factor.form))
            for product, factor in self._mixed(left, right)
            if not factor.is_number
        ]
        scaled = [
            product.scaled(factor.number)
            for product, factor in self._mixed(left, right)
            if factor.is_number and factor.number
        ]
        affine = ZERO_AFFINE
        if left.affine.is_number:
            affine = right.affine.scaled(left.affine.number)
        elif right.affine.is_number:
            affine = left.affine.scaled(right.affine.number)
        else:
            scale, other_scale = left.affine.scale, right.affine.scale
            is_square = left.affine.register == right.affine.register and scale == other_scale
            forms = (left.affine.form, right.affine.form)
            products.append(Product(scale * other_scale % P, forms, scale if is_square else 0))
        if any(len(product.forms) > 3 for product in products):
            raise ValueError(f"{self.chip.name}: an expression has degree above 3")
        return Polynomial(affine, (*products, *scaled))

    def sum_of(self, left: Affine, right: Affine) -> Affine:
        """left + right."""
        number = (left.number + right.number) % P
        if left.is_number or right.is_number:
            kept = right if left.is_number else left
            return Affine(kept.register, kept.scale, number)
        if left.register == right.register:
            scale = (left.scale + right.scale) % P
            return Affine(left.register if scale else NO_REGISTER, scale, number)
        factor = right.scale * inverse(left.scale) % P
        register = self.program.register(LinearOperation(left.register, right.register, factor))
        return Affine(register, left.scale, number)

    def _scaled(self, value: Polynomial, factor: int) -> Polynomial:
        if factor == 0:
            return Polynomial(ZERO_AFFINE)
        products = tuple(product.scaled(factor) for product in value.products)
        return Polynomial(value.affine.scaled(factor), products)

    @staticmethod
    def _mixed(left: Polynomial, right: Polynomial) -> list[tuple[Product, Affine]]:
        """The products of each factor beside the affine part of the other."""
        of_left = [(product, right.affine) for product in left.products]
        return of_left + [(product, left.affine) for product in right.products]
