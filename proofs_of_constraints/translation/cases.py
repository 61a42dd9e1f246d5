"""Splitting a row into cases in which nothing is multiplied but by constants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs_of_constraints.translation.contracts import RowOfKey
from proofs_of_constraints.translation.interval import BOOLEAN
from proofs_of_constraints.translation.polynomial import Polynomial
from proofs_of_constraints.translation.row_system import RowSystem


def cases(system: RowSystem, *, simplified: bool = True) -> Iterator[tuple[str, RowSystem]]:
    """Every case that is not contradictory, with a name; together they are the system.

    Cases are made of the keys of lookups that a key decides, and of booleans that are multiplied by something. They
    are only propagated, with their equations as declared, where they are not to be simplified.
    """
    for name, case in _split(system, ()):
        if simplified:
            case.simplify()
        if case.contradiction is None:
            yield name, case


def _split(system: RowSystem, path: tuple[str, ...]) -> Iterator[tuple[str, RowSystem]]:
    system.propagate()
    if system.contradiction is not None:
        return
    for name, polynomial, values in _choices(system):
        for value in values:
            branch = system.copy()
            branch.constrain(f"case {name}", polynomial - Polynomial.constant(value))
            yield from _split(branch, (*path, f"{name}={value}"))
        return
    yield " ".join(path) or "the only case", system


def _choices(system: RowSystem) -> Iterator[tuple[str, Polynomial, list[int]]]:
    """What to split by, with a name and the values that it may have."""
    for lookup in system.lookups:
        contract = system.contracts.get(lookup.interaction.bus.name)
        if isinstance(contract, RowOfKey):
            yield lookup.interaction.bus.fields[0], lookup.message[0], sorted(contract.rows())
    polynomials = [factor for fact in system.facts for factor in fact.factors]
    polynomials += [lookup.multiplicity for lookup in system.lookups]
    for polynomial in polynomials:
        for monomial in polynomial.terms:
            if len(monomial) > 1:
                flags = [name for name in monomial if system.ranges[name] == BOOLEAN]
                yield from ((name, Polynomial.variable(name), [0, 1]) for name in flags)
    for lookup in system.lookups:
        flags = sorted(lookup.multiplicity.variables())
        yield from ((name, Polynomial.variable(name), [0, 1]) for name in flags)


def cases_of_factors(system: RowSystem) -> Iterator[tuple[str, RowSystem]]:
    """Cases of a simplified system, simplified, in which no product is left: together they are the system.

    Either a factor vanishes, or everything that is multiplied with it does.
    """
    product = next((fact for fact in system.facts if len(fact.factors) > 1), None)
    if product is None:
        yield "", system
        return
    factor = product.factors[0]
    name = factor.only_variable()
    vanishing, other = system.copy(), system.copy()
    vanishing.facts = [fact for fact in system.facts if factor not in fact.factors]
    vanishing.constrain(product.source, factor)
    other.facts = [replace(fact, factors=_without(fact.factors, factor)) for fact in system.facts]
    if name is not None and system.ranges[name] == BOOLEAN:
        other.assume({name: 1})
    label = name or f"the first factor of {product.source}"
    for path, branch in ((f"{label} = 0", vanishing), (f"{label} != 0", other)):
        branch.simplify()
        if branch.contradiction is None:
            for rest, case in cases_of_factors(branch):
                yield f"{path} {rest}".rstrip(), case


def _without(factors: tuple[Polynomial, ...], factor: Polynomial) -> tuple[Polynomial, ...]:
    """What is left of a product that vanishes although this factor does not."""
    return tuple(other for other in factors if other != factor) if len(factors) > 1 else factors
