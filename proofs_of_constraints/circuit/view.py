"""A circuit's chip as an auditor reads it: operands and results by their place, and what it orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from proofs_of_constraints.translation.instruction_view import LayoutError
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from spec.air.bus import Bus
from spec.air.chip import Chip, Interaction
from spec.air.expression import Expression, FixedColumn
from spec.circuit.buses import LIMB, NARROW_SHA256, OCTET, SHA256, VALUE
from spec.circuit.row import FLAG

MEMORIES = (VALUE, OCTET)

ORDER_BUSES = (*SHA256.buses, *NARROW_SHA256.buses)
"""Those of every layout of compressions that a circuit may have."""


@dataclass(frozen=True)
class Cell:
    """What a row reads from an address, or writes there: the message without the address."""

    bus: Bus
    parts: tuple[Polynomial, ...]


@dataclass(frozen=True)
class OrderMessage:
    """What a row sends to work tables (sign +1) or receives from them (-1), by field."""

    name: str
    bus: Bus
    sign: int
    parts: Mapping[str, Polynomial]


@dataclass(frozen=True)
class CircuitView:
    """A row by what it reads and writes, in the order in which a circuit lists the addresses."""

    chip: Chip
    operands: tuple[Cell, ...]
    results: tuple[Cell, ...]
    parameters: Mapping[str, Polynomial]
    """What else a circuit fixes of a row, by the names of the columns."""

    orders: tuple[OrderMessage, ...]
    """The row's messages to the work tables and from them."""

    @property
    def sent(self) -> list[tuple[str, Bus, tuple[Polynomial, ...]]]:
        """Everything that the row sends whose receivers may assume something of it: name, bus, parts by field."""
        address = Polynomial.constant(0)
        found = [(f"result {i}", cell.bus, (address, *cell.parts)) for i, cell in enumerate(self.results)]
        found += [(order.name, order.bus, tuple(order.parts.values())) for order in self.orders if order.sign > 0]
        return found


def circuit_view_of(chip: Chip) -> CircuitView:
    """Reads a chip's fixed columns by their places: `Circuit.fixed_rows` fills them in this order.

    First whether the row is real, then the addresses of operands and of results, how often each result is read, and the
    numbers of the operation. A row reads each operand once if it is real, and sends each result as often as it is read.
    Lookups and orders happen once on every real row. Raises LayoutError if the chip's messages have another shape.
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
    orders = []
    for interaction in chip.interactions:
        if interaction in memory:
            continue
        if interaction.bus not in (LIMB, *ORDER_BUSES) or (interaction.bus == LIMB and interaction.sign > 0):
            raise LayoutError(f"{chip.name}: {interaction.name} speaks to bus {interaction.bus.name}")
        _require(chip, interaction, None, real)
        if interaction.bus != LIMB:
            parts = dict(zip(interaction.bus.fields, map(polynomial_of, interaction.message), strict=True))
            orders.append(OrderMessage(interaction.name, interaction.bus, interaction.sign, parts))
    return CircuitView(
        chip,
        tuple(map(_cell, reads)),
        tuple(map(_cell, writes)),
        {name: Polynomial.variable(name) for name in parameters},
        tuple(orders),
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
