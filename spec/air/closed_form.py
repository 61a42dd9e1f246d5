"""Closed forms: the columns of a fixed table as polynomials in the bits of the row's number.

A formula that adds and multiplies and is of degree one in each bit is its own multilinear extension: on bits it gives
a cell of the table, on elements of a field the extension's value there. So a verifier evaluates such a table at any
point without having seen it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from spec.field import EXTENSION_DEGREE, Extension


class Arithmetic(Protocol):
    """Numbers that are added, subtracted and multiplied among themselves and with integers."""

    def __add__(self, other: Self | int, /) -> Self: ...
    def __radd__(self, other: int, /) -> Self: ...
    def __sub__(self, other: Self | int, /) -> Self: ...
    def __rsub__(self, other: int, /) -> Self: ...
    def __mul__(self, other: Self | int, /) -> Self: ...
    def __rmul__(self, other: int, /) -> Self: ...


Value = TypeVar("Value", bound=Arithmetic)


class ColumnsAt(Protocol):
    """The columns of a table at a point, in their order."""

    def __call__(self, point: Sequence[Value], /) -> tuple[Value, ...]: ...


@dataclass(frozen=True)
class ClosedForm:
    """The multilinear extensions of a table's fixed columns, with as many variables as the row's number has bits."""

    variables: int
    columns: ColumnsAt

    def __call__(self, point: Sequence[Value]) -> tuple[Value, ...]:
        """The columns' values, in their order. The first coordinate is the most significant bit of the row's number.

        Raises ValueError for a point of another number of coordinates.
        """
        if len(point) != self.variables:
            raise ValueError(f"a point has {self.variables} coordinates, not {len(point)}")
        return self.columns(point)

    def fingerprint(self) -> str:
        """A text that tells different forms apart, and not different ways to write one: the values at a point that
        nobody chose. Two polynomials of degree one in each of n variables agree there with probability n / |F|."""
        point = [_hashed_element(f"coordinate {i} of {self.variables}") for i in range(self.variables)]
        return " ".join(",".join(map(str, value.coefficients)) for value in self(point))


def number_of(bits: Sequence[Value]) -> Value:
    """The number that bits stand for, most significant first."""
    number = bits[0]
    for bit in bits[1:]:
        number = number * 2 + bit
    return number


def _hashed_element(name: str) -> Extension:
    digest = hashlib.sha256(name.encode()).digest()
    return Extension.from_coefficients(
        int.from_bytes(digest[4 * i : 4 * i + 4], "big") for i in range(EXTENSION_DEGREE)
    )
