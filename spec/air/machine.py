"""A machine as a value: everything that the protocol has to know about what it proves.

Prover, verifier, keys, shapes, security terms, audit and documents take a machine as an argument. RV64IM is one, the
recursion's circuit is another, and the tests have a small one of five tables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, Role, expressions_of
from spec.air.expression import Constant, Expression, MainColumn, Public, describe, operands
from spec.field import P
from spec.protocol.algebra import Value
from spec.word import signed

EXIT_LIMB_BITS = 16
"""A field element holds no exit code of 64 bits; 16 are the width of RV64IM's limbs, so that a register is one."""


class ClosedForm(Protocol):
    """The multilinear extensions of a table's fixed columns, as one function of a point."""

    def __call__(self, point: Sequence[Value]) -> tuple[Value, ...]:
        """One value for each fixed column; the first coordinate is the most significant bit of the row's number."""
        ...


@dataclass(frozen=True)
class MachineTable:
    """A fixed table of the machine, which is not committed: its rows, and the closed form of its columns."""

    height_log2: int
    rows: Callable[[], Sequence[tuple[int, ...]]]
    """All 2^height_log2 rows, canonical elements, in the order that the closed form follows."""

    closed_form: ClosedForm
    description: str
    """What the machine's digest covers of the form: it changes exactly when the form does."""

    only_for: tuple[str, ...] = ()
    """The chips that ask it, if a segment has it only with a table of one of them; else every segment has it."""

    def is_with(self, heights_log2: Mapping[str, Sequence[int]]) -> bool:
        """Whether a segment has the table that has instruction, work and continuation tables of these heights."""
        return not self.only_for or any(heights_log2.get(name) for name in self.only_for)


@dataclass(frozen=True)
class Token:
    """A message of the verifier to a bus: sent (sign +1) or received (sign -1), once, or as often as `times` says.

    Parts are numbers, or names of public values. `times` names a public value and the number that it must have for
    the token to count once; otherwise it does not count.
    """

    bus: Bus
    sign: int
    message: tuple[int | str, ...]
    times: tuple[str, int] | None = None


@dataclass(frozen=True)
class Join:
    """A public value with which a segment starts and the one with which the segment before it ended.

    The first segment starts with a number that the program's key states, below `start_limit`. A segment without the
    table `moved_by` cannot move it: then both are equal.
    """

    enters: str
    leaves: str
    start_limit: int
    moved_by: str | None = None


