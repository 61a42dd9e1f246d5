"""The constraint checker: everything that a valid proof of a trace would show, looked at row by row.

It shares with the prover only the declarations and the arithmetic on columns, and needs no challenge: buses are
compared as multisets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reference.bus_traffic import Traffic, distinct_rows, traffic_of
from reference.columns import RowColumns
from reference.fixed_tables import fixed_tables
from reference.trace.table import Table, Trace
from spec.air.bus import BUSES, Bus
from spec.air.chip import Role
from spec.air.limits import CLOCK_LIMIT, MESSAGE_LIMIT, clock_end, message_counts
from spec.air.machine import CHIPS, SEGMENT_PUBLIC_VALUES
from spec.field import P
from spec.protocol.tokens import Token, output_tokens, segment_tokens

MAXIMUM_INSTANCES = 2


@dataclass(frozen=True)
class ConstraintViolation:
    """A constraint that does not vanish on a row."""

    chip: str
    instance: int
    row: int
    constraint: str
    value: int

    def __str__(self) -> str:
        return f"{self.chip}[{self.instance}] row {self.row}: {self.constraint} is {self.value}"


@dataclass(frozen=True)
class Imbalance:
    """A tuple that is not sent as often as it is received."""

    bus: str
    message: dict[str, int] = field(hash=False)
    """By the bus's fields."""

    net: int
    """Times sent minus times received, as the residue modulo p of least absolute value."""

    speakers: tuple[str, ...]
    """Who sends or receives it: chip, instance, row, interaction and multiplicity, or the verifier."""

    def __str__(self) -> str:
        fields = ", ".join(f"{name}={element}" for name, element in self.message.items())
        return f"bus {self.bus}: ({fields}) has net multiplicity {self.net}: {'; '.join(self.speakers)}"


@dataclass(frozen=True)
class LayoutViolation:
    """Tables or public values that no proof may have."""

    where: str
    meaning: str

    def __str__(self) -> str:
        return f"{self.where}: {self.meaning}"


Violation = ConstraintViolation | Imbalance | LayoutViolation


def check_trace(trace: Trace) -> list[Violation]:
    """Everything that is wrong with a run of one segment; empty for a valid trace.

    Raises ValueError if the claimed output exceeds its region.
    """
    return [*check_layout(trace), *check_rows_and_buses(trace)]


def check_layout(trace: Trace) -> list[LayoutViolation]:
    """Order, instances and heights of the tables, the machine's fixed cells, canonical elements, bounds."""
    found = [*_order_violations(trace.tables), *_element_violations(trace)]
    for table in trace.tables:
        if table.chip.role is Role.MACHINE_TABLE and not np.array_equal(table.fixed, fixed_tables()[table.chip.name]):
            found.append(LayoutViolation(table.chip.name, "the fixed cells are not the machine's"))
    shape = [(table.chip, table.height) for table in trace.tables]
    if clock_end(shape) > CLOCK_LIMIT:
        found.append(LayoutViolation("clock", f"{clock_end(shape)} is above {CLOCK_LIMIT}"))
    for name, count in message_counts(shape).items():
        if count >= MESSAGE_LIMIT:
            found.append(LayoutViolation(f"bus {name}", f"{count} tuples are not below {MESSAGE_LIMIT}"))
    return found


def _order_violations(tables: Sequence[Table]) -> Iterator[LayoutViolation]:
    order = {chip.name: position for position, chip in enumerate(CHIPS)}
    for first, second in pairwise(tables):
        if order[first.chip.name] > order[second.chip.name]:
            yield LayoutViolation(second.chip.name, f"stands behind {first.chip.name}, against the machine's order")
        elif first.chip is second.chip and first.height <= second.height:
            yield LayoutViolation(second.chip.name, "the heights of its instances do not decrease")
    for chip in CHIPS:
        instances = sum(table.chip is chip for table in tables)
        allowed = MAXIMUM_INSTANCES if chip.role is Role.INSTRUCTION else 1
        if instances > allowed:
            yield LayoutViolation(chip.name, f"has {instances} instances, at most {allowed} are allowed")


