"""Heights of tables: what is derived from them, and every reason for refusing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from spec.air.chip import Role
from spec.parameters import TINY
from spec.protocol import shape as shapes
from spec.protocol.shape import (
    SegmentShape,
    TableShape,
    check_run_messages,
    check_shape,
    clock_end,
    heights_numbers,
    is_listed,
    listed_shape,
    message_counts,
    stacking_height,
)
from spec.rejection import Rejected, Rejection
from tests.small_machine import BOUNDARY, CLOCK_BITS, HALT, MOVE, PROGRAM_TABLE, RANGE_TABLE, SMALL_MACHINE

R = Rejection
PROGRAM_HEIGHTS = {"program_table": 3}

HONEST: dict[str, tuple[int, ...]] = {
    "move": (4, 2),
    "halt": (1,),
    "range_table": (CLOCK_BITS,),
    "program_table": (3,),
    "boundary": (2,),
}


def shape_of(**changes: tuple[int, ...]) -> SegmentShape:
    return SegmentShape(SMALL_MACHINE, {**HONEST, **changes})


def rejection(shape: SegmentShape, program: Mapping[str, int] = MappingProxyType(PROGRAM_HEIGHTS)) -> Rejected | None:
    try:
        check_shape(shape, program, TINY)
    except Rejected as rejected:
        return rejected
    return None


def test_tables_stand_in_machine_order_with_their_instances() -> None:
    assert shape_of().tables == (
        TableShape(MOVE, 4),
        TableShape(MOVE, 2),
        TableShape(HALT, 1),
        TableShape(RANGE_TABLE, CLOCK_BITS),
        TableShape(PROGRAM_TABLE, 3),
        TableShape(BOUNDARY, 2),
    )
    assert shape_of().tables_of(Role.CONTINUATION, Role.PROGRAM_TABLE) == (
        TableShape(PROGRAM_TABLE, 3),
        TableShape(BOUNDARY, 2),
    )


def test_numbers_of_heights_are_counts_and_heights() -> None:
    assert shape_of(halt=()).numbers() == [2, 4, 2, 0, 1, CLOCK_BITS, 1, 3, 1, 2]
    assert shape_of().continuation_numbers() == [1, 2]
    assert heights_numbers([HALT, MOVE], {"move": (1,)}) == [0, 1, 1]


def test_different_heights_have_different_numbers() -> None:
    """A count before the heights: no other chips' heights read the same."""
    tried = [shape_of(move=m, halt=h).numbers() for m in ((), (1,), (2, 1), (3, 2, 1)) for h in ((), (1,), (2, 1))]
    assert len({tuple(numbers) for numbers in tried}) == len(tried)


def test_main_cells_are_all_committed_cells_but_those_of_continuation_tables() -> None:
    expected = (16 + 4) * len(MOVE.columns) + 2 * len(HALT.columns) + 2**CLOCK_BITS + 8
    assert shape_of().main_cells == expected


def test_clock_counts_every_row_as_if_it_were_real() -> None:
    assert clock_end(shape_of().tables) == 1 + (16 + 4) * 1 + 2 * 1


def test_messages_are_counted_by_bus_without_lookup_tables() -> None:
    counts = message_counts(shape_of().tables)
    moves, halts, rows = 20, 2, 4
    assert counts == {
        "program": moves + halts,
        "state": 2 * (moves + halts),
        "memory": 2 * moves + 2 * rows,
        "range": moves + rows,
        "exit": halts,
        "continuation": 2 * rows,
    }


def test_honest_shape_is_accepted() -> None:
    assert rejection(shape_of()) is None
    assert rejection(shape_of(move=(), halt=())) is None


@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        ({"range_table": ()}, R.FIXED_TABLE_HEIGHT, "range_table has heights 2^[]"),
        ({"range_table": (5,)}, R.FIXED_TABLE_HEIGHT, "range_table has heights 2^[5]"),
        ({"range_table": (CLOCK_BITS, 1)}, R.FIXED_TABLE_HEIGHT, f"range_table has heights 2^[{CLOCK_BITS}, 1]"),
        ({"program_table": (4,)}, R.FIXED_TABLE_HEIGHT, "program_table has heights 2^[4]"),
        ({"program_table": ()}, R.FIXED_TABLE_HEIGHT, "program_table has heights 2^[]"),
        ({"move": (4, 3, 2, 1)}, R.TABLE_COUNT, "4 tables of move"),
        ({"boundary": (2, 1)}, R.TABLE_COUNT, "2 tables of boundary"),
        ({"boundary": ()}, R.TABLE_COUNT, "0 tables of boundary"),
        ({"move": (0,)}, R.TABLE_HEIGHT, "move has heights 2^[0]"),
        ({"boundary": (0,)}, R.TABLE_HEIGHT, "boundary has heights 2^[0]"),
        ({"move": (TINY.tallest_log2 + 1,)}, R.TABLE_HEIGHT, f"move has heights 2^[{TINY.tallest_log2 + 1}]"),
        ({"move": (2, 4)}, R.TABLE_ORDER, "move has heights 2^[2, 4]"),
        ({"move": (2, 2)}, R.TABLE_ORDER, "move has heights 2^[2, 2]"),
        ({"move": (5, 4, 3), "halt": (3,)}, R.CLOCK_BOUND, "clocks may reach 65, the limit is 64"),
    ],
)
def test_shape_is_rejected(changes: dict[str, tuple[int, ...]], reason: Rejection, detail: str) -> None:
    rejected = rejection(shape_of(**changes))
    assert rejected is not None
    assert (rejected.reason, rejected.detail) == (reason, detail)


