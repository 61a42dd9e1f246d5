"""Every mutant of a chip: a bounded, systematic set, in the order of the declaration.

Each constraint, each definition and each interaction is changed on its own. What could be changed in many places of
one expression, such as a sign, is changed in the first and the last.

A work table has thousands of constraints, of few kinds: names that differ in numbers alone are of one kind. Of each
kind one is sampled, of a round that a hash decides, and of the changes of its expression one, decided likewise. Its
interactions are changed as everybody's, unless it has hundreds of lookups.

A wide call has hundreds of accesses and lookups, of few kinds as well. Of each kind of its constraints, definitions and
interactions one is sampled, decided likewise, and changed in every way; so are the interactions that speak first. The
interactions of a work table with hundreds of lookups are chosen in the same way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

from proofs_of_constraints.mutation.rewriting import (
    leftmost_column,
    named_nodes,
    places,
    with_constraint,
    with_definition,
    with_interaction,
)
from spec.air.bus import Bus
from spec.air.chip import Chip, Interaction, Role, kind_of
from spec.air.expression import (
    Constant,
    Difference,
    Expression,
    FixedColumn,
    MainColumn,
    Named,
    Sum,
    describe_constant,
    lift,
)
from spec.circuit.buses import SHA256
from spec.circuit.buses import buses as circuit_buses
from spec.field import P, inverse
from spec.rv64im.buses import AND, BYTE_PAIR, LIMB_BITS, RANGE, SHIFT
from spec.rv64im.chips.keccak import TABLE as KECCAK
from spec.rv64im.machine import RV64IM

LOOKUP_BUSES = (RANGE, AND, BYTE_PAIR, SHIFT, *KECCAK.lookups)
"""Buses on which a message says something of its cells, and nothing to another chip."""

SYMMETRIC_BUSES = (BYTE_PAIR,)
"""Buses that allow a tuple in any order: exchanging its fields says the same."""


WIDE_COLUMNS = 200
"""A call with more is wide. No chip but a call has half as many, and SHA-256's call, with three quarters of it, has 700
mutants, which a sweep still goes through."""


MANY_INTERACTIONS = 100
"""A work table with more asks a lookup for each of many bytes. The others have ten at most."""


class Operator(Enum):
    """What is done to a declaration."""

    CONSTRAINT_DROPPED = "constraint dropped"
    INTERACTION_DROPPED = "interaction dropped"
    RANGE_WIDENED = "range one bit wider"
    RANGE_NARROWED = "range one bit narrower"
    EVERY_ROW = "multiplicity 1"
    PART_OF_ROWS = "multiplicity of one selector"
    TWICE = "multiplicity doubled"
    REVERSED = "send and receive exchanged"
    OTHER_BUS = "another bus"
    FIELDS_EXCHANGED = "fields exchanged"
    CLOCK_MOVED = "clock moved"
    SIGN = "sign exchanged"
    CONSTANT_OFF_BY_ONE = "constant off by one"
    CONSTANT_HALVED = "constant halved"
    INDEX = "index exchanged"


@dataclass(frozen=True)
class Mutant:
    """A chip with one change, what kind of change that is, and the words for it."""

    operator: Operator
    change: str
    chip: Chip
    is_weaker: bool
    """Whether every row that satisfies the chip satisfies the mutant, and says the same: only meaning can be lost."""

    @property
    def name(self) -> str:
        return f"{self.chip.name}: {self.change}"


Edit = tuple[Operator, str, Expression]
Chosen = TypeVar("Chosen")


def mutants_of(chip: Chip) -> Iterator[Mutant]:
    """Every mutant of a chip, of a work table and of a wide call those of a sample. Their names are unique."""
    is_work = chip.role is Role.WORK
    changed_constraints = changed_names(chip, [c.name for c in chip.constraints])
    for constraint in chip.constraints:
        if constraint.name not in changed_constraints:
            continue
        kept = tuple(c for c in chip.constraints if c is not constraint)
        change = f"without constraint {constraint.name}"
        yield Mutant(Operator.CONSTRAINT_DROPPED, change, replace(chip, constraints=kept), True)
        edits = list(_edits(chip, constraint.expression))
        for operator, change, expression in _sampled_edits(constraint.name, edits) if is_work else edits:
            changed = with_constraint(chip, constraint, expression)
            yield Mutant(operator, f"{constraint.name} {change}", changed, False)
    nodes = named_nodes(chip)
    changed_definitions = changed_names(chip, list(nodes))
    for name, node in nodes.items():
        if name not in changed_definitions:
            continue
        edits = list(_edits(chip, node.definition, definitions=False))
        for operator, change, expression in _sampled_edits(name, edits) if is_work else edits:
            yield Mutant(operator, f"{name} {change}", with_definition(chip, node, expression), False)
    changed_interactions = changed_interaction_names(chip)
    for interaction in chip.interactions:
        if interaction.name not in changed_interactions:
            continue
        yield from _without(chip, interaction)
        for operator, change, new in _changed_interactions(chip, interaction):
            weaker = _is_weaker(operator, interaction)
            yield Mutant(operator, f"{interaction.name} {change}", with_interaction(chip, interaction, new), weaker)


def is_wide_call(chip: Chip) -> bool:
    """Whether the chip is a call of which a sample is changed only."""
    return chip.role is Role.INSTRUCTION and len(chip.columns) > WIDE_COLUMNS


def changed_names(chip: Chip, names: Sequence[str]) -> set[str]:
    """Those of a chip's constraints, or of its definitions, that are changed."""
    return sampled(names) if chip.role is Role.WORK or is_wide_call(chip) else set(names)


