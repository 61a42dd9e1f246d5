"""A chip: a table's columns, the constraints on each of its rows, and its interactions with buses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from spec.air.bus import Bus, Scope
from spec.air.expression import (
    Expression,
    FixedColumn,
    MainColumn,
    Named,
    definitions,
    describe,
    lift,
)

MAXIMUM_DEGREE = 3
"""The largest degree of a constraint. A round of the zerocheck sends a polynomial of that degree, besides its factor of
eq; a pair of fractions has degree 2."""

WORK_CELLS_PER_TICK = 16
"""A row of a work table counts one tick for so many cells in the bound on a segment's tables, as many as the rows of
instruction chips have: so no shape that a verifier admits is wider for them."""


class Role(Enum):
    """What a table is to the protocol: who commits to its columns, when, and how often it may occur."""

    INSTRUCTION = "instruction"
    """One row executes one instruction; the table may occur in several instances."""

    WORK = "work table"
    """Rows do parts of what one row of an instruction chip orders, on a bus between them; the table may occur in
    several instances, and is absent where nothing is ordered."""

    MACHINE_TABLE = "machine table"
    """Fixed columns are the machine's. Nobody commits to them: the verifier evaluates their closed forms."""

    PROGRAM_TABLE = "program table"
    """Fixed columns are the program's: their root and the answers that pin them are in the program's key."""

    CONTINUATION = "continuation"
    """Main columns are committed, and pinned by answers at a point, before the challenges of the global scope."""


@dataclass(frozen=True)
class Constraint:
    """A polynomial that vanishes on every row."""

    name: str
    expression: Expression


@dataclass(frozen=True)
class Interaction:
    """A tuple that every row sends to (sign +1) or receives from (sign -1) a bus, `multiplicity` times."""

    name: str
    bus: Bus
    sign: int
    multiplicity: Expression
    message: tuple[Expression, ...]


@dataclass(frozen=True)
class Chip:
    """A declared table. `accesses` is the number of ticks by which a row of it advances the clock; of a work table,
    which has no clock, the ticks that a row counts in the bound on a segment's tables, so that it bounds them too.

    `instructions` names what its rows may execute; empty for system tables. `access_names` are those of its accesses of
    registers and memory, in the order of their sub-clocks. `outputs` names the columns and
    definitions that the inputs determine, the ones that proofs of determinism are about. `domain` says in
    words on which executions of its instructions the chip has a row.
    """

    name: str
    role: Role
    purpose: str
    columns: tuple[str, ...]
    fixed_columns: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    interactions: tuple[Interaction, ...]
    instructions: tuple[str, ...] = ()
    accesses: int = 0
    access_names: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    domain: str = "every execution"

    def __hash__(self) -> int:
        # Chips are looked up often, and some have thousands of columns and constraints.
        return hash(self.name)

    @cached_property
    def local_interactions(self) -> tuple[Interaction, ...]:
        return tuple(i for i in self.interactions if i.bus.scope is Scope.LOCAL)

    @cached_property
    def global_interactions(self) -> tuple[Interaction, ...]:
        return tuple(i for i in self.interactions if i.bus.scope is Scope.GLOBAL)

    @property
    def maximum_degree(self) -> int:
        """What the zerocheck meets: the largest degree of a constraint, or of the fractions of a pair of interactions.

        Interactions of a scope are paired in declaration order, an odd one stays alone.
        """
        scopes = (self.local_interactions, self.global_interactions)
        pairs = [interactions[i : i + 2] for interactions in scopes for i in range(0, len(interactions), 2)]
        return max((*map(_fraction_degree, pairs), *(c.expression.degree for c in self.constraints)), default=0)

    def column_index(self, name: str) -> int:
        return self.columns.index(name)

    def definitions(self) -> dict[str, Expression]:
        """Every named subexpression, inner ones first."""
        return definitions(*expressions_of(self))


def _fraction_degree(interactions: Sequence[Interaction]) -> int:
    """The larger degree of numerator and denominator of the sum of their fractions, multiplicity over fingerprint."""
    fingerprints = [max((part.degree for part in interaction.message), default=0) for interaction in interactions]
    denominator = sum(fingerprints)
    numerators = (
        denominator - fingerprint + interaction.multiplicity.degree
        for interaction, fingerprint in zip(interactions, fingerprints, strict=True)
    )
    return max(denominator, *numerators)


def kind_of(name: str) -> str:
    """The name of a column, constraint or definition with a sign in the place of every number: declarations name alike
    what is alike."""
    return re.sub(r"\d+", "#", name)


def expressions_of(chip: Chip) -> list[Expression]:
    """All expressions of a chip in declaration order: constraints, then interactions."""
    found = [constraint.expression for constraint in chip.constraints]
    for interaction in chip.interactions:
        found += [interaction.multiplicity, *interaction.message]
    return found


def describe_chip(chip: Chip) -> str:
    """The whole declaration as canonical text: golden files are made of it."""
    lines = [
        f"purpose {chip.purpose}",
        f"domain {chip.domain}",
        f"instructions {' '.join(chip.instructions) or '-'}",
        f"outputs {' '.join(chip.outputs) or '-'}",
        f"maximum degree {chip.maximum_degree}",
        "",
        describe_statement(chip),
    ]
    return "\n".join(lines)


