"""A circuit's chip as an auditor reads it: operands and results by their place, and what it orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from proofs_of_constraints.translation.instruction_view import LayoutError
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from spec.air.bus import Bus
from spec.air.chip import Chip, Interaction
from spec.air.expression import Expression, FixedColumn
from spec.circuit.buses import LIMB, OCTET, SHA256, VALUE
from spec.circuit.row import FLAG

MEMORIES = (VALUE, OCTET)


@dataclass(frozen=True)
class Cell:
    """What a row reads from an address, or writes there: the message without the address."""

    bus: Bus
    parts: tuple[Polynomial, ...]


@dataclass(frozen=True)
class CircuitView:
    """A row by what it reads and writes, in the order in which a circuit lists the addresses."""

    chip: Chip
    operands: tuple[Cell, ...]
    results: tuple[Cell, ...]
    parameters: Mapping[str, Polynomial]
    """What else a circuit fixes of a row, by the names of the columns."""

    orders: Mapping[tuple[str, int], Mapping[str, Polynomial]]
    """By bus and sign, the row's message to the work tables or from them, by field."""

    @property
    def sent(self) -> list[tuple[str, Bus, tuple[Polynomial, ...]]]:
        """Everything that the row sends whose receivers may assume something of it: name, bus, parts by field."""
        zero = Polynomial.constant(0)
        found = [(f"result {i}", cell.bus, (zero, *cell.parts)) for i, cell in enumerate(self.results)]
        for (bus, sign), parts in self.orders.items():
            if sign > 0:
                found.append((bus, next(b for b in SHA256.buses if b.name == bus), tuple(parts.values())))
        return found


def circuit_view_of(chip: Chip) -> CircuitView:
    """Reads a chip's fixed columns by their places: `Circuit.fixed_rows` fills them in this order. Raises LayoutError.

    First whether the row is real, then the addresses of operands and of results, how often each result is read, and
    the numbers of the operation. A row reads each operand once if it is real, and sends each result as often as it is
    read. Lookups and orders happen once on every real row.
    """
    memory = [i for i in chip.interactions if i.bus in MEMORIES]
    reads, writes = ([i for i in memory if i.sign == sign] for sign in (-1, +1))
    places = _Places(chip)
    real = places.take(FLAG) if FLAG in chip.fixed_columns else None
    read_at, write_at, reads_of = (
        [places.take(f"{name}_{i}") for i in range(len(of))]
        for name, of in (("read", reads), ("write", writes), ("reads_of", writes))
    )
    parameters = places.rest()
    for interaction, address in zip(reads, read_at, strict=True):
        _require(chip, interaction, address, real)
    for interaction, address, count in zip(writes, write_at, reads_of, strict=True):
        _require(chip, interaction, address, count)
    orders = {}
    for interaction in chip.interactions:
        if interaction in memory:
            continue
        if interaction.bus not in (LIMB, *SHA256.buses) or (interaction.bus == LIMB and interaction.sign > 0):
            raise LayoutError(f"{chip.name}: {interaction.name} speaks to bus {interaction.bus.name}")
        _require(chip, interaction, None, real)
        if interaction.bus != LIMB:
            key = (interaction.bus.name, interaction.sign)
            if key in orders:
                raise LayoutError(f"{chip.name}: two messages of one direction on bus {interaction.bus.name}")
            orders[key] = dict(zip(interaction.bus.fields, map(polynomial_of, interaction.message), strict=True))
    return CircuitView(
        chip,
        tuple(map(_cell, reads)),
        tuple(map(_cell, writes)),
        {name: Polynomial.variable(name) for name in parameters},
        orders,
    )


class _Places:
    """Takes the fixed columns in their order."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._next = 0

    def take(self, name: str) -> FixedColumn:
        columns = self._chip.fixed_columns
        if self._next >= len(columns) or columns[self._next] != name:
            raise LayoutError(f"{self._chip.name}: fixed column {self._next} is not {name}")
        self._next += 1
        return FixedColumn(name, self._next - 1)

    def rest(self) -> tuple[str, ...]:
        return self._chip.fixed_columns[self._next :]


def _require(chip: Chip, interaction: Interaction, address: FixedColumn | None, times: FixedColumn | None) -> None:
    if len(interaction.message) != interaction.bus.width:
        raise LayoutError(f"{chip.name}: {interaction.name} does not have the fields of its bus")
    if address is not None and not _is_column(interaction.message[0], address):
        raise LayoutError(f"{chip.name}: the address of {interaction.name} is not the column {address.name}")
    if times is None or not _is_column(interaction.multiplicity, times):
        raise LayoutError(f"{chip.name}: {interaction.name} does not happen {times.name if times else FLAG} times")


def _is_column(expression: Expression, column: FixedColumn) -> bool:
    found = (expression.name, expression.index) if isinstance(expression, FixedColumn) else None
    return found == (column.name, column.index)


def _cell(interaction: Interaction) -> Cell:
    return Cell(interaction.bus, tuple(map(polynomial_of, interaction.message[1:])))
