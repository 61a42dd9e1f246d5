"""The constraint checker: everything that a valid proof of a trace would show, looked at row by row.

It shares with the prover only the declarations and the arithmetic on columns, and needs no challenge: buses are
compared as multisets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reference.bus_traffic import DistinctRows, Traffic, distinct_rows, traffic_of
from reference.columns import RowColumns
from reference.fixed_tables import machine_table
from reference.tables import Table, Trace
from spec.air.bus import Bus, Scope
from spec.air.chip import Role
from spec.air.machine import Token
from spec.field import P
from spec.protocol.shape import SEVERAL_INSTANCES, TableShape, clock_end, message_counts
from spec.rv64im.buses import LIMBS
from spec.rv64im.machine import CHIPS, RV64IM, SEGMENT_PUBLIC_VALUES
from spec.rv64im.program_row import HALTED
from spec.rv64im.tokens import SEGMENT_TOKENS, output_tokens


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


def check_run(traces: Iterable[Trace], distinct: DistinctRows = distinct_rows) -> list[Violation]:
    """Everything that is wrong with a run of these segments, in order; empty for a valid run.

    Of a segment that has been looked at, only what it says on global buses is kept. `distinct` is `distinct_rows`, or
    what does the same. Raises ValueError if the claimed output exceeds its region.
    """
    ends: list[_SegmentEnd] = []
    found: list[Violation] = []
    for trace in traces:
        cells = [_Cells(table, trace.public_values) for table in trace.tables]
        found += [*check_layout(trace), *_row_violations(trace, cells), *_local_imbalances(trace, cells, distinct)]
        continuation = [_shape_of(table) for table in trace.tables if table.chip.role is Role.CONTINUATION]
        voices = {bus: _voices(trace, cells, bus) for bus in RV64IM.buses if bus.scope is Scope.GLOBAL}
        ends.append(_SegmentEnd(trace.public_values, trace.output, continuation, voices))
    shapes = [shape for end in ends for shape in end.continuation]
    return [*_chain_violations(ends), *found, *_count_violations(shapes), *_global_imbalances(ends, distinct)]


@dataclass(frozen=True)
class _SegmentEnd:
    """What the check of a run needs of a segment when its tables are gone."""

    public_values: Mapping[str, int]
    output: bytes
    continuation: Sequence[TableShape]
    voices: Mapping[Bus, Sequence[_Voice]]
    """On the global buses."""


def _chain_violations(traces: Sequence[_SegmentEnd]) -> Iterator[LayoutViolation]:
    """Each segment starts where the one before ended; only the last has halted, and says with which exit code."""
    if traces[0].public_values["cursor_in"]:
        yield LayoutViolation("segment 0", "does not start at cursor 0")
    for index, trace in enumerate(traces):
        values = trace.public_values
        if values["segment"] != index:
            yield LayoutViolation(f"segment {index}", f"states index {values['segment']}")
        if trace.output != traces[-1].output:
            yield LayoutViolation(f"segment {index}", "claims another output than the last")
        if (values["pc_out"] == HALTED) != (index == len(traces) - 1):
            yield LayoutViolation(f"segment {index}", "has halted before the last, or is the last and has not")
        if values["pc_out"] != HALTED and any(values[f"exit_code_{i}"] for i in range(LIMBS)):
            yield LayoutViolation(f"segment {index}", "has an exit code and has not halted")
    for index, (before, after) in enumerate(pairwise(trace.public_values for trace in traces), start=1):
        for leaving, entering in (("pc_out", "pc_in"), ("cursor_out", "cursor_in")):
            if before[leaving] != after[entering]:
                yield LayoutViolation(f"segment {index}", f"its {entering} is not the {leaving} of the one before")


def check_layout(trace: Trace) -> list[LayoutViolation]:
    """Order, instances and heights of the tables, the machine's fixed cells, canonical elements, bounds."""
    found = [*_order_violations(trace.tables), *_element_violations(trace)]
    for table in trace.tables:
        if table.chip.role is Role.MACHINE_TABLE and not np.array_equal(table.fixed, machine_table(table.chip.name)):
            found.append(LayoutViolation(table.chip.name, "the fixed cells are not the machine's"))
    shape = [_shape_of(table) for table in trace.tables]
    if clock_end(shape) > 1 << RV64IM.clock_bits:
        found.append(LayoutViolation("clock", f"{clock_end(shape)} is above {1 << RV64IM.clock_bits}"))
    return [*found, *_count_violations(shape)]