def changed_interaction_names(chip: Chip) -> set[str]:
    """The interactions that are changed. Exchanging direction and bus is only tried of those that speak first."""
    names = [i.name for i in chip.interactions]
    if not is_wide_call(chip) and not (chip.role is Role.WORK and len(names) > MANY_INTERACTIONS):
        return set(names)
    return sampled(names) | {i.name for i in chip.interactions if _speaks_first(chip, i)}


def sampled(names: Sequence[str]) -> set[str]:
    """One name of each kind, where there are several not the first: no round comes before that."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        kinds.setdefault(kind_of(name), []).append(name)
    return {_decided(alike[1:] or alike, str) for alike in kinds.values()}


def _sampled_edits(name: str, edits: Sequence[Edit]) -> list[Edit]:
    """One of them, if there are any."""
    return [_decided(edits, lambda edit: f"{name} {edit[1]}")] if edits else []


def _decided(alike: Sequence[Chosen], text: Callable[[Chosen], str]) -> Chosen:
    """The one whose text has the least hash."""
    return min(alike, key=lambda one: hashlib.sha256(text(one).encode()).digest())


def _is_weaker(operator: Operator, interaction: Interaction) -> bool:
    if operator is Operator.RANGE_WIDENED:
        # The table has no width above 16, which a variable width may get to.
        return isinstance(interaction.message[1], Constant)
    return operator is Operator.PART_OF_ROWS and is_lookup(interaction)


def _without(chip: Chip, interaction: Interaction) -> Iterator[Mutant]:
    others = tuple(i for i in chip.interactions if i is not interaction)
    change = f"without interaction {interaction.name}"
    yield Mutant(Operator.INTERACTION_DROPPED, change, replace(chip, interactions=others), is_lookup(interaction))


def is_lookup(interaction: Interaction) -> bool:
    """Whether this asks one of the machine's fixed tables."""
    return interaction.sign < 0 and interaction.bus in LOOKUP_BUSES


def _edits(chip: Chip, expression: Expression, *, definitions: bool = True) -> Iterator[Edit]:
    """Changes in one expression: signs, constants, columns and, where that makes no circle, definitions."""
    signs: list[Edit] = []
    columns: list[Edit] = []
    constants: dict[int, list[Edit]] = {}
    for number, (node, rebuild) in enumerate(places(expression)):
        match node:
            case Sum(left, right):
                signs.append((Operator.SIGN, f"with - for + at {number}", rebuild(Difference(left, right))))
            case Difference(left, right):
                signs.append((Operator.SIGN, f"with + for - at {number}", rebuild(Sum(left, right))))
            case Constant(value):
                constants.setdefault(value, list(_constant_edits(value, number, rebuild)))
            case MainColumn() | FixedColumn() | Named():
                neighbour = _neighbour(chip, node) if definitions or not isinstance(node, Named) else None
                if neighbour is not None:
                    words = f"with {neighbour.name} for {node.name} at {number}"
                    columns.append((Operator.INDEX, words, rebuild(neighbour)))
    for several in (signs, columns):
        yield from several if len(several) < 2 else (several[0], several[-1])
    for edits in constants.values():
        yield from edits


def _constant_edits(value: int, number: int, rebuild: Callable[[Expression], Expression]) -> Iterator[Edit]:
    words = describe_constant(value)
    one_more = (value + 1) % P
    yield Operator.CONSTANT_OFF_BY_ONE, f"with {words} + 1 at {number}", rebuild(Constant(one_more))
    if value not in (0, 1, 2, P - 1, P - 2):
        halved = value // 2 if value % 2 == 0 and value < P // 2 else value * inverse(2) % P
        yield Operator.CONSTANT_HALVED, f"with {words} / 2 at {number}", rebuild(Constant(halved))


def _neighbour(chip: Chip, node: MainColumn | FixedColumn | Named) -> MainColumn | FixedColumn | Named | None:
    """The next of the group that the node is one of, or the one before the last: name_1 for name_0."""
    parts = re.fullmatch(r"(.*_)(\d+)", node.name)
    if parts is None:
        return None
    stem, index = parts[1], int(parts[2])
    for name in (f"{stem}{index + 1}", f"{stem}{index - 1}"):
        match node:
            case MainColumn() if name in chip.columns:
                return MainColumn(name, chip.columns.index(name))
            case FixedColumn() if name in chip.fixed_columns:
                return FixedColumn(name, chip.fixed_columns.index(name))
            case Named():
                definitions = named_nodes(chip)
                if name in definitions:
                    return definitions[name]
    return None


