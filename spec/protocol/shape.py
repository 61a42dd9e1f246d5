"""Which tables a segment has, how high they are, and what is committed and opened because of it.

All of it follows from the heights that a proof states, so prover and verifier read the same functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from spec.air.chip import Chip, Role
from spec.field import EXTENSION_DEGREE, Extension, root_of_unity
from spec.parameters import ParameterSet
from spec.protocol.domain import MINIMUM_HEIGHT_LOG2, maximum_height_log2
from spec.protocol.logup import group_count
from spec.protocol.merkle import MatrixShape
from spec.protocol.recursion_shapes import is_listed, listed_height_log2
from spec.rejection import Rejected, Rejection
from spec.rv64im.limits import CLOCK_LIMIT, MESSAGE_LIMIT, clock_end, message_counts
from spec.rv64im.machine import CHIPS

MAXIMUM_INSTANCES = 3
"""An instruction chip may stand in three tables of different heights: 2^a + 2^b + 2^c rows pad little."""

MAXIMUM_SEGMENTS = 2**12
"""Far more than a run needs, and few enough for the bounds on interactions of global buses."""

QUOTIENT_CHUNKS = 2
"""Constraints of degree 3 leave a quotient of degree below 2 n: q0(x) + x^n q1(x)."""

COMMITMENTS = ("machine", "program", "continuation", "main", "logup", "quotient")
"""The commitments of a segment in the order in which they are opened."""

_REQUIRED = ("boundary",)
"""Continuation tables without which no row can access a register."""


@dataclass(frozen=True)
class TableShape:
    """One table: a chip, or one of several instances of it."""

    chip: Chip
    height_log2: int

    @property
    def height(self) -> int:
        return 1 << self.height_log2

    def logup_widths(self) -> tuple[int, int]:
        """Base-field columns of the helper matrix and of the accumulator matrix."""
        helpers = accumulators = 0
        for interactions in (self.chip.local_interactions, self.chip.global_interactions):
            if interactions:
                helpers += group_count(len(interactions)) - 1
                accumulators += 1
        return helpers * EXTENSION_DEGREE, accumulators * EXTENSION_DEGREE


@dataclass(frozen=True)
class SegmentShape:
    """The heights of a segment's tables, by chip: a tuple of base-2 logarithms, empty for an absent table."""

    heights_log2: Mapping[str, tuple[int, ...]]

    @cached_property
    def tables(self) -> tuple[TableShape, ...]:
        """Every table in the order of the machine, instances by descending height."""
        return tuple(TableShape(chip, height) for chip in CHIPS for height in self.heights_log2[chip.name])

    def tables_of(self, *roles: Role) -> tuple[TableShape, ...]:
        """The tables of these roles in machine order."""
        return tuple(table for table in self.tables if table.chip.role in roles)

    @cached_property
    def distinct_heights(self) -> tuple[int, ...]:
        """The logarithms of the heights that occur, tallest first: one quotient for each."""
        return tuple(sorted({table.height_log2 for table in self.tables}, reverse=True))

    def encoded(self) -> bytes:
        """For every chip in machine order the number of tables and their heights, a byte each."""
        return b"".join(bytes([len(self.heights_log2[c.name]), *self.heights_log2[c.name]]) for c in CHIPS)

    def matrices(self) -> list[list[MatrixShape]]:
        """The matrices of each commitment, in the order of COMMITMENTS."""
        logup = []
        for table in self.tables:
            helpers, accumulators = table.logup_widths()
            if helpers:
                logup.append(MatrixShape(table.height_log2, helpers))
            logup.append(MatrixShape(table.height_log2, accumulators))
        return [
            _matrices(self.tables_of(Role.MACHINE_TABLE), fixed=True),
            _matrices(self.tables_of(Role.PROGRAM_TABLE), fixed=True),
            _matrices(self.tables_of(Role.CONTINUATION), fixed=False),
            _matrices(main_tables(self), fixed=False),
            logup,
            [MatrixShape(height, QUOTIENT_CHUNKS * EXTENSION_DEGREE) for height in self.distinct_heights],
        ]

    def points(self, out_of_domain: Extension, pinning: Extension) -> list[list[list[Extension]]]:
        """The points at which each matrix is opened: accumulators at the next row too, continuation tables at
        the pinning point too."""
        next_row = {height: out_of_domain * root_of_unity(height) for height in self.distinct_heights}
        logup = []
        for table in self.tables:
            helpers, _ = table.logup_widths()
            if helpers:
                logup.append([out_of_domain])
            logup.append([out_of_domain, next_row[table.height_log2]])
        counts = [len(matrices) for matrices in self.matrices()]
        return [
            [[out_of_domain]] * counts[0],
            [[out_of_domain]] * counts[1],
            [[out_of_domain, pinning]] * counts[2],
            [[out_of_domain]] * counts[3],
            logup,
            [[out_of_domain]] * counts[5],
        ]


