"""Closed forms are the multilinear extensions of the rows that they stand for: checked without a solver.

A polynomial of degree one in each variable is determined by its values on bits. The values are compared on all of
them; the degrees are looked at along lines through a point of the extension field, where a polynomial of a higher
degree is found out but for a chance of degree / |F|.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from spec.air.closed_form import ClosedForm
from spec.field import GENERATOR, ZERO, Extension, P


def closed_form_fault(form: ClosedForm, rows: Sequence[tuple[int, ...]]) -> str | None:
    """What is wrong with a closed form of these padded rows, or None."""
    if len(rows) != 1 << form.variables:
        return f"a form of {form.variables} variables is not one of {len(rows)} rows"
    for number, (bits, row) in enumerate(zip(product((0, 1), repeat=form.variables), rows, strict=True)):
        if tuple(value % P for value in form(bits)) != row:
            return f"the closed form is not row {number}"
    point = [
        Extension.from_coefficients(pow(GENERATOR, 1 + 6 * i + k, P) for k in range(6)) for i in range(form.variables)
    ]
    for i in range(form.variables):
        first, second, third = (form([*point[:i], point[i] + step, *point[i + 1 :]]) for step in range(3))
        if any(a - b * 2 + c != ZERO for a, b, c in zip(first, second, third, strict=True)):
            return f"the closed form is not of degree one in variable {i}"
    return None
