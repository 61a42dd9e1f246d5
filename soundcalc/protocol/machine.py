"""From chips and heights to the counts that errors depend on, and the largest counts that a verifier admits.

A prover chooses the heights within the machine's limits, so a claim about a parameter set must hold for the largest
counts. Each is taken at its own largest: no shape exceeds any of them, and since every error grows with every count no
shape is worse. Instruction and work tables share the clock; the table that gives most of a count for a tick gets it, as
far as its instances reach, then the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from soundcalc.errors import ParameterError
from soundcalc.protocol.shape import ArgumentSize
from spec.air.bus import Scope
from spec.air.chip import Chip, Role
from spec.air.machine import Machine
from spec.field import P
from spec.parameters import MAXIMUM_MAIN_COLUMNS, ParameterSet
from spec.protocol.shape import LOOKUP_ROLES, SEVERAL_INSTANCES

Table = tuple[Chip, int]
"""A chip, and the height of one table of it as a base-2 logarithm."""


@dataclass(frozen=True)
class MachineLimits:
    """What a verifier holds heights against, and what it says itself.

    The heights times accesses of a segment's tables add up to less than `clock_limit`; on every bus the chips have
    fewer messages than `message_limit`, on a global one over the whole run. Instruction and work chips stand in up to
    `maximum_instances` tables of different heights, other chips in one. Machine tables have fixed heights, by name; one
    in `only_for` occurs only beside a table of a chip that stands there. Tokens are the verifier's own messages: local
    ones in a segment, global ones in a run.
    """

    clock_limit: int
    message_limit: int
    maximum_instances: int
    maximum_segments: int
    machine_heights_log2: Mapping[str, int]
    only_for: Mapping[str, Sequence[str]]
    local_tokens: int
    global_tokens: int

    @property
    def least_height_log2(self) -> int:
        """The height of the tallest table that every segment has, or 0: none is stacked lower."""
        every = (height for name, height in self.machine_heights_log2.items() if name not in self.only_for)
        return max(every, default=0)

    def too_tall(self, height_log2: int) -> set[str]:
        """The chips without a table in segments that are stacked to 2^height_log2: machine tables above it that are
        only for some chips, and those chips.

        Raises ParameterError for a machine table above it that every segment has.
        """
        found = set()
        for name, height in self.machine_heights_log2.items():
            if height <= height_log2:
                continue
            if name not in self.only_for:
                raise ParameterError("height_log2", f"{name} has 2^{height} rows, above 2^{height_log2}")
            found |= {name, *self.only_for[name]}
        return found


def limits_of(machine: Machine, global_tokens: int) -> MachineLimits:
    """What a verifier of a machine holds heights against; a run has at most so many tokens for its output."""
    return MachineLimits(
        clock_limit=1 << machine.clock_bits,
        message_limit=P,
        maximum_instances=machine.maximum_instances,
        maximum_segments=machine.maximum_segments,
        machine_heights_log2={name: table.height_log2 for name, table in machine.tables.items()},
        only_for={name: table.only_for for name, table in machine.tables.items() if table.only_for},
        local_tokens=len(machine.tokens),
        global_tokens=global_tokens,
    )


def argument_size(tables: Iterable[Table], height_log2: int, local_tokens: int) -> ArgumentSize:
    """The counts of one segment with these tables, stacked to 2^height_log2, in a run of its own without tokens.

    Raises ParameterError for a table above the stacking height, or no table at all.
    """
    tables = list(tables)
    for chip, height in tables:
        if height > height_log2:
            raise ParameterError("height_log2", f"{chip.name} has 2^{height} rows, above 2^{height_log2}")
    heights = [(chip, 1 << height) for chip, height in tables]
    return ArgumentSize(
        program_columns=_stacked(heights, committed_fixed_columns, height_log2),
        continuation_columns=_stacked(heights, continuation_columns, height_log2),
        main_columns=_stacked(heights, main_columns, height_log2),
        circuit_depth=_circuit_depth(max(_total(heights, fractions(scope)) for scope in Scope)),
        local_messages=_total(heights, messages(Scope.LOCAL)) + local_tokens,
        global_messages=_total(heights, messages(Scope.GLOBAL)),
        busiest_local_bus=_busiest(heights, Scope.LOCAL),
        busiest_global_bus=_busiest(heights, Scope.GLOBAL),
        widest_local_message=_widest((chip for chip, _ in heights), Scope.LOCAL),
        widest_global_message=_widest((chip for chip, _ in heights), Scope.GLOBAL),
        constraints=sum(constraints(chip) for chip, _ in heights),
        column_claims=sum(committed_columns(chip) for chip, _ in heights),
        zerocheck_rounds=max((height for _, height in tables), default=0),
        segments=1,
    )


def run_arguments(segments: Sequence[ArgumentSize], global_tokens: int) -> tuple[ArgumentSize, ...]:
    """The same segments as parts of one run: each with the run's global messages, and how many segments there are."""
    messages_of_run = sum(segment.global_messages for segment in segments) + global_tokens
    busiest = sum(segment.busiest_global_bus for segment in segments)
    return tuple(
        replace(
            segment,
            global_messages=messages_of_run if segment.continuation_columns else 0,
            busiest_global_bus=busiest,
            segments=len(segments),
        )
        for segment in segments
    )