def _changed_interactions(chip: Chip, interaction: Interaction) -> Iterator[tuple[Operator, str, Interaction]]:
    yield from _changed_multiplicities(chip, interaction)
    if _speaks_first(chip, interaction):
        yield Operator.REVERSED, "in the other direction", replace(interaction, sign=-interaction.sign)
        other = _other_bus(interaction.bus)
        if other is not None:
            yield Operator.OTHER_BUS, f"on bus {other.name}", replace(interaction, bus=other)
    if interaction.bus == RANGE:
        yield from _changed_widths(interaction)
    yield from _exchanged_fields(interaction)
    yield from _changed_parts(chip, interaction)


def _speaks_first(chip: Chip, interaction: Interaction) -> bool:
    """Whether this is the chip's first interaction in this direction with this bus."""
    alike = (i for i in chip.interactions if i.bus == interaction.bus and i.sign == interaction.sign)
    return next(alike) is interaction


def _changed_multiplicities(chip: Chip, interaction: Interaction) -> Iterator[tuple[Operator, str, Interaction]]:
    multiplicity = interaction.multiplicity
    if not is_lookup(interaction) or _speaks_first(chip, interaction):
        yield Operator.EVERY_ROW, "on every row", replace(interaction, multiplicity=lift(1))
    if _speaks_first(chip, interaction):
        yield Operator.TWICE, "twice", replace(interaction, multiplicity=multiplicity * 2)
    first = leftmost_column(multiplicity)
    if first is not None and not isinstance(multiplicity, MainColumn):
        yield Operator.PART_OF_ROWS, f"only where {first.name}", replace(interaction, multiplicity=first)


def _other_bus(bus: Bus) -> Bus | None:
    """The machine's next bus of the same number of fields; from and to lookups of digits it is only among these, as
    nothing else has numbers that they answer."""
    buses = RV64IM.buses if bus in RV64IM.buses else circuit_buses(SHA256)
    is_of_digits = bus in KECCAK.lookups
    like = [other for other in buses if other.width == bus.width and (other in KECCAK.lookups) == is_of_digits]
    return None if len(like) < 2 else like[(like.index(bus) + 1) % len(like)]


def _changed_widths(interaction: Interaction) -> Iterator[tuple[Operator, str, Interaction]]:
    value, width = interaction.message
    if not isinstance(width, Constant) or width.value < LIMB_BITS:
        yield Operator.RANGE_WIDENED, "one bit wider", replace(interaction, message=(value, _plus(width, 1)))
    yield Operator.RANGE_NARROWED, "one bit narrower", replace(interaction, message=(value, _plus(width, -1)))


def _plus(expression: Expression, step: int) -> Expression:
    return lift(expression.value + step) if isinstance(expression, Constant) else expression + step


def _exchanged_fields(interaction: Interaction) -> Iterator[tuple[Operator, str, Interaction]]:
    """Two neighbouring fields that hold something different: of one group if there are such."""
    if interaction.bus in SYMMETRIC_BUSES:
        return
    fields, message = interaction.bus.fields, interaction.message
    pairs = [i for i in range(len(fields) - 1) if not _same(message[i], message[i + 1])]
    within = [i for i in pairs if _stem(fields[i]) == _stem(fields[i + 1])]
    for i in (within or pairs)[:1]:
        exchanged = (*message[:i], message[i + 1], message[i], *message[i + 2 :])
        words = f"with {fields[i]} and {fields[i + 1]} exchanged"
        yield Operator.FIELDS_EXCHANGED, words, replace(interaction, message=exchanged)


def _same(one: Expression, other: Expression) -> bool:
    match one, other:
        case Constant(left), Constant(right):
            return left == right
        case MainColumn(left_name, _), MainColumn(right_name, _):
            return left_name == right_name
    return one is other


def _stem(field: str) -> str:
    return re.sub(r"\d+$", "", field)


def _changed_parts(chip: Chip, interaction: Interaction) -> Iterator[tuple[Operator, str, Interaction]]:
    """Changes in the parts of the message: of each kind the first that is received, the last that is sent."""
    parts = dict(zip(interaction.bus.fields, interaction.message, strict=True))

    def with_part(field: str, new: Expression) -> Interaction:
        return replace(interaction, message=tuple(new if f == field else old for f, old in parts.items()))

    found: dict[Operator, list[tuple[str, str, Expression]]] = {}
    for field, part in parts.items():
        if interaction.sign > 0 and field == "clock":
            for step, words in ((1, "one more"), (-1, "one less")):
                yield Operator.CLOCK_MOVED, f"with {field} {words}", with_part(field, part + step)
        if field != "width":
            for operator, words, new in _edits(chip, part):
                found.setdefault(operator, []).append((field, words, new))
    for operator, edits in found.items():
        field, words, new = edits[0] if interaction.sign < 0 else edits[-1]
        yield operator, f"{words} of {field}", with_part(field, new)
