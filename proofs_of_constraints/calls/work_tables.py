"""Work tables as an auditor reads them: the kinds of row that a table has, and what a row of each kind says.

A kind of row is a choice of the flags that multiplicities speak of. In each, every message is said once or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from proofs_of_constraints.obligations.checked_row import CheckedRow
from proofs_of_constraints.translation.bit_sums import (
    BitRow,
    BitSum,
    BitSums,
    NamedSums,
    boolean_columns,
    small_columns,
)
from proofs_of_constraints.translation.cells import cells_of
from proofs_of_constraints.translation.instruction_view import LayoutError
from proofs_of_constraints.translation.interval import Interval, bits
from spec.air.bus import Bus
from spec.air.chip import Chip, Constraint, Interaction
from spec.air.expression import Constant, Difference, Expression, MainColumn, Product
from spec.field import P

KNOWN_TABLES = 8
"""All obligations of one table after the other read the same rows."""

MAXIMUM_FLAGS = 12
"""More flags than any table has: all choices of them are tried."""


@dataclass(frozen=True)
class Message:
    """What a row of one kind sends or receives once."""

    interaction: Interaction
    parts: Mapping[str, BitSum]

    @property
    def name(self) -> str:
        return self.interaction.name

    @property
    def bus(self) -> Bus:
        return self.interaction.bus

    @property
    def sign(self) -> int:
        return self.interaction.sign


@dataclass(frozen=True)
class RowKind:
    """A kind of row: its flags, what is known of its cells, and its messages. Received limbs have their bits."""

    name: str
    row: BitRow
    messages: tuple[Message, ...]
    definitions: Mapping[str, BitSum]

    def message(self, bus: Bus, sign: int) -> Message:
        """The one message of a direction on a bus. Raises LayoutError if the chip's messages have another shape."""
        found = [m for m in self.messages if m.bus == bus and m.sign == sign]
        if len(found) != 1:
            verb = "sends" if sign > 0 else "receives"
            raise LayoutError(f"{self.row.chip.name}: a row of {self.name} {verb} {len(found)} messages on {bus.name}")
        return found[0]


@lru_cache(maxsize=KNOWN_TABLES)
def row_kinds(chip: Chip) -> tuple[RowKind, ...]:
    """Every kind of row that says something.

    Raises LayoutError if the chip's messages have another shape, and WrapError if a polynomial wraps around p too often
    to be encoded.
    """
    booleans = boolean_columns(chip)
    sums = BitSums(booleans.values())
    times = {interaction: sums.of(interaction.multiplicity) for interaction in chip.interactions}
    flags = _flags(chip, times.values())
    small = {name: found for name, found in small_columns(chip).items() if name not in booleans}
    columns: dict[Expression, frozenset[str]] = {}
    about_flags = {c.name for c in chip.constraints if cells_of(c.expression, columns) <= set(flags)}
    others = [c for c in chip.constraints if c.name not in about_flags | small.keys() and c.name not in booleans]
    messages = {i: dict(zip(i.bus.fields, i.message, strict=True)) for i in _of_right_width(chip)}
    found = []
    for known in _choices(chip, sums, flags):
        row_of_flags = CheckedRow(chip, known, {})
        if not any(row_of_flags.value(c.expression) for c in chip.constraints if c.name in about_flags):
            said = [i for i, count in times.items() if _is_said(chip, i, count.at(known))]
            if said:
                name = " and ".join(n for n, v in known.items() if v) or "no flag"
                known |= _zeros(others, known)
                at = sums.at(known)
                parts = {i: {name: at.of(part) for name, part in messages[i].items()} for i in said}
                equations = NamedSums(at, {c.name: c.expression for c in others})
                ranges = {**dict(small.values()), **_received_ranges(parts)}
                row = BitRow(chip, frozenset(booleans.values()) - known.keys(), equations, ranges, known)
                told = tuple(Message(i, parts[i]) for i in said)
                found.append(RowKind(name, row, told, NamedSums(at, chip.definitions())))
    return tuple(found)


def _flags(chip: Chip, multiplicities: Iterable[BitSum]) -> list[str]:
    """The columns that multiplicities speak of."""
    names = {name for multiplicity in multiplicities for name in multiplicity.names}
    return [name for name in chip.columns if name in names]


def _choices(chip: Chip, sums: BitSums, flags: Sequence[str]) -> Iterator[dict[str, int]]:
    """Every choice of flags that a row may have: of those that exclude each other, one or none.

    Raises LayoutError if the chip's messages have another shape.
    """
    exclusive = max((e for e in _exclusions(chip, sums) if e <= set(flags)), key=len, default=frozenset())
    free = [flag for flag in flags if flag not in exclusive]
    if len(free) > MAXIMUM_FLAGS:
        raise LayoutError(f"{chip.name}: multiplicities speak of {len(free)} columns that are chosen freely")
    for values in product((0, 1), repeat=len(free)):
        for chosen in (None, *(flag for flag in reversed(flags) if flag in exclusive)):
            choice = dict(zip(free, values, strict=True)) | {flag: int(flag == chosen) for flag in exclusive}
            yield {flag: choice[flag] for flag in flags}


def _exclusions(chip: Chip, sums: BitSums) -> Iterator[frozenset[str]]:
    """Sets of boolean columns whose sum a constraint makes boolean. The sum is far below p, so it is their number."""
    for constraint in chip.constraints:
        match constraint.expression:
            case Product(total, Difference(other, Constant(1))) if total == other and not isinstance(total, MainColumn):
                found = sums.of(total)
                plain = all(f.table == (0, 1) and c == 1 for f, c in found.bits.items())
                if plain and not found.columns and not found.constant:
                    yield frozenset(found.names)


def _zeros(constraints: Iterable[Constraint], known: Mapping[str, int]) -> dict[str, int]:
    """Columns that a constraint makes 0 on rows with a flag that is 1."""
    found = {}
    for constraint in constraints:
        match constraint.expression:
            case Product(MainColumn(flag, _), MainColumn(column, _)) if known.get(flag) == 1 and column not in known:
                found[column] = 0
    return found


def _of_right_width(chip: Chip) -> tuple[Interaction, ...]:
    for interaction in chip.interactions:
        if len(interaction.message) != interaction.bus.width:
            raise LayoutError(f"{chip.name}: {interaction.name} does not have the fields of its bus")
    return chip.interactions


def _is_said(chip: Chip, interaction: Interaction, times: BitSum) -> bool:
    if not times.is_constant or times.constant % P not in (0, 1):
        raise LayoutError(f"{chip.name}: {interaction.name} does not happen once or not at all")
    return times.constant % P == 1


def _received_ranges(messages: Mapping[Interaction, Mapping[str, BitSum]]) -> dict[str, Interval]:
    """What buses say of received columns."""
    ranges: dict[str, Interval] = {}
    for interaction, parts in messages.items():
        for field, part in parts.items():
            for column in part.columns:
                if interaction.sign < 0 and field in interaction.bus.field_bits and part == BitSum(0, {}, {column: 1}):
                    promised = bits(interaction.bus.field_bits[field])
                    ranges[column] = promised.meet(ranges.get(column, promised))
    return ranges
