"""Every listed shape is one that the verifier would accept, and holds what it was made for."""

from __future__ import annotations

import pytest

from spec.parameters import RECURSION
from spec.protocol.shape import SegmentShape, check_shape, clock_end, listed_shape, rows_of
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import CALL_CHIPS, CHIPS, CLOCK_LIMIT, RV64IM, WORK_CHIPS, WORK_ROWS
from spec.rv64im.recursion_shapes import (
    BOUNDARY_HEIGHT_LOG2,
    CALL_SHAPES_LOG2,
    FREQUENT_HEIGHTS_LOG2,
    MEMORY_HEIGHT_LOG2,
    program_size,
    rows_that_fit,
)


@pytest.mark.parametrize("name", RV64IM.listed_shapes)
@pytest.mark.parametrize("size", range(3))
def test_listed_shape_is_one_that_the_verifier_accepts(name: str, size: int) -> None:
    shape = listed_shape(RV64IM, name, RV64IM.listed_programs[size])
    of_calls = set() if name in CALL_SHAPES_LOG2 else {chip.name for chip in (*CALL_CHIPS, *WORK_CHIPS)}
    asked_by_calls = {name for name, table in RV64IM.tables.items() if of_calls & set(table.only_for)}
    names = {table.chip.name for table in shape.tables}
    assert names == {chip.name for chip in CHIPS} - of_calls - asked_by_calls
    check_shape(shape, RV64IM.listed_programs[size], RECURSION)


@pytest.mark.parametrize("name", RV64IM.listed_shapes)
def test_listed_shape_keeps_its_clock(name: str) -> None:
    assert clock_end(listed_shape(RV64IM, name, RV64IM.listed_programs[0]).tables) <= CLOCK_LIMIT


def test_ordinary_shapes_come_first_and_those_with_calls_behind() -> None:
    assert [*RV64IM.listed_shapes] == [*FREQUENT_HEIGHTS_LOG2, *CALL_SHAPES_LOG2]


@pytest.mark.parametrize("name", CALL_SHAPES_LOG2)
def test_work_tables_are_filled_by_a_full_table_of_calls_and_not_much_sooner(name: str) -> None:
    heights = RV64IM.listed_shapes[name]
    for call, ordered in WORK_ROWS.items():
        room = [rows_of(heights[work]) // count for work, count in ordered.items()]
        assert rows_of(heights[call]) / 2 < min(room) <= rows_of(heights[call])


def test_memory_table_has_room_for_a_full_boundary_table() -> None:
    assert MEMORY_HEIGHT_LOG2 > BOUNDARY_HEIGHT_LOG2


def test_shape_is_filled_by_the_chip_that_is_most_frequent_for_its_height() -> None:
    counting = RV64IM.listed_shapes["counting"]
    assert rows_that_fit(counting, {"addi": 0.5, "add": 0.25, "sub": 0.0}) == rows_of(counting["addi"]) * 2
    assert rows_that_fit(counting, {"addi": 0.5, "mul": 0.5}) == rows_of(counting["mul"]) * 2


@pytest.mark.parametrize(
    "change",
    [
        {"add": (17,)},
        {"add": ()},
        {"halt": (10, 9)},
        {"boundary": (15,)},
        {"memory": ()},
        {"program_table": (17,)},
    ],
)
def test_shape_that_is_not_listed_is_rejected_under_the_recursion_parameters(
    change: dict[str, tuple[int, ...]],
) -> None:
    listed = listed_shape(RV64IM, "counting", RV64IM.listed_programs[0]).heights_log2
    heights = {**listed, **change}
    program = {name: heights[name][0] for name in RV64IM.listed_programs[0]}
    with pytest.raises(Rejected) as rejected:
        check_shape(SegmentShape(RV64IM, heights), program, RECURSION)
    assert (rejected.value.reason, rejected.value.detail) == (Rejection.SHAPE_NOT_LISTED, "recursion")


def test_program_gets_the_smallest_size_that_holds_all_its_tables() -> None:
    assert program_size({"program_table": 2**14, "image_table": 2**13, "region_table": 7}) == {
        "program_table": 14,
        "image_table": 13,
        "region_table": 5,
    }
    assert program_size({"program_table": 2, "image_table": 2**13 + 1, "region_table": 7})["program_table"] == 17
    with pytest.raises(ValueError, match=r"image_table needs 524289 rows, the largest listed size has 2\^19"):
        program_size({"program_table": 2, "image_table": 2**19 + 1, "region_table": 7})
