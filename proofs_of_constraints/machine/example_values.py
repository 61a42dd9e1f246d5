"""Values for checks that evaluate: elements without any relation to one another, and rows of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic

from spec.field import EXTENSION_DEGREE, Extension, P
from spec.protocol.algebra import Value


def base_element(name: str) -> int:
    """An element of the base field that belongs to this name alone."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") % P


def extension_element(name: str) -> Extension:
    """An element of the extension that belongs to this name alone."""
    return Extension.from_coefficients(base_element(f"{name} {i}") for i in range(EXTENSION_DEGREE))


def extension_point(name: str, coordinates: int) -> list[Extension]:
    """A point of the extension that belongs to this name alone."""
    return [extension_element(f"{name}, coordinate {i}") for i in range(coordinates)]


@dataclass(frozen=True)
class ExampleRow(Generic[Value]):
    """A row of cells that belong to no table: constraints have values other than zero on it.

    `cell` makes a value of a cell's name, `number` of an element.
    """

    cell: Callable[[str], Value]
    number: Callable[[int], Value]
    known: dict[str, Value] = field(default_factory=dict)

    def constant(self, element: int) -> Value:
        return self.number(element)

    def main(self, index: int) -> Value:
        return self._named(f"main {index}")

    def fixed(self, index: int) -> Value:
        return self._named(f"fixed {index}")

    def public(self, name: str) -> Value:
        # The same on every row: it does not vary where cells do.
        return self.number(base_element(f"public {name}"))

    def add(self, left: Value, right: Value) -> Value:
        return left + right

    def subtract(self, left: Value, right: Value) -> Value:
        return left - right

    def multiply(self, left: Value, right: Value) -> Value:
        return left * right

    def _named(self, name: str) -> Value:
        if name not in self.known:
            self.known[name] = self.cell(name)
        return self.known[name]


def extension_row() -> ExampleRow[Extension]:
    """A row of elements of the extension, as the verifier has one at a random point."""
    return ExampleRow(extension_element, Extension.of)


@dataclass(frozen=True)
class Line:
    """A polynomial in one variable, lowest coefficient first, without zeros at its end: what a cell becomes in a round
    of a sumcheck."""

    coefficients: tuple[int, ...]

    @staticmethod
    def of(*coefficients: int) -> Line:
        """The polynomial with these coefficients modulo p."""
        reduced = [coefficient % P for coefficient in coefficients]
        while reduced and not reduced[-1]:
            reduced.pop()
        return Line(tuple(reduced))

    @property
    def degree(self) -> int:
        """0 for constants, zero included."""
        return max(0, len(self.coefficients) - 1)

    def __add__(self, other: Line | int) -> Line:
        left, right = self.coefficients, _line(other).coefficients
        longer, shorter = (left, right) if len(left) >= len(right) else (right, left)
        return Line.of(*(a + b for a, b in zip(longer, shorter, strict=False)), *longer[len(shorter) :])

    def __sub__(self, other: Line | int) -> Line:
        return self + _line(other) * -1

    def __mul__(self, other: Line | int) -> Line:
        left, right = self.coefficients, _line(other).coefficients
        product = [0] * (len(left) + len(right))
        for i, a in enumerate(left):
            for j, b in enumerate(right):
                product[i + j] += a * b
        return Line.of(*product)


def _line(value: Line | int) -> Line:
    return Line.of(value) if isinstance(value, int) else value


def line_row() -> ExampleRow[Line]:
    """A row whose cells all vary with one variable."""
    return ExampleRow(lambda name: Line.of(base_element(name), base_element(f"slope of {name}")), Line.of)