def describe_statement(chip: Chip) -> str:
    """All that a proof depends on, as canonical text without a word of prose: the machine digest is made of it."""
    lines = [
        f"chip {chip.name}",
        f"role {chip.role.value}",
        f"clock advance {chip.accesses}",
        f"fixed columns {len(chip.fixed_columns)}: {' '.join(chip.fixed_columns) or '-'}",
        f"columns {len(chip.columns)}: {' '.join(chip.columns)}",
        "",
        "definitions",
        *(f"  {name} := {describe(body)}" for name, body in chip.definitions().items()),
        "",
        f"constraints {len(chip.constraints)}",
        *(f"  {c.name} [{c.expression.degree}]: {describe(c.expression)} = 0" for c in chip.constraints),
        "",
        f"interactions {len(chip.local_interactions)} local, {len(chip.global_interactions)} global",
    ]
    for interaction in chip.interactions:
        verb = "send" if interaction.sign > 0 else "receive"
        message = ", ".join(describe(part) for part in interaction.message)
        lines.append(
            f"  {interaction.name}: {verb} {interaction.bus.name}({message}) times {describe(interaction.multiplicity)}"
        )
    return "\n".join(lines) + "\n"


class ChipBuilder:
    """Collects one chip's columns, constraints and interactions while its declaration runs."""

    def __init__(self, name: str, role: Role, purpose: str) -> None:
        self.name = name
        self.role = role
        self.purpose = purpose
        self.columns: list[str] = []
        self.fixed_columns: list[str] = []
        self.constraints: list[Constraint] = []
        self.interactions: list[Interaction] = []
        self._names: set[str] = set()
        """The names of columns and definitions."""

        self._constrained: set[str] = set()

    def column(self, name: str) -> Expression:
        """A new committed column."""
        self._require_new(name)
        self.columns.append(name)
        return MainColumn(name, len(self.columns) - 1)

    def column_array(self, name: str, count: int) -> list[Expression]:
        """New columns name_0, name_1, ..., least significant first."""
        return [self.column(f"{name}_{i}") for i in range(count)]

    def fixed_column(self, name: str) -> Expression:
        """A new column whose cells are the machine's or the program's."""
        self._require_new(name)
        self.fixed_columns.append(name)
        return FixedColumn(name, len(self.fixed_columns) - 1)

    def define(self, name: str, expression: Expression) -> Expression:
        """A name for an expression; it costs no column."""
        self._require_new(name)
        return Named(name, expression)

    def zero(self, name: str, expression: Expression) -> None:
        """Constrains the expression to vanish on every row. Raises ValueError if another constraint has this name."""
        if name in self._constrained:
            raise ValueError(f"{self.name}: two constraints are named {name}")
        self._constrained.add(name)
        self.constraints.append(Constraint(name, expression))

    def boolean(self, name: str, expression: Expression) -> None:
        """Constrains the expression to be 0 or 1."""
        self.zero(name, expression * (expression - 1))

    def send(self, name: str, bus: Bus, message: Sequence[Expression | int], times: Expression | int = 1) -> None:
        self._interact(name, bus, +1, message, times)

    def receive(self, name: str, bus: Bus, message: Sequence[Expression | int], times: Expression | int = 1) -> None:
        self._interact(name, bus, -1, message, times)

    def build(
        self,
        *,
        instructions: tuple[str, ...] = (),
        accesses: int = 0,
        access_names: tuple[str, ...] = (),
        outputs: Sequence[Expression] = (),
        domain: str = "every execution",
    ) -> Chip:
        """The finished chip. A work table's ticks follow from its columns.

        Raises ValueError where a degree exceeds what a round of the zerocheck has room for, and for an output without a
        name: only committed columns and definitions have one.
        """
        for interaction in self.interactions:
            if any(part.degree > 1 for part in (interaction.multiplicity, *interaction.message)):
                raise ValueError(f"{self.name}: interaction {interaction.name} is not linear")
        for constraint in self.constraints:
            if constraint.expression.degree > MAXIMUM_DEGREE:
                raise ValueError(f"{self.name}: constraint {constraint.name} has degree above {MAXIMUM_DEGREE}")
        if self.role is Role.WORK:
            accesses = -(-len(self.columns) // WORK_CELLS_PER_TICK)
        return Chip(
            name=self.name,
            role=self.role,
            purpose=self.purpose,
            columns=tuple(self.columns),
            fixed_columns=tuple(self.fixed_columns),
            constraints=tuple(self.constraints),
            interactions=tuple(self.interactions),
            instructions=instructions,
            accesses=accesses,
            access_names=access_names,
            outputs=tuple(map(self._name_of, outputs)),
            domain=domain,
        )

    def _name_of(self, output: Expression) -> str:
        if not isinstance(output, MainColumn | Named):
            raise ValueError(f"{self.name}: output {describe(output)} is neither a column nor a definition")
        return output.name

    def _interact(
        self, name: str, bus: Bus, sign: int, message: Sequence[Expression | int], times: Expression | int
    ) -> None:
        if len(message) != bus.width:
            raise ValueError(f"{self.name}: {name} has {len(message)} parts, bus {bus.name} has {bus.width}")
        if any(interaction.name == name for interaction in self.interactions):
            raise ValueError(f"{self.name}: two interactions are named {name}")
        self.interactions.append(Interaction(name, bus, sign, lift(times), tuple(map(lift, message))))

    def _require_new(self, name: str) -> None:
        if name in self._names:
            raise ValueError(f"{self.name}: two columns or definitions are named {name}")
        self._names.add(name)
