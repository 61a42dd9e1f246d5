"""Which cells of a row an expression depends on."""

from __future__ import annotations

from spec.air.expression import Difference, Expression, FixedColumn, MainColumn, Named, Product, Sum


def cells_of(expression: Expression, known: dict[Expression, frozenset[str]]) -> frozenset[str]:
    """The names of the columns that the value depends on. `known` is shared by calls that share expressions."""
    if expression not in known:
        match expression:
            case MainColumn(name, _) | FixedColumn(name, _):
                known[expression] = frozenset([name])
            case Sum(left, right) | Difference(left, right) | Product(left, right):
                known[expression] = cells_of(left, known) | cells_of(right, known)
            case Named(_, definition):
                known[expression] = cells_of(definition, known)
            case _:
                known[expression] = frozenset()
    return known[expression]