@dataclass(frozen=True)
class Machine:
    """Chips, buses, public values, the verifier's tokens, bounds and closed forms. Raises ValueError if they do not fit
    together."""

    name: str
    chips: tuple[Chip, ...]
    """Every table in the order in which the protocol names, stacks and weighs them."""

    buses: tuple[Bus, ...]
    public_values: tuple[str, ...]
    """The names of a segment's public values, in the order in which the transcript absorbs them."""

    tables: Mapping[str, MachineTable]
    """The machine's fixed tables by chip."""

    tokens: tuple[Token, ...]
    """What the verifier sends to and receives from a segment's local buses."""

    joins: tuple[Join, ...]
    segment_index: str
    """The public value that states which segment of the run it is."""

    halted: tuple[str, int]
    """The public value, one that a join leaves, and the number that ends the run."""

    exit_values: tuple[str, ...]
    """Public values that are zero unless the segment ends the run: the exit code's limbs, least significant first."""

    clock_bits: int
    """Row accesses times heights stay below 2^clock_bits: clock differences are checked to have so many bits."""

    required: tuple[str, ...] = ()
    """Continuation tables that every segment has."""

    maximum_instances: int = 3
    """An instruction chip may stand in so many tables of different heights."""

    maximum_segments: int = 2**12
    """Far more than a run needs, and few enough for the bounds on messages of global buses."""

    reserved_identities: range = field(default=range(0))
    """Bus identities that no bus may take."""

    listed_shapes: Mapping[str, Mapping[str, tuple[int, ...]]] = field(default_factory=dict)
    """By name, the heights of all instruction, work and continuation tables, the instances of a chip by descending
    height: what recursion circuits are made for. Parameter sets may demand one."""

    listed_programs: tuple[Mapping[str, int], ...] = ()
    """The heights of all program tables, ascending, that go with listed shapes."""

    def __post_init__(self) -> None:
        check_machine(self)

    def chips_of(self, *roles: Role) -> tuple[Chip, ...]:
        """The chips of these roles in machine order."""
        return tuple(chip for chip in self.chips if chip.role in roles)

    @cached_property
    def chip_by_name(self) -> Mapping[str, Chip]:
        """Every chip by its name."""
        return {chip.name: chip for chip in self.chips}

    def table_heights(self, heights_log2: Mapping[str, Sequence[int]]) -> dict[str, tuple[int, ...]]:
        """The heights of the machine's fixed tables beside instruction, work and continuation tables of these heights,
        by chip: empty for one that only chips without a table ask."""
        return {
            name: (table.height_log2,) if table.is_with(heights_log2) else () for name, table in self.tables.items()
        }

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 over what proofs depend on: columns, constraints, interactions, buses, closed forms, tokens, bounds.

        Prose is left out: rewording a purpose changes no digest.
        """
        return hashlib.sha256(describe_machine(self).encode()).digest()


def exit_code_of(exit_values: Sequence[int]) -> int:
    """The exit code with these limbs."""
    return sum(limb << (EXIT_LIMB_BITS * i) for i, limb in enumerate(exit_values))


def exit_code_text(code: int) -> str:
    """An exit code for people, with its signed reading where that differs: what C calls -1 is 2^64 - 1."""
    return str(code) if signed(code) == code else f"{code} ({signed(code)})"


def describe_machine(machine: Machine) -> str:
    """Everything that a proof depends on, as canonical text."""
    lines = [
        f"machine {machine.name}",
        *(f"shape {_instances_text(instances)}" for instances in machine.listed_shapes.values()),
        *(f"program {_heights_text(heights)}" for heights in machine.listed_programs),
        f"public values {' '.join(machine.public_values)}",
        f"segment {machine.segment_index} halted {machine.halted} exit {machine.exit_values}",
        f"clock bits {machine.clock_bits} instances {machine.maximum_instances} segments {machine.maximum_segments}",
        f"required {' '.join(machine.required)}",
        *(f"join {join.enters} {join.leaves} {join.start_limit} {join.moved_by}" for join in machine.joins),
        *(f"token {token.bus.name} {token.sign} {token.message} {token.times}" for token in machine.tokens),
        *(f"bus {bus.name} {bus.identity} {bus.scope.value} {' '.join(bus.fields)}" for bus in machine.buses),
    ]
    for name, table in machine.tables.items():
        only_for = f" only for {','.join(table.only_for)}" if table.only_for else ""
        lines.append(f"machine table {name} {table.height_log2}{only_for} {table.description}")
    for chip in machine.chips:
        lines += _describe_chip(chip)
    return "\n".join(lines) + "\n"


def _heights_text(heights_log2: Mapping[str, int]) -> str:
    return " ".join(f"{name} {height}" for name, height in heights_log2.items())


def _instances_text(heights_log2: Mapping[str, tuple[int, ...]]) -> str:
    return " ".join(f"{name} {','.join(map(str, heights))}" for name, heights in heights_log2.items())


def _describe_chip(chip: Chip) -> list[str]:
    lines = [
        f"chip {chip.name} {chip.role.value} accesses {chip.accesses}",
        f"columns {' '.join(chip.columns)} fixed {' '.join(chip.fixed_columns)}",
        *(f"definition {name} {describe(body)}" for name, body in chip.definitions().items()),
        *(f"constraint {describe(constraint.expression)}" for constraint in chip.constraints),
    ]
    for interaction in chip.interactions:
        message = ", ".join(describe(part) for part in interaction.message)
        lines.append(
            f"{interaction.sign:+d} {interaction.bus.name} ({message}) times {describe(interaction.multiplicity)}"
        )
    return lines


def check_machine(machine: Machine) -> None:
    """Raises ValueError if names or identities repeat, something is named that is not declared, a table has no
    interaction or no closed form, or is only for other chips than those that ask it, a token is not one of a local bus,
    a global bus is spoken to by a table that is not a continuation table, or a message to it has a public value other
    than the segment's index."""
    for what, names in (
        ("chip", [chip.name for chip in machine.chips]),
        ("bus", [bus.name for bus in machine.buses]),
        ("bus identity", [str(bus.identity) for bus in machine.buses]),
        ("public value", list(machine.public_values)),
    ):
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"machine {machine.name}: more than one {what} {', '.join(repeated)}")
    taken = sorted(bus.name for bus in machine.buses if bus.identity in machine.reserved_identities)
    if taken:
        raise ValueError(f"machine {machine.name}: {', '.join(taken)} has a reserved bus identity")
    if 2 ** (machine.clock_bits + 1) >= P:
        raise ValueError(f"machine {machine.name}: clocks of {machine.clock_bits} bits may wrap around p")
    with_forms = [chip.name for chip in machine.chips_of(Role.MACHINE_TABLE)]
    if list(machine.tables) != with_forms:
        raise ValueError(f"machine {machine.name}: closed forms of {list(machine.tables)}, expected {with_forms}")
    _check_names(machine)
    _check_askers(machine)
    for token in machine.tokens:
        _check_token(machine, token)
    for chip in machine.chips:
        _check_chip(machine, chip)


