"""Expressions and chips with one place changed: everything else stays the same objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from spec.air.chip import Chip, Constraint, Interaction, expressions_of
from spec.air.expression import Constant, Difference, Expression, MainColumn, Named, Product, Sum

KNOWN_CHIPS = 2
"""The mutants of one chip are made after those of another."""

Rebuild = Callable[[Expression], Expression]


def places(expression: Expression) -> Iterator[tuple[Expression, Rebuild]]:
    """Every node outside of definitions, in the order of writing, with the way to put another one in its place."""

    def walk(node: Expression, rebuild: Rebuild) -> Iterator[tuple[Expression, Rebuild]]:
        yield node, rebuild
        match node:
            case Sum(left, right) | Difference(left, right) | Product(left, right):
                kind = type(node)
                yield from walk(left, lambda new: rebuild(kind(new, right)))
                yield from walk(right, lambda new: rebuild(kind(left, new)))

    yield from walk(expression, lambda new: new)


def substituted(
    expression: Expression, replacements: Mapping[Expression, Expression], known: dict[Expression, Expression]
) -> Expression:
    """The expression with nodes replaced, inside of definitions too. `known` is shared by all calls for one chip."""

    def walk(node: Expression) -> Expression:
        if node in replacements:
            return replacements[node]
        if node not in known:
            known[node] = _rebuilt(node, walk)
        return known[node]

    return walk(expression)


def _rebuilt(node: Expression, walk: Rebuild) -> Expression:
    match node:
        case Sum(left, right) | Difference(left, right) | Product(left, right):
            parts = walk(left), walk(right)
            return node if parts == (left, right) else type(node)(*parts)
        case Named(name, definition):
            body = walk(definition)
            return node if body is definition else Named(name, body)
    return node


def with_definition(chip: Chip, old: Named, body: Expression) -> Chip:
    """The chip with another body of a definition, wherever it is used."""
    replacements: dict[Expression, Expression] = {old: Named(old.name, body)}
    known: dict[Expression, Expression] = {}
    used = _used_definitions(chip)

    def new(expression: Expression) -> Expression:
        return substituted(expression, replacements, known) if old.name in used[expression] else expression

    return replace(
        chip,
        constraints=tuple(
            Constraint(c.name, new(c.expression)) if old.name in used[c.expression] else c for c in chip.constraints
        ),
        interactions=tuple(
            replace(i, multiplicity=new(i.multiplicity), message=tuple(map(new, i.message))) for i in chip.interactions
        ),
    )


@lru_cache(maxsize=KNOWN_CHIPS)
def _used_definitions(chip: Chip) -> Mapping[Expression, frozenset[str]]:
    """By expression, the names of the definitions inside of it, and of those inside of these."""
    found: dict[Expression, frozenset[str]] = {}

    def walk(node: Expression) -> frozenset[str]:
        if node not in found:
            match node:
                case Sum(left, right) | Difference(left, right) | Product(left, right):
                    one, other = walk(left), walk(right)
                    found[node] = one if other <= one else other if one <= other else one | other
                case Named(name, definition):
                    found[node] = walk(definition) | {name}
                case _:
                    found[node] = frozenset()
        return found[node]

    for expression in expressions_of(chip):
        walk(expression)
    return found


def with_constraint(chip: Chip, old: Constraint, expression: Expression) -> Chip:
    """The chip with another expression of a constraint."""
    new = Constraint(old.name, expression)
    return replace(chip, constraints=tuple(new if c is old else c for c in chip.constraints))


def with_interaction(chip: Chip, old: Interaction, new: Interaction) -> Chip:
    """The chip with another interaction in the place of one."""
    return replace(chip, interactions=tuple(new if i is old else i for i in chip.interactions))


@lru_cache(maxsize=KNOWN_CHIPS)
def named_nodes(chip: Chip) -> Mapping[str, Named]:
    """The chip's definitions by name, as they stand in its expressions, inner ones first."""
    found: dict[str, Named] = {}
    seen: set[Expression] = set()

    def walk(node: Expression) -> None:
        if node in seen:
            return
        seen.add(node)
        match node:
            case Sum(left, right) | Difference(left, right) | Product(left, right):
                walk(left)
                walk(right)
            case Named(name, definition):
                walk(definition)
                found[name] = node

    for expression in expressions_of(chip):
        walk(expression)
    return found


def leftmost_column(expression: Expression) -> MainColumn | None:
    """The first column in the order of writing."""
    match expression:
        case MainColumn():
            return expression
        case Sum(left, right) | Difference(left, right) | Product(left, right):
            return leftmost_column(left) or leftmost_column(right)
        case Named(_, definition):
            return leftmost_column(definition)
        case Constant():
            return None
    return None
