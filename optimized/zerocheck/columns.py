"""Columns of the extension: linear forms in a row's registers, whose coefficients are challenges and their products.

A coefficient is written as a sum of symbols times numbers; a proof's challenges give the symbols their values. So what
follows from a chip alone is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, unique
from typing import NamedTuple, TypeAlias

from optimized.zerocheck.forms import Affine, Form
from spec.field import P


@unique
class SymbolKind(IntEnum):
    """What a symbol stands for; i and j say which."""

    ONE = 0
    INVERSE_BATCHING = 1
    """1 / chi."""

    SCOPE = 2
    """alpha of scope i for j = 0, else beta^j."""

    POWER = 3
    """chi^j."""

    WEIGHT = 4
    """The weight of the table's constraint j."""

    BLOCK = 5
    """e of the table's block i, times what j says: a `BlockFactor`, or beta^j' behind them."""


@unique
class BlockFactor(IntEnum):
    """What the weight of a block is multiplied by."""

    INVERSE_BATCHING = 0
    ONE = 1
    BATCHING = 2
    ALPHA = 3
    """chi * alpha; the next ones are chi * beta, chi * beta^2, ..."""


class Symbol(NamedTuple):
    """A number of the extension that a proof's challenges determine."""

    kind: SymbolKind
    i: int = 0
    j: int = 0


ONE = Symbol(SymbolKind.ONE)

Weight: TypeAlias = tuple[tuple[int, Symbol], ...]
"""A sum of base-field numbers times symbols."""


def scaled(weight: Weight, factor: int) -> Weight:
    """factor * weight."""
    return tuple((scale * factor % P, symbol) for scale, symbol in weight)


@dataclass(frozen=True)
class Column:
    """A number plus a sum of registers times coefficients."""

    number: Weight
    parts: tuple[tuple[int, Weight], ...]


@dataclass
class ColumnSum:
    """A column that grows."""

    number: Weight = ()
    parts: dict[int, Weight] = field(default_factory=dict)

    def add(self, value: Affine, weight: Weight) -> None:
        """Adds weight * value."""
        if value.number:
            self.number += scaled(weight, value.number)
        if not value.is_number:
            self.parts[value.register] = self.parts.get(value.register, ()) + scaled(weight, value.scale)

    def add_form(self, form: Form, weight: Weight) -> None:
        """Adds weight * form."""
        self.add(Affine(form.register, 1, form.offset), weight)

    def column(self) -> Column:
        """What has been added up."""
        return Column(self.number, tuple(self.parts.items()))


def column_of(form: Form, weight: Weight) -> Column:
    """weight * form."""
    total = ColumnSum()
    total.add_form(form, weight)
    return total.column()