def _shape_of(table: Table) -> TableShape:
    return TableShape(table.chip, table.height_log2)


def _count_violations(tables: Iterable[TableShape]) -> Iterator[LayoutViolation]:
    for name, count in message_counts(tables).items():
        if count >= P:
            yield LayoutViolation(f"bus {name}", f"{count} tuples are not below {P}")


def _order_violations(tables: Sequence[Table]) -> Iterator[LayoutViolation]:
    order = {chip.name: position for position, chip in enumerate(CHIPS)}
    for first, second in pairwise(tables):
        if order[first.chip.name] > order[second.chip.name]:
            yield LayoutViolation(second.chip.name, f"stands behind {first.chip.name}, against the machine's order")
        elif first.chip is second.chip and first.height <= second.height:
            yield LayoutViolation(second.chip.name, "the heights of its instances do not decrease")
    for chip in CHIPS:
        instances = sum(table.chip is chip for table in tables)
        allowed = RV64IM.maximum_instances if chip.role in SEVERAL_INSTANCES else 1
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
    cells = [_Cells(table, trace.public_values) for table in trace.tables]
    voices = {bus: _voices(trace, cells, bus) for bus in RV64IM.buses if bus.scope is Scope.GLOBAL}
    end = _SegmentEnd(trace.public_values, trace.output, [], voices)
    return [
        *_row_violations(trace, cells),
        *_local_imbalances(trace, cells, distinct_rows),
        *_global_imbalances([end], distinct_rows),
    ]


class _Cells:
    """The cells of a table as the arithmetic wants them, column by column."""

    def __init__(self, table: Table, public_values: Mapping[str, int]) -> None:
        self.table = table
        self._main = np.asfortranarray(table.main, dtype=np.uint64)
        self._fixed = np.asfortranarray(table.fixed, dtype=np.uint64)
        self._public_values = public_values

    def columns(self) -> RowColumns:
        """A new interpretation: keeping what an earlier one has computed would take more memory than cells."""
        return RowColumns(self._main, self._fixed, self._public_values)


def _row_violations(trace: Trace, cells: Sequence[_Cells]) -> Iterator[ConstraintViolation]:
    for position, of_table in enumerate(cells):
        yield from _constraint_violations(of_table.table, trace.instance(position), of_table.columns())


def _local_imbalances(trace: Trace, cells: Sequence[_Cells], distinct: DistinctRows) -> Iterator[Imbalance]:
    for bus in RV64IM.buses:
        if bus.scope is Scope.LOCAL:
            tokens = _spoken(SEGMENT_TOKENS, trace.public_values)
            yield from _imbalances(bus, _voices(trace, cells, bus), tokens, distinct)


def _global_imbalances(ends: Sequence[_SegmentEnd], distinct: DistinctRows) -> Iterator[Imbalance]:
    for bus in RV64IM.buses:
        if bus.scope is Scope.GLOBAL:
            voices = []
            for index, end in enumerate(ends):
                where = f"segment {index} " if len(ends) > 1 else ""
                voices += [replace(voice, name=f"{where}{voice.name}") for voice in end.voices[bus]]
            yield from _imbalances(bus, voices, _spoken(output_tokens(ends[-1].output), {}), distinct)


@dataclass(frozen=True)
class _SpokenToken:
    """A token of the verifier in numbers."""

    bus: Bus
    sign: int
    message: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class _Voice:
    """What one interaction of one table says, and the table's name."""

    name: str
    traffic: Traffic


