"""Which tables a segment has and how high they are: all that follows from it is the verifier's own computation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from spec.air.chip import Chip, Role
from spec.air.machine import Machine
from spec.field import P
from spec.parameters import ParameterSet
from spec.rejection import Rejected, Rejection, between

MINIMUM_HEIGHT_LOG2 = 1
"""A table has two rows at least, so that every table takes part in a sumcheck."""

LOOKUP_ROLES = (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)
"""The other side of a lookup: its multiplicities are free elements, so that counting its rows bounds nothing."""

SEVERAL_INSTANCES = (Role.INSTRUCTION, Role.WORK)
"""Roles whose chips may stand in several tables of different heights."""

FIRST_CLOCK = 1
"""The clock of a segment's first row. Tokens that enter a segment have clock 0."""


@dataclass(frozen=True)
class TableShape:
    """One table: a chip, or one of several instances of it."""

    chip: Chip
    height_log2: int

    @property
    def height(self) -> int:
        return 1 << self.height_log2


def rows_of(heights_log2: Iterable[int]) -> int:
    """The rows of all tables of these heights together."""
    return sum(1 << height_log2 for height_log2 in heights_log2)


@dataclass(frozen=True)
class SegmentShape:
    """The heights of a segment's tables, by chip: a tuple of base-2 logarithms, empty for an absent table."""

    machine: Machine
    heights_log2: Mapping[str, tuple[int, ...]]

    @cached_property
    def tables(self) -> tuple[TableShape, ...]:
        """Every table in the order of the machine, instances by descending height."""
        return tuple(
            TableShape(chip, height) for chip in self.machine.chips for height in self.heights_log2.get(chip.name, ())
        )

    def tables_of(self, *roles: Role) -> tuple[TableShape, ...]:
        """The tables of these roles in machine order."""
        return tuple(table for table in self.tables if table.chip.role in roles)

    @property
    def tallest_log2(self) -> int:
        """The height of the tallest table: the zerocheck has so many rounds."""
        return max(table.height_log2 for table in self.tables)

    @cached_property
    def main_cells(self) -> int:
        """The cells of the main commitment before padding."""
        return sum(
            table.height * len(table.chip.columns) for table in self.tables if table.chip.role is not Role.CONTINUATION
        )

    def numbers(self) -> list[int]:
        """For every chip in machine order the number of tables and their heights."""
        return heights_numbers(self.machine.chips, self.heights_log2)

    def continuation_numbers(self) -> list[int]:
        """The same for the continuation tables alone: presence and heights."""
        return heights_numbers(self.machine.chips_of(Role.CONTINUATION), self.heights_log2)


def heights_numbers(chips: Iterable[Chip], heights_log2: Mapping[str, tuple[int, ...]]) -> list[int]:
    """For every chip the number of its tables and their heights."""
    numbers: list[int] = []
    for chip in chips:
        heights = heights_log2.get(chip.name, ())
        numbers += [len(heights), *heights]
    return numbers


def stacking_height(shape: SegmentShape, parameters: ParameterSet) -> int:
    """h: the verifier's number, from heights alone. Raises Rejected if no listed height holds the tallest table."""
    try:
        return parameters.stacking_height(shape.tallest_log2, shape.main_cells)
    except ValueError as error:
        admitted, tallest = heights_admitted(parameters), shape.tallest_log2
        raise Rejected(Rejection.TABLE_HEIGHT, str(error), expected=admitted, found=tallest) from error


def heights_admitted(parameters: ParameterSet) -> dict[str, int | None]:
    """The heights that a table may have, as a rejection states them: powers of two, by their exponents."""
    return between(MINIMUM_HEIGHT_LOG2, parameters.tallest_log2)


def clock_end(tables: Iterable[TableShape]) -> int:
    """An exclusive bound on the clocks of a segment with these tables: as if no row were padding."""
    return FIRST_CLOCK + sum(table.height * table.chip.accesses for table in tables)


def message_counts(tables: Iterable[TableShape], apart: Sequence[Role] = LOOKUP_ROLES) -> Counter[str]:
    """By bus name, padded height times interactions summed over the tables, those of the roles `apart` left out."""
    counts: Counter[str] = Counter()
    for table in tables:
        if table.chip.role not in apart:
            for bus, count in Counter(interaction.bus.name for interaction in table.chip.interactions).items():
                counts[bus] += count * table.height
    return counts