def listed_segment(name: str, fixed_heights_log2: Mapping[str, int]) -> SegmentShape:
    """A segment of a listed shape, whose fixed tables have these heights."""
    variable = [chip for chip in CHIPS if chip.role in (Role.INSTRUCTION, Role.CONTINUATION)]
    heights = {chip.name: (listed_height_log2(name, chip.name),) for chip in variable}
    return SegmentShape(heights | {name: (height_log2,) for name, height_log2 in fixed_heights_log2.items()})


def main_tables(shape: SegmentShape) -> tuple[TableShape, ...]:
    """The tables of the main commitment: all but the continuation tables."""
    return shape.tables_of(Role.INSTRUCTION, Role.MACHINE_TABLE, Role.PROGRAM_TABLE)


def _matrices(tables: Iterable[TableShape], *, fixed: bool) -> list[MatrixShape]:
    return [MatrixShape(t.height_log2, len(t.chip.fixed_columns if fixed else t.chip.columns)) for t in tables]


def check_shape(shape: SegmentShape, key_heights: Mapping[str, int], parameters: ParameterSet) -> None:
    """Everything about a segment's heights that soundness rests on, and whether they are listed where they must be.

    `key_heights` are the heights of the fixed tables in the key. Raises Rejected.
    """
    tallest = maximum_height_log2(parameters.rate_log2)
    for chip in CHIPS:
        heights = shape.heights_log2[chip.name]
        if chip.name in key_heights:
            if heights != (key_heights[chip.name],):
                raise Rejected(Rejection.FIXED_TABLE_HEIGHT, f"{chip.name} has heights 2^{list(heights)}")
            continue
        limit = MAXIMUM_INSTANCES if chip.role is Role.INSTRUCTION else 1
        required = chip.name in _REQUIRED
        if not required <= len(heights) <= limit:
            raise Rejected(Rejection.TABLE_COUNT, f"{len(heights)} tables of {chip.name}")
        if any(not MINIMUM_HEIGHT_LOG2 <= h <= tallest for h in heights):
            raise Rejected(Rejection.TABLE_HEIGHT, f"{chip.name} has heights 2^{list(heights)}")
        if list(heights) != sorted(set(heights), reverse=True):
            raise Rejected(Rejection.TABLE_ORDER, f"{chip.name} has heights 2^{list(heights)}")
    if parameters.listed_shapes and not is_listed(shape.heights_log2):
        raise Rejected(Rejection.SHAPE_NOT_LISTED, parameters.name)
    tables = [(table.chip, table.height) for table in shape.tables]
    if clock_end(tables) > CLOCK_LIMIT:
        raise Rejected(Rejection.CLOCK_BOUND, f"clocks may reach {clock_end(tables)}, the limit is {CLOCK_LIMIT}")
    _check_message_counts(tables)


def check_run_messages(shapes: Sequence[SegmentShape]) -> None:
    """The bound on the messages of global buses holds over the whole run. Raises Rejected."""
    _check_message_counts(
        [(table.chip, table.height) for shape in shapes for table in shape.tables_of(Role.CONTINUATION)]
    )


def _check_message_counts(tables: Iterable[tuple[Chip, int]]) -> None:
    for bus, count in message_counts(tables).items():
        if count >= MESSAGE_LIMIT:
            raise Rejected(Rejection.INTERACTION_BOUND, f"bus {bus} may have {count} messages")