def _voices(trace: Trace, cells: Sequence[_Cells], bus: Bus) -> list[_Voice]:
    """Everything that the tables of a trace say on a bus."""
    voices = []
    for position, of_table in enumerate(cells):
        table = of_table.table
        interactions = [interaction for interaction in table.chip.interactions if interaction.bus is bus]
        name = f"{table.chip.name}[{trace.instance(position)}]"
        for traffic in traffic_of(position, table, of_table.columns(), interactions):
            voices.append(_Voice(name, traffic))
    return voices


def _constraint_violations(table: Table, instance: int, columns: RowColumns) -> Iterator[ConstraintViolation]:
    for constraint in table.chip.constraints:
        values = columns.values(constraint.expression)
        for row in np.nonzero(values)[0].tolist():
            yield ConstraintViolation(table.chip.name, instance, row, constraint.name, int(values[row]))


def _spoken(tokens: Iterable[Token], public_values: Mapping[str, int]) -> list[_SpokenToken]:
    """The tokens that count, with the public values that they name."""
    spoken = []
    for token in tokens:
        if token.times is None or public_values[token.times[0]] == token.times[1]:
            message = tuple(public_values[part] if isinstance(part, str) else part for part in token.message)
            spoken.append(_SpokenToken(token.bus, token.sign, message))
    return spoken


def _imbalances(
    bus: Bus, voices: Sequence[_Voice], all_tokens: Iterable[_SpokenToken], distinct: DistinctRows
) -> Iterator[Imbalance]:
    tokens = [token for token in all_tokens if token.bus is bus]
    messages = [voice.traffic.messages for voice in voices]
    signed = [_signed(voice.traffic) for voice in voices]
    if tokens:
        messages.append(np.array([token.message for token in tokens], dtype=np.uint64))
        signed.append(np.array([token.sign for token in tokens], dtype=np.int64))
    if not messages:
        return
    together, weights = np.concatenate(messages), np.concatenate(signed)
    if not len(together):
        return
    first, groups = distinct(together)
    # Each weight is below 2^31, so 2^32 of them fit a signed sum.
    net = np.zeros(len(first), dtype=np.int64)
    np.add.at(net, groups, weights)
    net %= P
    unbalanced = np.nonzero(net)[0]
    if not len(unbalanced):
        return
    unbalanced = unbalanced[np.lexsort(together[first[unbalanced]].T[::-1])]
    speakers = _speakers(np.nonzero(np.isin(groups, unbalanced))[0], groups, voices, tokens)
    for group in unbalanced.tolist():
        message = dict(zip(bus.fields, together[first[group]].tolist(), strict=True))
        yield Imbalance(bus.name, message, _centered(int(net[group])), tuple(speakers[group]))


def _signed(part: Traffic) -> NDArray[np.int64]:
    return part.interaction.sign * part.multiplicities.astype(np.int64)


def _speakers(
    positions: NDArray[np.int64], groups: NDArray[np.int64], voices: Sequence[_Voice], tokens: Sequence[_SpokenToken]
) -> Mapping[int, list[str]]:
    """By group, who says the tuples at these positions of the concatenation of voices and tokens."""
    ends = np.cumsum([len(voice.traffic.rows) for voice in voices])
    speakers: dict[int, list[str]] = {}
    for position in positions.tolist():
        source = int(np.searchsorted(ends, position, side="right"))
        if source == len(voices):
            token = tokens[position - (int(ends[-1]) if len(ends) else 0)]
            text = f"verifier {_verb(token.sign)} 1"
        else:
            traffic = voices[source].traffic
            offset = position - (int(ends[source - 1]) if source else 0)
            times = _centered(int(traffic.multiplicities[offset]))
            interaction = traffic.interaction
            row = int(traffic.rows[offset])
            text = f"{voices[source].name} row {row} {interaction.name} {_verb(interaction.sign)} {times}"
        speakers.setdefault(int(groups[position]), []).append(text)
    return speakers


def _verb(sign: int) -> str:
    return "sends" if sign > 0 else "receives"


def _centered(element: int) -> int:
    return element if element <= P // 2 else element - P