def fixed_heights(
    machine: Machine, heights_log2: Mapping[str, Sequence[int]], program_heights_log2: Mapping[str, int]
) -> dict[str, tuple[int, ...]]:
    """The heights of the machine's and the program's fixed tables, by chip, beside other tables of these heights."""
    of_program = {name: (height,) for name, height in program_heights_log2.items()}
    return machine.table_heights(heights_log2) | of_program


def check_shape(shape: SegmentShape, program_heights_log2: Mapping[str, int], parameters: ParameterSet) -> None:
    """Everything about a segment's heights that soundness rests on. `program_heights_log2` are those in the key.

    Raises Rejected at the first check that fails.
    """
    machine = shape.machine
    fixed = fixed_heights(machine, shape.heights_log2, program_heights_log2)
    for chip in machine.chips:
        heights = shape.heights_log2.get(chip.name, ())
        detail = f"{chip.name} has heights 2^{list(heights)}"
        if chip.name in fixed:
            if heights != fixed[chip.name]:
                expected, found = list(fixed[chip.name]), list(heights)
                raise Rejected(Rejection.FIXED_TABLE_HEIGHT, detail, expected=expected, found=found)
            continue
        limit = machine.maximum_instances if chip.role in SEVERAL_INSTANCES else 1
        count, least = len(heights), int(chip.name in machine.required)
        if not least <= count <= limit:
            admitted = between(least, limit)
            raise Rejected(Rejection.TABLE_COUNT, f"{count} tables of {chip.name}", expected=admitted, found=count)
        if any(not MINIMUM_HEIGHT_LOG2 <= height <= parameters.tallest_log2 for height in heights):
            admitted = heights_admitted(parameters)
            raise Rejected(Rejection.TABLE_HEIGHT, detail, expected=admitted, found=list(heights))
        descending = sorted(set(heights), reverse=True)
        if list(heights) != descending:
            raise Rejected(Rejection.TABLE_ORDER, detail, expected=descending, found=list(heights))
    if parameters.listed_shapes:
        require_listed(shape, parameters.name)
    stacking_height(shape, parameters)
    end, limit = clock_end(shape.tables), 1 << machine.clock_bits
    if end > limit:
        detail = f"clocks may reach {end}, the limit is {limit}"
        raise Rejected(Rejection.CLOCK_BOUND, detail, expected=between(FIRST_CLOCK, limit), found=end)
    _check_message_counts(message_counts(shape.tables))


def listed_shape(machine: Machine, name: str, program_heights_log2: Mapping[str, int]) -> SegmentShape:
    """The segment of a listed shape whose program tables have these heights."""
    listed = machine.listed_shapes[name]
    heights_log2 = {**listed, **fixed_heights(machine, listed, program_heights_log2)}
    return SegmentShape(machine, {chip: heights for chip, heights in heights_log2.items() if heights})


def is_listed(shape: SegmentShape) -> bool:
    """Whether all tables together have the heights of a listed shape and a listed program."""
    machine = shape.machine
    found = {name: heights for name, heights in shape.heights_log2.items() if heights}
    return any(
        listed_shape(machine, name, program).heights_log2 == found
        for name in machine.listed_shapes
        for program in machine.listed_programs
    )


def require_listed(shape: SegmentShape, where: str) -> None:
    """All tables together have the heights of a listed shape and a listed program.

    Raises Rejected at the first check that fails.
    """
    if not is_listed(shape):
        heights_log2 = {name: list(heights) for name, heights in shape.heights_log2.items() if heights}
        listed = sorted(shape.machine.listed_shapes)
        raise Rejected(Rejection.SHAPE_NOT_LISTED, where, expected=listed, found=heights_log2)


def run_message_counts(shapes: Iterable[SegmentShape]) -> Counter[str]:
    """By name of a global bus, padded height times interactions summed over all segments of a run.

    A local bus balances in each segment by itself, where `check_shape` bounds it.
    """
    counts: Counter[str] = Counter()
    for shape in shapes:
        for table in shape.tables:
            for interaction in table.chip.global_interactions:
                counts[interaction.bus.name] += table.height
    return counts


def check_run_messages(shapes: Iterable[SegmentShape]) -> None:
    """The bound on the messages of global buses holds over the whole run.

    Raises Rejected at the first check that fails.
    """
    _check_message_counts(run_message_counts(shapes))


def _check_message_counts(counts: Mapping[str, int]) -> None:
    for bus, count in counts.items():
        if count >= P:
            detail = f"bus {bus} may have {count} messages"
            raise Rejected(Rejection.INTERACTION_BOUND, detail, expected=between(0, P - 1), found=count)