def _check_names(machine: Machine) -> None:
    """What is said of public values and of required tables is said of declared ones."""
    joined = [name for join in machine.joins for name in (join.enters, join.leaves)]
    halted_name, halted = machine.halted
    named = {*joined, machine.segment_index, halted_name, *machine.exit_values}
    unknown = sorted(named - set(machine.public_values))
    if unknown:
        raise ValueError(f"machine {machine.name}: {', '.join(unknown)} is no public value")
    for join in machine.joins:
        if join.moved_by is not None and join.moved_by not in machine.chip_by_name:
            raise ValueError(f"machine {machine.name}: {join.moved_by}, which moves {join.enters}, is no chip")
        if join.leaves == halted_name and join.start_limit > halted:
            raise ValueError(f"machine {machine.name}: {join.enters} may start with {halted}, which ends a run")
    continuation = [chip.name for chip in machine.chips_of(Role.CONTINUATION)]
    for name in machine.required:
        if name not in continuation:
            raise ValueError(f"machine {machine.name}: {name} is required, but is no continuation table")


def _check_askers(machine: Machine) -> None:
    """Whoever receives what a fixed table sends is named if the table is only for some."""
    for name, table in machine.tables.items():
        buses = {interaction.bus.name for interaction in machine.chip_by_name[name].interactions}
        asking = {c.name for c in machine.chips for i in c.interactions if i.sign < 0 and i.bus.name in buses}
        if table.only_for and set(table.only_for) != asking:
            raise ValueError(f"machine {machine.name}: {name} is only for {table.only_for}, asked by {sorted(asking)}")


def _check_token(machine: Machine, token: Token) -> None:
    where = f"machine {machine.name}: a token of the bus {token.bus.name}"
    if token.bus not in machine.buses or token.bus.scope is not Scope.LOCAL:
        raise ValueError(f"{where}, which is no local bus of it")
    if len(token.message) != token.bus.width or token.sign not in (1, -1):
        raise ValueError(f"{where} has {len(token.message)} parts and the sign {token.sign}")
    names = {part for part in token.message if isinstance(part, str)} | ({token.times[0]} if token.times else set())
    unknown = sorted(names - set(machine.public_values))
    if unknown:
        raise ValueError(f"{where} has {', '.join(unknown)}, which is no public value")


def _check_chip(machine: Machine, chip: Chip) -> None:
    where = f"machine {machine.name}: chip {chip.name}"
    if not chip.interactions:
        raise ValueError(f"{where} has no interaction")
    if chip.fixed_columns and chip.role not in (Role.MACHINE_TABLE, Role.PROGRAM_TABLE):
        raise ValueError(f"{where} has fixed columns, but is no fixed table")
    unknown = sorted(public_names(*expressions_of(chip)) - set(machine.public_values))
    if unknown:
        raise ValueError(f"{where} depends on {', '.join(unknown)}, which is no public value")
    for interaction in chip.interactions:
        if interaction.bus not in machine.buses:
            raise ValueError(f"{where}: {interaction.name} uses the bus {interaction.bus.name}, which is not declared")
        if interaction.bus.scope is Scope.GLOBAL:
            if chip.role is not Role.CONTINUATION:
                raise ValueError(f"{where}: {interaction.name} is global, but the table is no continuation table")
            names = public_names(interaction.multiplicity, *interaction.message)
            if names - {machine.segment_index}:
                raise ValueError(f"{where}: {interaction.name} is global and depends on {sorted(names)}")


def public_names(*expressions: Expression) -> set[str]:
    """The public values that expressions depend on."""
    names: set[str] = set()
    seen: set[Expression] = set()
    unseen = list(expressions)
    while unseen:
        expression = unseen.pop()
        if expression in seen:
            continue
        seen.add(expression)
        # Columns are met most often, and have no parts.
        if isinstance(expression, Public):
            names.add(expression.name)
        elif not isinstance(expression, (MainColumn, Constant)):
            unseen += operands(expression)
    return names