FOR_MOVES = replace(
    SMALL_MACHINE,
    tables={"range_table": replace(SMALL_MACHINE.tables["range_table"], only_for=("move", "boundary"))},
    required=(),
    listed_shapes={"moving": {"move": (4,), "boundary": (2,)}, "halting": {"halt": (1,)}},
    listed_programs=(PROGRAM_HEIGHTS,),
)
"""A machine whose fixed table is only for the chips that ask it, none of which a segment needs."""


@pytest.mark.parametrize(
    ("others", "wanted"),
    [
        ({"move": (4, 2), "halt": (1,)}, [CLOCK_BITS]),
        ({"boundary": (2,), "halt": (1,)}, [CLOCK_BITS]),
        ({"halt": (1,)}, []),
        ({"move": (), "halt": (1,), "boundary": ()}, []),
    ],
)
def test_fixed_table_is_there_exactly_if_one_of_its_chips_is(
    others: dict[str, tuple[int, ...]], wanted: list[int]
) -> None:
    def refused(*range_table: int) -> Rejected | None:
        return rejection(SegmentShape(FOR_MOVES, {**others, "program_table": (3,), "range_table": range_table}))

    assert refused(*wanted) is None
    other = [] if wanted else [CLOCK_BITS]
    rejected = refused(*other)
    assert rejected is not None
    assert (rejected.reason, rejected.detail) == (R.FIXED_TABLE_HEIGHT, f"range_table has heights 2^{other}")
    assert (rejected.expected, rejected.found) == (wanted, other)
    assert refused(CLOCK_BITS - 1) is not None


def test_listed_shape_has_the_fixed_tables_that_its_chips_ask() -> None:
    assert [table.chip for table in listed_shape(FOR_MOVES, "moving", PROGRAM_HEIGHTS).tables] == [
        MOVE,
        RANGE_TABLE,
        PROGRAM_TABLE,
        BOUNDARY,
    ]
    assert [table.chip for table in listed_shape(FOR_MOVES, "halting", PROGRAM_HEIGHTS).tables] == [HALT, PROGRAM_TABLE]


@pytest.mark.parametrize("absent", [{}, {"range_table": (), "move": (), "boundary": ()}], ids=["unsaid", "said"])
def test_shape_is_listed_without_the_fixed_tables_that_none_of_its_chips_asks(
    absent: dict[str, tuple[int, ...]],
) -> None:
    heights = {"halt": (1,), "program_table": (3,)}
    assert is_listed(SegmentShape(FOR_MOVES, heights | absent))
    assert not is_listed(SegmentShape(FOR_MOVES, heights | absent | {"range_table": (CLOCK_BITS,)}))
    assert not is_listed(SegmentShape(FOR_MOVES, heights | absent | {"halt": (2,)}))


def test_clocks_up_to_the_limit_are_accepted() -> None:
    """1 + 32 + 16 + 8 + 4 = 61; three more would be too many."""
    assert rejection(shape_of(move=(5, 4, 3), halt=(2,))) is None


def taller_than_listed(height_log2: int) -> SegmentShape:
    """A table of the machine itself, taller than the parameters allow."""
    tables = {"range_table": replace(SMALL_MACHINE.tables["range_table"], height_log2=height_log2)}
    return replace(shape_of(range_table=(height_log2,)), machine=replace(SMALL_MACHINE, tables=tables))


def test_table_that_no_stacking_height_holds_is_rejected() -> None:
    tall = TINY.tallest_log2 + 1
    rejected = rejection(taller_than_listed(tall))
    assert rejected is not None
    assert rejected.reason is R.TABLE_HEIGHT
    with pytest.raises(Rejected) as raised:
        stacking_height(shape_of(move=(tall,)), TINY)
    assert raised.value.reason is R.TABLE_HEIGHT


def test_shape_with_too_many_messages_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many messages on the memory bus as the field has elements."""
    count = message_counts(shape_of().tables)["memory"]
    monkeypatch.setattr(shapes, "P", count + 1)
    assert rejection(shape_of()) is None
    monkeypatch.setattr(shapes, "P", count)
    rejected = rejection(shape_of())
    assert rejected is not None
    assert (rejected.reason, rejected.detail) == (R.INTERACTION_BOUND, f"bus memory may have {count} messages")


def test_run_with_too_many_global_messages_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each segment by itself is below the bound."""
    run = [shape_of(), shape_of(), shape_of()]
    count = 3 * message_counts([TableShape(BOUNDARY, 2)])["continuation"]
    monkeypatch.setattr(shapes, "P", count + 1)
    check_run_messages(run)
    monkeypatch.setattr(shapes, "P", count)
    with pytest.raises(Rejected) as rejected:
        check_run_messages(run)
    assert (rejected.value.reason, rejected.value.detail) == (
        R.INTERACTION_BOUND,
        f"bus continuation may have {count} messages",
    )
    check_run_messages(run[:2])


def test_least_listed_height_that_holds_tables_and_main_is_taken() -> None:
    """Twelve stacked columns of it at most, where a larger one is listed."""
    least, following = sorted(TINY.schedules)[:2]
    assert TINY.stacking_height(1, 12 << least) == least
    assert TINY.stacking_height(least, 0) == least
    assert TINY.stacking_height(1, (12 << least) + 1) == following
    assert TINY.stacking_height(least + 1, 0) == following
    assert TINY.stacking_height(1, 1 << 60) == TINY.tallest_log2
    with pytest.raises(ValueError, match=f"2\\^{TINY.tallest_log2 + 1} rows"):
        TINY.stacking_height(TINY.tallest_log2 + 1, 0)
