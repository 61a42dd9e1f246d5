"""Closed forms are the multilinear extensions of the tables' columns: on every row, and beyond."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reference.fixed_tables import fixed_tables
from reference.prover.extension_arrays import ExtensionArray, from_base, from_elements, multiply, to_elements
from reference.prover.field_arrays import MODULUS, subtract
from spec.air.chips.fixed_tables import CLOSED_FORMS, FIXED_ROWS
from spec.air.closed_form import ClosedForm, Value, number_of
from spec.field import ONE, Extension, P
from spec.protocol.machine_commitments import MACHINE_HEIGHTS_BY_CHIP

TABLES = pytest.mark.parametrize("name", CLOSED_FORMS)


def _random_point(variables: int, seed: int) -> list[Extension]:
    source = random.Random(seed)
    return [Extension.from_coefficients(source.randrange(P) for _ in range(6)) for _ in range(variables)]


def _extension_at(column: ExtensionArray, point: Sequence[Extension]) -> Extension:
    """The multilinear extension of a column, one coordinate after the other: the first one tells halves apart."""
    for coordinate in point:
        low, high = np.split(column, 2)
        column = (low + multiply(subtract(high, low), from_elements([coordinate])[0])) % MODULUS
    return to_elements(column)[0]


def test_every_machine_table_has_a_form_of_its_height() -> None:
    assert {name: form.variables for name, form in CLOSED_FORMS.items()} == dict(MACHINE_HEIGHTS_BY_CHIP)
    assert CLOSED_FORMS.keys() == FIXED_ROWS.keys()


@TABLES
def test_form_on_bits_is_the_table(name: str) -> None:
    form, table = CLOSED_FORMS[name], fixed_tables()[name]
    rows = np.arange(1 << form.variables, dtype=np.int64)
    bits: list[Any] = [rows >> place & 1 for place in reversed(range(form.variables))]
    assert np.array_equal(np.stack(form(bits), axis=1) % P, table)


@TABLES
@pytest.mark.parametrize("seed", range(2))
def test_form_at_a_random_point_is_the_columns_extension(name: str, seed: int) -> None:
    form, table = CLOSED_FORMS[name], fixed_tables()[name]
    point = _random_point(form.variables, seed)
    assert list(form(point)) == [_extension_at(from_base(column), point) for column in table.T]


@TABLES
def test_form_is_of_degree_one_in_every_coordinate(name: str) -> None:
    """Three values at equal distances lie on a line."""
    form = CLOSED_FORMS[name]
    point = _random_point(form.variables, 7)
    for i in range(form.variables):
        on_line = (form([*point[:i], point[i] + step, *point[i + 1 :]]) for step in range(3))
        for first, second, third in zip(*on_line, strict=True):
            assert first + third == second * 2


class _Counted:
    """An integer that counts the products it takes part in, those with constants apart."""

    products = 0

    def __init__(self, value: int) -> None:
        self.value = value

    def __add__(self, other: _Counted | int) -> _Counted:
        return _Counted(self.value + (other.value if isinstance(other, _Counted) else other))

    __radd__ = __add__

    def __sub__(self, other: _Counted | int) -> _Counted:
        return _Counted(self.value - (other.value if isinstance(other, _Counted) else other))

    def __rsub__(self, other: int) -> _Counted:
        return _Counted(other - self.value)

    def __mul__(self, other: _Counted | int) -> _Counted:
        if isinstance(other, int):
            return _Counted(self.value * other)
        _Counted.products += 1
        return _Counted(self.value * other.value)

    __rmul__ = __mul__


@pytest.mark.parametrize(("name", "products"), [("range_table", 16), ("byte_table", 8), ("shift_table", 3)])
def test_form_takes_few_products(name: str, products: int) -> None:
    _Counted.products = 0
    CLOSED_FORMS[name]([_Counted(1)] * CLOSED_FORMS[name].variables)
    assert _Counted.products == products


def test_point_of_another_number_of_coordinates_is_refused() -> None:
    with pytest.raises(ValueError, match="a point has 6 coordinates, not 5"):
        CLOSED_FORMS["shift_table"]([ONE] * 5)


def _doubled(point: Sequence[Value]) -> tuple[Value, ...]:
    return (number_of(point) + number_of(point),)


def _number(point: Sequence[Value]) -> tuple[Value, ...]:
    return (number_of(point),)


def _twice(point: Sequence[Value]) -> tuple[Value, ...]:
    return (number_of(point) * 2,)


def test_fingerprint_tells_forms_apart_and_not_their_texts() -> None:
    form = ClosedForm(5, _doubled)
    assert form.fingerprint() == ClosedForm(5, _twice).fingerprint()
    others = [ClosedForm(5, _number), replace(form, variables=6)]
    assert len({form.fingerprint(), *(other.fingerprint() for other in others)}) == 3
