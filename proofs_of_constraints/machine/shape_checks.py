"""What a verifier makes of the heights of tables: which it refuses, and what it counts.

Each check returns what is wrong, or None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.example_statement import (
    CONTINUATION_HEIGHT_LOG2,
    asking_chips,
    example_shape,
    fixed_heights,
    program_heights,
)
from spec.air.chip import Role
from spec.air.machine import Machine
from spec.field import P
from spec.parameters import RECURSION, SEGMENT, ParameterSet
from spec.protocol.shape import (
    FIRST_CLOCK,
    LOOKUP_ROLES,
    MINIMUM_HEIGHT_LOG2,
    SEVERAL_INSTANCES,
    SegmentShape,
    TableShape,
    check_run_messages,
    check_shape,
    clock_end,
    listed_shape,
    message_counts,
)
from spec.rejection import Rejected, Rejection

PARAMETERS = SEGMENT
"""A set with heights for the tallest fixed table of every machine."""

TALLEST_LOG2 = 30
"""A height at which tables have about p messages: 2 * 2^30 is above p."""


def heights_are_bounded(audited: AuditedMachine) -> str | None:
    """The bounds on clocks and messages count every access and every interaction of every chip."""
    for chip in audited.machine.chips:
        two = [TableShape(chip, 3), TableShape(chip, 2)]
        if clock_end(two) != FIRST_CLOCK + 12 * chip.accesses:
            return f"{chip.name}: the bound on clocks does not count its accesses"
        expected = Counter(i.bus.name for i in chip.interactions for _ in range(12))
        if chip.role not in LOOKUP_ROLES and message_counts(two) != expected:
            return f"{chip.name}: the bound on messages does not count its interactions"
    return None


def messages_stay_below_p(audited: AuditedMachine) -> str | None:
    """As many messages as p on one bus are refused, in a segment and over a run."""
    machine = audited.machine
    tall = _Tall(**{field.name: getattr(PARAMETERS, field.name) for field in fields(PARAMETERS)})
    for chip in machine.chips_of(Role.CONTINUATION):
        most = max(Counter(i.bus.name for i in chip.interactions).values())
        shape = example_shape(machine, **{chip.name: (TALLEST_LOG2,)})
        if most << TALLEST_LOG2 >= P and _reason(shape, tall) is not Rejection.INTERACTION_BOUND:
            return f"{chip.name}: as many messages as p on a local bus are accepted"
        counts = Counter(i.bus.name for i in chip.global_interactions)
        if counts:
            segments = P // (max(counts.values()) << PARAMETERS.tallest_log2) + 1
            run = [example_shape(machine, **{chip.name: (PARAMETERS.tallest_log2,)})] * segments
            if _run_reason(run) is not Rejection.INTERACTION_BOUND:
                return f"{chip.name}: as many messages as p on a global bus are accepted"
            if _run_reason(run[: segments // 2]) is not None:
                return f"{chip.name}: a run of fewer messages than p on its global buses is refused"
    return None


class _Tall(ParameterSet):
    """The parameters, for tables of any height: no schedule goes so far, so the bound on messages must stand alone."""

    @property
    def tallest_log2(self) -> int:
        return TALLEST_LOG2


def tables_are_single(audited: AuditedMachine) -> str | None:
    """System tables occur once, fixed tables in the key's height, and heights that let clocks wrap are refused."""
    machine = audited.machine
    refused = _reason(example_shape(machine))
    if refused is not None:
        return f"the usual tables are refused: {refused.name}"
    for reason, shapes in _wrong_shapes(machine):
        for shape in shapes:
            found = _reason(shape)
            if found is not reason:
                heights = {name: heights for name, heights in shape.heights_log2.items() if heights}
                return f"heights {heights} give {found and found.name}, not {reason.name}"
    return None


def tables_stand_with_those_who_ask(audited: AuditedMachine) -> str | None:
    """A fixed table that is not for all segments stands in just those that have a table of a chip that asks it."""
    machine = audited.machine
    for name, table in machine.tables.items():
        if not table.only_for:
            continue
        asking = asking_chips(machine, name)
        usual = _reason(example_shape(machine))
        if usual is not None:
            return f"a segment without {' and '.join(asking)}, which alone ask {name}, is refused: {usual.name}"
        alone = _reason(example_shape(machine, **{name: (table.height_log2,)}))
        if alone is not Rejection.FIXED_TABLE_HEIGHT:
            return f"{name} is accepted without a table of {' or '.join(asking)}, which alone ask it"
        for other in asking:
            with_it, without_it = (
                _reason(example_shape(machine, **{other: (MINIMUM_HEIGHT_LOG2,)}, **{name: heights}))
                for heights in ((table.height_log2,), ())
            )
            if with_it is not None:
                return f"{name} is refused beside {other}, which asks it: {with_it.name}"
            if without_it is not Rejection.FIXED_TABLE_HEIGHT:
                return f"{other} is accepted without {name}, which it asks"
    return None


