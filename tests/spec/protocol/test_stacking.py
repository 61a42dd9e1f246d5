"""Stacking: where each column lies."""

from __future__ import annotations

import pytest

from spec.air.chip import Role
from spec.parameters import TINY
from spec.protocol.merkle import TreeShape
from spec.protocol.shape import SegmentShape
from spec.protocol.stacking import Commitment, Stacking, commitment_of, leaf_tree, stack, stackings
from tests.small_machine import BOUNDARY, CLOCK_BITS, HALT, MOVE, PROGRAM, SMALL_MACHINE

SHAPE = SegmentShape(
    SMALL_MACHINE,
    {"move": (4, 2), "halt": (1,), "range_table": (CLOCK_BITS,), "program_table": (3,), "boundary": (2,)},
)
HEIGHT = CLOCK_BITS
LAYOUTS = stackings(SHAPE.tables, HEIGHT)


def columns(layout: Stacking) -> list[tuple[str, int, int]]:
    """Chip, height and column of every placed column."""
    return [(SHAPE.tables[p.table].chip.name, p.height_log2, p.column) for p in layout.columns]


def test_commitments_come_in_the_order_of_the_protocol() -> None:
    assert list(LAYOUTS) == [Commitment.PROGRAM, Commitment.CONTINUATION, Commitment.MAIN]


def test_columns_come_by_descending_height_then_as_declared() -> None:
    assert columns(LAYOUTS[Commitment.MAIN]) == [
        ("range_table", CLOCK_BITS, 0),
        *(("move", 4, i) for i in range(len(MOVE.columns))),
        ("program_table", 3, 0),
        *(("move", 2, i) for i in range(len(MOVE.columns))),
        *(("halt", 1, i) for i in range(len(HALT.columns))),
    ]
    assert columns(LAYOUTS[Commitment.CONTINUATION]) == [("boundary", 2, i) for i in range(len(BOUNDARY.columns))]
    assert columns(LAYOUTS[Commitment.PROGRAM]) == [("program_table", 3, i) for i in range(len(PROGRAM.fields))]


@pytest.mark.parametrize("commitment", Commitment)
@pytest.mark.parametrize("height_log2", [HEIGHT, HEIGHT + 2])
def test_columns_lie_end_to_end_and_aligned(commitment: Commitment, height_log2: int) -> None:
    layout = stackings(SHAPE.tables, height_log2)[commitment]
    end = 0
    for placed in layout.columns:
        start = placed.start(height_log2)
        assert start == end
        assert 0 <= placed.prefix < 1 << (height_log2 - placed.height_log2)
        end = start + (1 << placed.height_log2)
    assert layout.cells == end
    assert layout.count == -(-end >> height_log2)


def test_commitment_without_columns_has_no_stacked_column() -> None:
    empty = stack(Commitment.CONTINUATION, [], HEIGHT)
    assert (empty.columns, empty.count, empty.cells) == ((), 0, 0)
    assert stackings(SegmentShape(SMALL_MACHINE, {"halt": (1,)}).tables, HEIGHT)[Commitment.CONTINUATION].count == 0


def test_committed_columns_of_fixed_tables_are_main_and_only_continuation_tables_come_first() -> None:
    assert {role: commitment_of(role) for role in Role} == {
        Role.INSTRUCTION: Commitment.MAIN,
        Role.WORK: Commitment.MAIN,
        Role.MACHINE_TABLE: Commitment.MAIN,
        Role.PROGRAM_TABLE: Commitment.MAIN,
        Role.CONTINUATION: Commitment.CONTINUATION,
    }


def test_leaf_holds_all_stacked_columns_on_a_fibre() -> None:
    height = min(TINY.schedules)
    folding = TINY.schedule(height).folds[0]
    depth = height + TINY.rate_log2 - folding
    assert leaf_tree(3, height, TINY) == TreeShape(depth, 3 << folding, min(depth, TINY.cap_log2))


@pytest.mark.parametrize("commitment", Commitment)
def test_columns_of_a_table_are_neighbours(commitment: Commitment) -> None:
    layout = LAYOUTS[commitment]
    found = {table: layout.columns[where] for table, where in layout.of_table.items()}
    tables = {placed.table for placed in layout.columns}
    assert found == {table: tuple(p for p in layout.columns if p.table == table) for table in tables}
