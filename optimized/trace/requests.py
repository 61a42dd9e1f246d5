"""What a chip's rows ask of the lookup tables, as arrays: every part of every message is a sum over columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spec.air.chip import Chip, Interaction
from spec.air.expression import Expression, Interpretation, evaluate
from spec.field import P


@dataclass(frozen=True)
class LinearForm:
    """constant + the sum of coefficient * cell over some columns and public values, modulo p."""

    constant: int
    columns: Mapping[int, int]
    public: Mapping[str, int]

    def scaled(self, factor: int) -> LinearForm:
        """The form times a constant."""
        return LinearForm(
            self.constant * factor % P,
            {index: coefficient * factor % P for index, coefficient in self.columns.items()},
            {name: coefficient * factor % P for name, coefficient in self.public.items()},
        )

    def plus(self, other: LinearForm) -> LinearForm:
        """The sum of two forms."""
        columns, public = dict(self.columns), dict(self.public)
        for index, coefficient in other.columns.items():
            columns[index] = (columns.get(index, 0) + coefficient) % P
        for name, coefficient in other.public.items():
            public[name] = (public.get(name, 0) + coefficient) % P
        return LinearForm((self.constant + other.constant) % P, columns, public)

    @property
    def is_constant(self) -> bool:
        """Whether it depends on nothing."""
        return not self.columns and not self.public


class _Forms(Interpretation[LinearForm]):
    """Reads an expression of degree 1 as a linear form."""

    def constant(self, element: int) -> LinearForm:
        return LinearForm(element, {}, {})

    def main(self, index: int) -> LinearForm:
        return LinearForm(0, {index: 1}, {})

    def fixed(self, index: int) -> LinearForm:
        raise ValueError(f"a chip that looks something up has a fixed column {index}")

    def public(self, name: str) -> LinearForm:
        return LinearForm(0, {}, {name: 1})

    def add(self, left: LinearForm, right: LinearForm) -> LinearForm:
        return left.plus(right)

    def subtract(self, left: LinearForm, right: LinearForm) -> LinearForm:
        return left.plus(right.scaled(P - 1))

    def multiply(self, left: LinearForm, right: LinearForm) -> LinearForm:
        if left.is_constant:
            return right.scaled(left.constant)
        if right.is_constant:
            return left.scaled(right.constant)
        raise ValueError("an interaction is not linear")


class Requests(NamedTuple):
    """A chip's receiving interactions with lookup tables. Each has one form for its multiplicity and one for each part
    of its message, in this order."""

    bus: NDArray[np.int64]
    """By interaction, the number of its bus among those that are asked."""

    first_form: NDArray[np.int64]
    """By interaction."""

    first_term: NDArray[np.int64]
    """By form; one more entry at the end."""

    constant: NDArray[np.int64]
    """By form."""

    column: NDArray[np.int64]
    """By term, here and below."""

    coefficient: NDArray[np.int64]
    """In [-p/2, p/2]."""


def message_of(requests: Requests, interaction: int, width: int, cells: NDArray[np.uint32]) -> tuple[int, ...]:
    """The message of an interaction on a row with these cells."""
    first = int(requests.first_form[interaction]) + 1
    return tuple(_value(requests, form, cells) for form in range(first, first + width))


def _value(requests: Requests, form: int, cells: NDArray[np.uint32]) -> int:
    terms = range(requests.first_term[form], requests.first_term[form + 1])
    summed = sum(int(requests.coefficient[term]) * int(cells[requests.column[term]]) for term in terms)
    return (int(requests.constant[form]) + summed) % P


@dataclass(frozen=True)
class ChipRequests:
    """The requests of a chip before the public values are known."""

    names: tuple[str, ...]
    """The names of the interactions."""

    requests: Requests
    public: tuple[tuple[int, str, int], ...]
    """(form, public value, coefficient) of what public values add to the constants."""

    def with_public(self, public_values: Mapping[str, int]) -> Requests:
        """The requests in a segment."""
        if not self.public:
            return self.requests
        constant = self.requests.constant.copy()
        for form, name, coefficient in self.public:
            constant[form] = (int(constant[form]) + coefficient * public_values[name]) % P
        return self.requests._replace(constant=constant)


def chip_requests(chip: Chip, buses: Sequence[str]) -> ChipRequests:
    """What the rows of a chip ask of these buses."""
    asking: list[Interaction] = [i for i in chip.interactions if i.sign < 0 and i.bus.name in buses]
    evaluated: dict[Expression, LinearForm] = {}
    forms: list[LinearForm] = []
    first_form = []
    for interaction in asking:
        first_form.append(len(forms))
        forms += [evaluate(part, _Forms(), evaluated) for part in (interaction.multiplicity, *interaction.message)]
    terms = [term for form in forms for term in form.columns.items()]
    requests = Requests(
        bus=np.array([buses.index(interaction.bus.name) for interaction in asking], dtype=np.int64),
        first_form=np.array(first_form, dtype=np.int64),
        first_term=np.cumsum([0, *(len(form.columns) for form in forms)], dtype=np.int64),
        constant=np.array([form.constant for form in forms], dtype=np.int64),
        column=np.array([column for column, _ in terms], dtype=np.int64),
        coefficient=np.array([of if of <= P // 2 else of - P for _, of in terms], dtype=np.int64),
    )
    public = [(i, name, of) for i, form in enumerate(forms) for name, of in form.public.items()]
    return ChipRequests(tuple(interaction.name for interaction in asking), requests, tuple(public))