def _element_violations(trace: Trace) -> Iterator[LayoutViolation]:
    if set(trace.public_values) != set(SEGMENT_PUBLIC_VALUES):
        yield LayoutViolation("public values", "are not the segment's")
    for name, element in trace.public_values.items():
        if not 0 <= element < P:
            yield LayoutViolation(f"public value {name}", f"{element} is not a canonical element")
    for table in trace.tables:
        if any((cells >= P).any() for cells in (table.main, table.fixed)):
            yield LayoutViolation(table.chip.name, "a cell is not a canonical element")


def check_rows_and_buses(trace: Trace) -> list[ConstraintViolation | Imbalance]:
    """Every constraint on every row, then the balance of every bus, with the verifier's tokens."""
    found: list[ConstraintViolation | Imbalance] = []
    traffic: dict[str, list[Traffic]] = {bus.name: [] for bus in BUSES}
    for position, table in enumerate(trace.tables):
        columns = RowColumns(table.main, table.fixed, trace.public_values)
        found += _constraint_violations(table, trace.instance(position), columns)
        for part in traffic_of(position, table, columns, table.chip.interactions):
            traffic[part.interaction.bus.name].append(part)
    tokens = (*segment_tokens(trace.public_values), *output_tokens(trace.output))
    for bus in BUSES:
        found += _imbalances(bus, traffic[bus.name], [token for token in tokens if token.bus is bus], trace)
    return found


def _constraint_violations(table: Table, instance: int, columns: RowColumns) -> Iterator[ConstraintViolation]:
    for constraint in table.chip.constraints:
        values = columns.values(constraint.expression)
        for row in np.nonzero(values)[0].tolist():
            yield ConstraintViolation(table.chip.name, instance, row, constraint.name, int(values[row]))


def _imbalances(bus: Bus, traffic: Sequence[Traffic], tokens: Sequence[Token], trace: Trace) -> Iterator[Imbalance]:
    messages = [part.messages for part in traffic]
    signed = [_signed(part) for part in traffic]
    if tokens:
        messages.append(np.array([token.message for token in tokens], dtype=np.uint64))
        signed.append(np.array([token.sign for token in tokens], dtype=np.int64))
    if not messages:
        return
    together, weights = np.concatenate(messages), np.concatenate(signed)
    if not len(together):
        return
    first, groups = distinct_rows(together)
    # Each weight is below 2^31, so 2^32 of them fit a signed sum.
    net = np.zeros(len(first), dtype=np.int64)
    np.add.at(net, groups, weights)
    net %= P
    unbalanced = np.nonzero(net)[0]
    if not len(unbalanced):
        return
    speakers = _speakers(np.nonzero(np.isin(groups, unbalanced))[0], groups, traffic, tokens, trace)
    for group in unbalanced.tolist():
        message = dict(zip(bus.fields, together[first[group]].tolist(), strict=True))
        yield Imbalance(bus.name, message, _centered(int(net[group])), tuple(speakers[group]))


def _signed(part: Traffic) -> NDArray[np.int64]:
    return part.interaction.sign * part.multiplicities.astype(np.int64)


def _speakers(
    positions: NDArray[np.int64],
    groups: NDArray[np.int64],
    traffic: Sequence[Traffic],
    tokens: Sequence[Token],
    trace: Trace,
) -> Mapping[int, list[str]]:
    """By group, who says the tuples at these positions of the concatenation of traffic and tokens."""
    ends = np.cumsum([len(part.rows) for part in traffic])
    speakers: dict[int, list[str]] = {}
    for position in positions.tolist():
        source = int(np.searchsorted(ends, position, side="right"))
        if source == len(traffic):
            token = tokens[position - (int(ends[-1]) if len(ends) else 0)]
            text = f"verifier {_verb(token.sign)} 1"
        else:
            part = traffic[source]
            offset = position - (int(ends[source - 1]) if source else 0)
            name, instance = trace.tables[part.table].chip.name, trace.instance(part.table)
            times = _centered(int(part.multiplicities[offset]))
            interaction = part.interaction
            row = int(part.rows[offset])
            text = f"{name}[{instance}] row {row} {interaction.name} {_verb(interaction.sign)} {times}"
        speakers.setdefault(int(groups[position]), []).append(text)
    return speakers


def _verb(sign: int) -> str:
    return "sends" if sign > 0 else "receives"


def _centered(element: int) -> int:
    return element if element <= P // 2 else element - P