def _asking(machine: Machine, name: str) -> dict[str, tuple[int, ...]]:
    """What a segment must have to have a fixed table."""
    if name not in machine.tables or not machine.tables[name].only_for:
        return {}
    return {asking_chips(machine, name)[0]: (MINIMUM_HEIGHT_LOG2,)}


def _wrong_shapes(machine: Machine) -> Iterator[tuple[Rejection, list[SegmentShape]]]:
    """By the reason for which they have to be refused."""
    lowest, instances = MINIMUM_HEIGHT_LOG2, machine.maximum_instances
    too_many = tuple(range(lowest + instances, lowest - 1, -1))
    several = [chip.name for chip in machine.chips_of(*SEVERAL_INSTANCES)]
    continuations = [chip.name for chip in machine.chips_of(Role.CONTINUATION)]
    tallest = PARAMETERS.tallest_log2
    two = (CONTINUATION_HEIGHT_LOG2 + 1, CONTINUATION_HEIGHT_LOG2)
    yield (
        Rejection.TABLE_COUNT,
        [
            *(example_shape(machine, **{name: too_many}) for name in several),
            *(example_shape(machine, **{name: two}) for name in continuations),
            *(example_shape(machine, **{name: ()}) for name in machine.required),
        ],
    )
    yield (
        Rejection.FIXED_TABLE_HEIGHT,
        [
            example_shape(machine, **{name: heights}, **_asking(machine, name))
            for name, height in fixed_heights(machine).items()
            for heights in ((), (height - 1,), (height + 1,), (height, height), (height + 1, height))
        ],
    )
    yield (
        Rejection.TABLE_HEIGHT,
        [
            example_shape(machine, **{name: (height,)})
            for name in (*several, *continuations)
            for height in (lowest - 1, tallest + 1)
        ],
    )
    yield (
        Rejection.TABLE_ORDER,
        [
            example_shape(machine, **{name: heights})
            for name in several
            for heights in ((lowest, lowest + 1), (lowest, lowest))
        ],
    )
    yield Rejection.CLOCK_BOUND, list(_too_long(machine, several))


def _too_long(machine: Machine, names: Sequence[str]) -> Iterator[SegmentShape]:
    """For every chip that may stand in several tables, the lowest segment that has more ticks than a clock can count.

    Where its own tables cannot be so high, other chips' tables come with it. Of a machine whose tables cannot be so
    high all together there is none.
    """
    highest = min(machine.clock_bits, PARAMETERS.tallest_log2)
    limit = 1 << machine.clock_bits
    for name in names:
        heights = {name: tuple(range(highest, highest - machine.maximum_instances, -1))}
        for other in names:
            if clock_end(example_shape(machine, **heights).tables) > limit:
                break
            heights.setdefault(other, (highest,))
        if clock_end(example_shape(machine, **heights).tables) > limit:
            yield example_shape(machine, **heights)


def listed_shapes_are_accepted(audited: AuditedMachine) -> str | None:
    """Every listed shape is a segment that a verifier accepts, and where it asks for one it refuses every other."""
    machine = audited.machine
    parameters = RECURSION
    for name in machine.listed_shapes:
        for program in machine.listed_programs:
            shape = listed_shape(machine, name, program)
            try:
                check_shape(shape, program, parameters)
            except Rejected as rejected:
                return f"the listed shape {name} is refused: {rejected.reason.name}"
    if _reason(example_shape(machine), parameters) is not Rejection.SHAPE_NOT_LISTED:
        return "a shape that is not listed is accepted"
    return None


def _reason(shape: SegmentShape, parameters: ParameterSet = PARAMETERS) -> Rejection | None:
    try:
        check_shape(shape, program_heights(shape.machine), parameters)
    except Rejected as rejected:
        return rejected.reason
    return None


def _run_reason(shapes: Sequence[SegmentShape]) -> Rejection | None:
    try:
        check_run_messages(shapes)
    except Rejected as rejected:
        return rejected.reason
    return None
