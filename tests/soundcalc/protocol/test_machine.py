"""Counts of a machine of five tables, and the largest that a verifier admits."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from soundcalc.errors import ParameterError
from soundcalc.protocol.machine import (
    MachineLimits,
    Table,
    argument_size,
    largest_argument,
    limits_of,
    main_columns,
    run_arguments,
)
from soundcalc.protocol.shape import ArgumentSize
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, ChipBuilder, Role
from spec.parameters import ParameterSet, Schedule
from spec.rv64im.machine import RV64IM


def _bus(name: str, identity: int, width: int, scope: Scope = Scope.LOCAL) -> Bus:
    return Bus(name, identity, tuple(f"part_{i}" for i in range(width)), scope, "", "")


LINK, RANGE, PROGRAM = _bus("link", 1, 2), _bus("range", 2, 1), _bus("program", 3, 3)
CONTINUATION = _bus("continuation", 4, 4, Scope.GLOBAL)


def _chip(
    name: str, role: Role, columns: int, fixed: int, constraints: int, buses: list[Bus], accesses: int = 0
) -> Chip:
    builder = ChipBuilder(name, role, "")
    cells = builder.column_array("cell", columns)
    for index in range(fixed):
        builder.fixed_column(f"fixed_{index}")
    for index in range(constraints):
        builder.boolean(f"constraint_{index}", cells[0])
    for index, bus in enumerate(buses):
        builder.send(f"interaction_{index}", bus, [cells[0]] * bus.width, cells[0])
    return builder.build(accesses=accesses)


NARROW = _chip("narrow", Role.INSTRUCTION, 4, 0, 1, [LINK, LINK, RANGE], accesses=2)
WIDE = _chip("wide", Role.INSTRUCTION, 9, 0, 3, [LINK, LINK, RANGE, RANGE, PROGRAM], accesses=3)
RANGES = _chip("ranges", Role.MACHINE_TABLE, 1, 2, 0, [RANGE])
PROGRAM_TABLE = _chip("program_table", Role.PROGRAM_TABLE, 1, 3, 0, [PROGRAM])
BOUNDARY = _chip("boundary", Role.CONTINUATION, 5, 0, 2, [LINK, LINK, CONTINUATION, CONTINUATION])
CHIPS = (NARROW, WIDE, RANGES, PROGRAM_TABLE, BOUNDARY)

LIMITS = MachineLimits(
    clock_limit=2**11,
    message_limit=10**6,
    maximum_instances=3,
    maximum_segments=16,
    machine_heights_log2={"ranges": 4},
    only_for={},
    local_tokens=2,
    global_tokens=5,
)

PARAMETERS = ParameterSet(
    name="small",
    secure=False,
    rate_log2=1,
    listed_shapes=False,
    cap_log2=0,
    schedules={
        schedule.height_log2: schedule
        for schedule in (
            Schedule(6, (2, 2), (4, 3), 0, (0, 0), (0, 0)),
            Schedule(8, (3, 2), (4, 3), 0, (0, 0), (0, 0)),
            Schedule(10, (3, 3), (4, 3), 0, (0, 0), (0, 0)),
            Schedule(23, (6, 6, 6), (4, 3, 2), 0, (0, 0, 0), (0, 0, 0)),
        )
    },
)


def test_counts_of_a_segment_are_those_of_its_tables() -> None:
    tables: list[Table] = [(WIDE, 5), (WIDE, 3), (NARROW, 4), (RANGES, 4), (PROGRAM_TABLE, 6), (BOUNDARY, 2)]
    assert argument_size(tables, 6, local_tokens=2) == ArgumentSize(
        program_columns=3,
        continuation_columns=1,
        # 40 rows of 9, 16 of 4, 16 and 64 of 1: 504 cells.
        main_columns=8,
        # Local fractions: 40 rows of 3, 16 of 2, 16, 64 and 4 rows of 1 make 236, global ones 4.
        circuit_depth=1 + 8,
        local_messages=40 * 5 + 16 * 3 + 16 + 64 + 4 * 2 + 2,
        global_messages=4 * 2,
        # Only chips count: the table's own side of the lookup does not.
        busiest_local_bus=40 * 2 + 16 * 2 + 4 * 2,
        busiest_global_bus=4 * 2,
        widest_local_message=3,
        widest_global_message=4,
        constraints=3 + 3 + 1 + 0 + 0 + 2,
        column_claims=9 + 9 + 4 + 1 + (1 + 3) + 5,
        zerocheck_rounds=6,
        segments=1,
    )


def test_rows_of_a_lookup_table_are_not_messages_of_a_chip() -> None:
    tables: list[Table] = [(WIDE, 1), (PROGRAM_TABLE, 6)]
    assert argument_size(tables, 6, local_tokens=0).busiest_local_bus == 2 * 2


def test_scopes_share_the_circuit_with_the_larger_one() -> None:
    """64 rows of one global fraction against 64 of one local fraction and 4 of three."""
    tables: list[Table] = [(BOUNDARY, 6), (WIDE, 2)]
    assert argument_size(tables, 6, local_tokens=0).circuit_depth == 1 + 7


def test_table_above_the_stacking_height_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"^height_log2: wide has 2\^7 rows, above 2\^6$"):
        argument_size([(WIDE, 7)], 6, local_tokens=0)
    with pytest.raises(ParameterError, match=r"^height_log2: ranges has 2\^7 rows, above 2\^6$"):
        largest_argument(CHIPS, replace(LIMITS, machine_heights_log2={"ranges": 7}), PARAMETERS, 6)
    with pytest.raises(ValueError, match=r"height 2\^7 is not listed"):
        largest_argument(CHIPS, LIMITS, PARAMETERS, 7)


def test_table_of_the_machine_may_be_as_tall_as_the_stacking_height() -> None:
    limits = replace(LIMITS, machine_heights_log2={"ranges": 6})
    assert largest_argument(CHIPS, limits, PARAMETERS, 6).main_columns > 0


TALL = _chip("tall", Role.MACHINE_TABLE, 2, 1, 0, [PROGRAM])
WITH_TALL = (*CHIPS, TALL)
FOR_THE_WIDE = replace(LIMITS, machine_heights_log2={"ranges": 4, "tall": 9}, only_for={"tall": ("wide",)})
"""Only a segment that has the wide chip has the tall table."""


@pytest.mark.parametrize("height_log2", [6, 8])
def test_table_that_is_too_tall_takes_the_chips_along_that_it_is_only_for(height_log2: int) -> None:
    others = tuple(chip for chip in CHIPS if chip is not WIDE)
    found = largest_argument(WITH_TALL, FOR_THE_WIDE, PARAMETERS, height_log2)
    assert found == largest_argument(others, LIMITS, PARAMETERS, height_log2)
    assert found != largest_argument(CHIPS, LIMITS, PARAMETERS, height_log2)


@pytest.mark.parametrize("height_log2", [10, 23])
def test_table_that_is_only_for_some_counts_where_it_fits(height_log2: int) -> None:
    found = largest_argument(WITH_TALL, FOR_THE_WIDE, PARAMETERS, height_log2)
    with_all = largest_argument(WITH_TALL, replace(FOR_THE_WIDE, only_for={}), PARAMETERS, height_log2)
    without = largest_argument(CHIPS, LIMITS, PARAMETERS, height_log2)
    assert found == with_all
    assert (found.local_messages, found.column_claims) == (without.local_messages + 2**9, without.column_claims + 2)


def test_table_that_every_segment_has_says_how_low_a_segment_is_stacked() -> None:
    assert FOR_THE_WIDE.least_height_log2 == 4
    assert replace(FOR_THE_WIDE, only_for={}).least_height_log2 == 9
    assert replace(LIMITS, machine_heights_log2={}).least_height_log2 == 0
    with pytest.raises(ParameterError, match=r"^height_log2: tall has 2\^9 rows, above 2\^8$"):
        largest_argument(WITH_TALL, replace(FOR_THE_WIDE, only_for={}), PARAMETERS, 8)


def test_limits_of_a_machine_name_the_chips_that_its_tables_are_for() -> None:
    limits = limits_of(RV64IM, global_tokens=3)
    heights = {"range_table": 17, "byte_table": 16, "shift_table": 6, "keccak_digits": 16, "keccak_chi": 19}
    assert (limits.machine_heights_log2, limits.least_height_log2) == (heights, 17)
    assert limits.only_for == {"keccak_digits": ("keccak_f", "keccak_round"), "keccak_chi": ("keccak_round",)}
    assert limits.too_tall(17) == {"keccak_chi", "keccak_round"}
    assert limits.too_tall(20) == set()


def test_segments_of_a_run_share_its_global_messages() -> None:
    one = argument_size([(WIDE, 5), (BOUNDARY, 2)], 6, local_tokens=0)
    two = argument_size([(WIDE, 3), (BOUNDARY, 4)], 6, local_tokens=0)
    shared = {"global_messages": 2 * 4 + 2 * 16 + 5, "busiest_global_bus": 2 * 4 + 2 * 16, "segments": 2}
    assert run_arguments([one, two], global_tokens=5) == (replace(one, **shared), replace(two, **shared))


def _clock(tables: list[Table]) -> int:
    return 1 + sum(chip.accesses << height for chip, height in tables)


def _admitted(tables: list[Table]) -> bool:
    return _clock(tables) <= LIMITS.clock_limit


@pytest.mark.parametrize("limits", [LIMITS, FOR_THE_WIDE], ids=["every segment", "some"])
@pytest.mark.parametrize("seed", range(4))
def test_no_admitted_segment_exceeds_the_largest(seed: int, limits: MachineLimits) -> None:
    drawn = random.Random(seed)
    chips = WITH_TALL if limits.only_for else CHIPS
    largest = {h: largest_argument(chips, limits, PARAMETERS, h) for h in PARAMETERS.heights_log2}
    seen = set()
    for _ in range(1500):
        most = drawn.randrange(4, 11)
        tables: list[Table] = [(RANGES, 4)]
        for chip in (NARROW, WIDE):
            heights = drawn.sample(range(1, most + 1), drawn.randrange(4))
            tables += [(chip, height) for height in heights]
        tables += [(PROGRAM_TABLE, drawn.randrange(1, most + 1)), (BOUNDARY, drawn.randrange(1, most + 1))]
        if not _admitted(tables):
            continue
        if limits.only_for and any(chip is WIDE for chip, _ in tables):
            tables.append((TALL, 9))
        cells = sum(main_columns(chip) << height for chip, height in tables)
        height_log2 = PARAMETERS.stacking_height(max(height for _, height in tables), cells)
        size = argument_size(tables, height_log2, LIMITS.local_tokens)
        (size,) = run_arguments([size], LIMITS.global_tokens)
        assert size.within(largest[height_log2]), (height_log2, tables)
        seen.add(height_log2)
    assert seen == {6, 8, 10}


def test_clock_goes_to_the_widest_chip() -> None:
    """At the largest listed height one chip may take the whole clock: the wide one has 3 columns a tick, not 2."""
    limits = replace(LIMITS, clock_limit=3 * (2**22 + 2**21) + 1)
    found = largest_argument(CHIPS, limits, PARAMETERS, 23)
    others = (1 << 4) + (1 << 23)
    assert found.main_columns == -(-(9 * (2**22 + 2**21) + others) >> 23)
    attained: list[Table] = [(WIDE, 22), (WIDE, 21), (RANGES, 4), (PROGRAM_TABLE, 23), (BOUNDARY, 23)]
    size = argument_size(attained, 23, limits.local_tokens)
    assert (size.main_columns, size.local_messages) == (found.main_columns, found.local_messages)
    assert (size.program_columns, size.continuation_columns) == (found.program_columns, found.continuation_columns)


def test_instances_limit_what_one_chip_takes_of_the_clock() -> None:
    """Three instances of the wide chip at most, and the rest of the clock for the narrow one."""
    limits = replace(LIMITS, clock_limit=2**30, maximum_instances=2)
    found = largest_argument(CHIPS, limits, PARAMETERS, 23)
    rows = 2**23 + 2**22
    assert found.main_columns == -(-((9 + 4) * rows + (1 << 4) + (1 << 23)) >> 23)


def test_main_is_at_most_twelve_columns_below_the_largest_height() -> None:
    limits = replace(LIMITS, clock_limit=2**30)
    widths = {h: largest_argument(CHIPS, limits, PARAMETERS, h).main_columns for h in PARAMETERS.heights_log2}
    assert widths.pop(23) > 12
    assert set(widths.values()) == {12}


def test_largest_counts_every_instance_of_every_chip() -> None:
    found = largest_argument(CHIPS, LIMITS, PARAMETERS, 10)
    assert found.constraints == 3 * (1 + 3) + 2
    assert found.column_claims == 3 * (4 + 9) + 1 + (1 + 3) + 5
    assert (found.global_messages, found.busiest_global_bus, found.segments) == (10**6 - 1 + 5, 10**6 - 1, 16)


def test_machine_without_continuation_has_no_global_messages() -> None:
    found = largest_argument(CHIPS[:-1], LIMITS, PARAMETERS, 10)
    assert (found.continuation_columns, found.global_messages, found.busiest_global_bus) == (0, 0, 0)


def test_more_of_any_limit_never_lowers_a_count() -> None:
    base = largest_argument(CHIPS, LIMITS, PARAMETERS, 23)
    limits = [
        replace(LIMITS, clock_limit=2**12),
        replace(LIMITS, message_limit=2 * 10**6),
        replace(LIMITS, maximum_instances=4),
        replace(LIMITS, maximum_segments=17),
        replace(LIMITS, local_tokens=3),
        replace(LIMITS, global_tokens=6),
    ]
    for more in limits:
        found = largest_argument(CHIPS, more, PARAMETERS, 23)
        assert base.within(found)
        assert found != base
