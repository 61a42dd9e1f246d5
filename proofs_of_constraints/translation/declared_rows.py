"""What a chip declares of its rows, as the system that is then simplified."""

from __future__ import annotations

from collections.abc import Callable

from proofs_of_constraints.translation.contracts import Contracts, NothingAssumed
from proofs_of_constraints.translation.interval import BOOLEAN, ELEMENT
from proofs_of_constraints.translation.polynomial import Polynomial, factors_of, polynomial_of, public_variable
from proofs_of_constraints.translation.row_facts import Lookup, is_boolean
from proofs_of_constraints.translation.row_system import RowSystem
from spec.air.bus import Bus
from spec.air.chip import Chip, Interaction
from spec.air.machine import public_names

Prepare = Callable[[RowSystem], None]
"""Leaves out facts of a declared row before it is simplified: what is proven without them is proven with them."""


def prepare_nothing(_: RowSystem) -> None:
    """Every fact is used."""


def definition_of(name: str) -> str:
    """The source of the fact that a definition is what it is."""
    return f"definition of {name}"


def declared_facts(chip: Chip) -> RowSystem:
    """The chip's constraints and definitions alone, without any lookup: what holds on every row, padding too."""
    system = RowSystem()
    for name in (*chip.columns, *chip.fixed_columns):
        system.ranges[name] = ELEMENT
    for name, body in chip.definitions().items():
        system.ranges[name] = ELEMENT
        system.constrain(definition_of(name), Polynomial.variable(name) - polynomial_of(body))
    for constraint in chip.constraints:
        system.constrain(constraint.name, *factors_of(constraint.expression))
    # Booleans come first: a definition that is a flag stays a variable of its own.
    flags = [f for f in system.facts if len(f.factors) == 2 and is_boolean(f.factors)]
    for flag in flags:
        (name,) = flag.factors[0].variables()
        system.ranges[name] = BOOLEAN
    for name in public_names(*chip.definitions().values(), *(constraint.expression for constraint in chip.constraints)):
        system.ranges[public_variable(name)] = ELEMENT
    return system


def row_with_lookups(chip: Chip, contracts: Contracts) -> RowSystem:
    """The chip's constraints, and its lookups as far as their multiplicity will be known to be 1."""
    system = declared_facts(chip)
    system.contracts = contracts
    for interaction in chip.interactions:
        if interaction.sign < 0 and not isinstance(contracts.get(interaction.bus.name), NothingAssumed):
            message = tuple(map(polynomial_of, interaction.message))
            system.lookups.append(Lookup(interaction, polynomial_of(interaction.multiplicity), message))
    for name in public_names(*(part for lookup in system.lookups for part in lookup.interaction.message)):
        system.ranges[public_variable(name)] = ELEMENT
    return system


def interactions_on(chip: Chip, bus: Bus, sign: int) -> list[Interaction]:
    """The chip's interactions of one direction with a bus."""
    return [i for i in chip.interactions if i.bus == bus and i.sign == sign]