def largest_argument(
    chips: Sequence[Chip], limits: MachineLimits, parameters: ParameterSet, height_log2: int
) -> ArgumentSize:
    """Counts that no segment exceeds which a verifier admits at this listed stacking height.

    Raises ValueError for a height that is not listed, ParameterError for a machine table above it that every segment
    has.
    """
    parameters.schedule(height_log2)
    too_tall = limits.too_tall(height_log2)
    chips = [chip for chip in chips if chip.name not in too_tall]
    largest = _Largest(chips, limits, height_log2, bounded=height_log2 != parameters.tallest_log2)
    copies = [(chip, limits.maximum_instances if chip.role in SEVERAL_INSTANCES else 1) for chip in chips]
    global_buses = {i.bus.name for chip in chips for i in chip.global_interactions}
    most = limits.message_limit - 1
    return ArgumentSize(
        program_columns=largest.stacked(committed_fixed_columns),
        continuation_columns=largest.stacked(continuation_columns),
        main_columns=largest.main_columns(),
        circuit_depth=_circuit_depth(max(largest.total(fractions(scope)) for scope in Scope)),
        local_messages=largest.total(messages(Scope.LOCAL)) + limits.local_tokens,
        global_messages=(len(global_buses) * most + limits.global_tokens) if global_buses else 0,
        busiest_local_bus=most,
        busiest_global_bus=most if global_buses else 0,
        widest_local_message=_widest(chips, Scope.LOCAL),
        widest_global_message=_widest(chips, Scope.GLOBAL),
        constraints=_total(copies, constraints),
        column_claims=_total(copies, committed_columns),
        zerocheck_rounds=height_log2,
        segments=limits.maximum_segments,
    )


RowCount = Callable[[Chip], int]
"""How much of something one row of a chip has."""


def committed_fixed_columns(chip: Chip) -> int:
    """Fixed columns of the program's tables are in its key; those of the machine's tables are closed forms."""
    return len(chip.fixed_columns) if chip.role is Role.PROGRAM_TABLE else 0


def continuation_columns(chip: Chip) -> int:
    return len(chip.columns) if chip.role is Role.CONTINUATION else 0


def main_columns(chip: Chip) -> int:
    return 0 if chip.role is Role.CONTINUATION else len(chip.columns)


def committed_columns(chip: Chip) -> int:
    """The columns of a table whose values are claimed."""
    return len(chip.columns) + committed_fixed_columns(chip)


def constraints(chip: Chip) -> int:
    return len(chip.constraints)


def messages(scope: Scope) -> RowCount:
    """The interactions of a row in one scope."""
    return lambda chip: sum(interaction.bus.scope is scope for interaction in chip.interactions)


def fractions(scope: Scope) -> RowCount:
    """The fractions of a row in one scope: its interactions by pairs, an odd one alone."""
    return lambda chip: (messages(scope)(chip) + 1) // 2


def _total(heights: Iterable[tuple[Chip, int]], count: RowCount) -> int:
    """A count over so many rows of each chip."""
    return sum(height * count(chip) for chip, height in heights)


def _stacked(heights: Iterable[tuple[Chip, int]], columns: RowCount, height_log2: int) -> int:
    """Columns laid end to end and cut at 2^height_log2: descending heights leave no gaps."""
    return -(-_total(heights, columns) >> height_log2)


def _circuit_depth(leaves: int) -> int:
    """N: the larger scope's leaves are padded to 2^(N - 1), and to two at least."""
    return 1 + max(1, (leaves - 1).bit_length())


def _widest(chips: Iterable[Chip], scope: Scope) -> int:
    return max((i.bus.width for chip in chips for i in chip.interactions if i.bus.scope is scope), default=0)


def _busiest(heights: Iterable[tuple[Chip, int]], scope: Scope) -> int:
    counts: Counter[str] = Counter()
    for chip, height in heights:
        if chip.role not in LOOKUP_ROLES:
            for interaction in chip.interactions:
                if interaction.bus.scope is scope:
                    counts[interaction.bus.name] += height
    return max(counts.values(), default=0)


class _Largest:
    """The most of a count that heights within the limits have, those that share the clock by a fractional knapsack."""

    def __init__(self, chips: Sequence[Chip], limits: MachineLimits, height_log2: int, *, bounded: bool) -> None:
        self.limits = limits
        self.height_log2 = height_log2
        self.bounded = bounded
        """Whether main beyond MAXIMUM_MAIN_COLUMNS would be stacked higher, so that it never occurs here."""
        self.clocked = [chip for chip in chips if chip.role in SEVERAL_INSTANCES]
        self.others = [
            (chip, 1 << limits.machine_heights_log2.get(chip.name, height_log2))
            for chip in chips
            if chip.role not in SEVERAL_INSTANCES
        ]
        self.most_rows = sum(1 << height_log2 - instance for instance in range(limits.maximum_instances))

    def total(self, count: RowCount) -> int:
        """The most of a count in all tables."""
        most = self._most(count, lambda chip: chip.accesses, self.limits.clock_limit - 1)
        if self.bounded:
            cells = MAXIMUM_MAIN_COLUMNS << self.height_log2
            most = min(most, self._most(count, lambda chip: len(chip.columns), cells))
        return most + _total(self.others, count)

    def stacked(self, columns: RowCount) -> int:
        """The most stacked columns of a commitment."""
        return -(-self.total(columns) >> self.height_log2)

    def main_columns(self) -> int:
        """The most stacked columns of main."""
        most = self.stacked(main_columns)
        return min(most, MAXIMUM_MAIN_COLUMNS) if self.bounded else most

    def _most(self, count: RowCount, price: RowCount, budget: int) -> int:
        """The most of a count in tables whose rows have a price, all of them together at most a budget."""
        found, left = Fraction(0), Fraction(budget)
        for chip in sorted(self.clocked, key=lambda chip: Fraction(count(chip), price(chip)), reverse=True):
            rows = min(Fraction(self.most_rows), left / price(chip))
            found += rows * count(chip)
            left -= rows * price(chip)
        return int(found)
