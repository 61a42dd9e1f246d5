"""Parameter sets of the multilinear protocol."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spec.field import TWO_ADICITY
from spec.parameters import (
    FINAL,
    MAXIMUM_MAIN_COLUMNS,
    PARAMETER_SETS,
    RECURSION,
    SEGMENT,
    TINY,
    ParameterSet,
    Schedule,
)

SMALL = Schedule(10, (3, 2), (7, 5), 3, (1, 2), (4, 0))


def test_parameter_sets_are_found_by_their_names() -> None:
    assert dict(PARAMETER_SETS) == {"tiny": TINY, "segment": SEGMENT, "recursion": RECURSION, "final": FINAL}


def test_only_tiny_is_insecure_and_only_recursion_has_listed_shapes_and_a_cap() -> None:
    assert [name for name, parameters in PARAMETER_SETS.items() if not parameters.secure] == ["tiny"]
    assert [name for name, parameters in PARAMETER_SETS.items() if parameters.listed_shapes] == ["recursion"]
    assert [parameters.cap_log2 for parameters in PARAMETER_SETS.values()] == [0, 0, 6, 0]


def test_listed_heights_and_rates_are_those_of_the_protocol() -> None:
    assert {name: (p.rate_log2, p.heights_log2) for name, p in PARAMETER_SETS.items()} == {
        "tiny": (1, (6, 8, 10, 12, 14, 17, 20)),
        "segment": (1, (17, 20, 22, 23)),
        "recursion": (3, (17, 20, 21)),
        "final": (4, (18, 19, 20)),
    }


@pytest.mark.parametrize("parameters", PARAMETER_SETS.values(), ids=PARAMETER_SETS)
def test_every_domain_exists_and_every_vector_ends_small(parameters: ParameterSet) -> None:
    for height_log2, schedule in parameters.schedules.items():
        assert schedule.domain_log2(0, parameters.rate_log2) == height_log2 + parameters.rate_log2 <= TWO_ADICITY
        assert 2**schedule.final_log2 <= 256


def test_rate_falls_by_the_fold_less_one_at_every_iteration() -> None:
    schedule = Schedule(20, (3, 4, 5), (9, 9, 9), 0, (0, 0, 0), (0, 0, 0))
    rates = [schedule.domain_log2(i, 2) - schedule.variables(i) for i in range(3)]
    assert rates == [2, 2 + (3 - 1), 2 + (3 - 1) + (4 - 1)]
    assert [schedule.variables(i) for i in range(4)] == [20, 17, 13, 8]
    assert [schedule.tree_depth(i, 2) for i in range(3)] == [22 - 3, 21 - 4, 20 - 5]
    assert (schedule.iterations, schedule.final_log2) == (3, 8)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"height_log2": 0}, "no domain for a vector of 2^0"),
        ({"height_log2": 25}, "no domain for a vector of 2^25"),
        ({"folds": ()}, "no iteration"),
        ({"folds": (3, 2, 1)}, "3 iterations need as many queries and bits of grinding"),
        ({"queries": (7,)}, "2 iterations need as many queries and bits of grinding"),
        ({"folding_grinding_bits": (1, 2, 3)}, "2 iterations need as many queries and bits of grinding"),
        ({"query_grinding_bits": ()}, "2 iterations need as many queries and bits of grinding"),
        ({"folds": (0, 5)}, "a fold of 0 coordinates is not between 1 and 6"),
        ({"folds": (3, 7)}, "a fold of 7 coordinates is not between 1 and 6"),
        ({"folds": (6, 5)}, "a last vector of 2^-1 is not between 1 and 2^8"),
        ({"folds": (1, 1), "height_log2": 11}, "a last vector of 2^9 is not between 1 and 2^8"),
        ({"queries": (7, 0)}, "0 queries are not between 1 and 1024"),
        ({"queries": (1025, 5)}, "1025 queries are not between 1 and 1024"),
        ({"column_batching_grinding_bits": 32}, "32 bits of grinding are not between 0 and 31"),
        ({"folding_grinding_bits": (1, -1)}, "-1 bits of grinding are not between 0 and 31"),
        ({"query_grinding_bits": (32, 0)}, "32 bits of grinding are not between 0 and 31"),
    ],
)
def test_schedule_with_meaningless_number_raises(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=r"^schedule for height") as error:
        replace(SMALL, **change)
    assert str(error.value) == f"schedule for height 2^{change.get('height_log2', 10)}: {reason}"


def _set(**change: Any) -> ParameterSet:
    values: dict[str, Any] = {
        "name": "some",
        "secure": True,
        "rate_log2": 1,
        "listed_shapes": False,
        "cap_log2": 2,
        "schedules": {10: SMALL},
    }
    return ParameterSet(**values | change)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rate_log2": 0}, "rate 2^-0 is not between 1/2 and 1/256"),
        ({"rate_log2": 9}, "rate 2^-9 is not between 1/2 and 1/256"),
        ({"cap_log2": -1}, "a cap of 2^-1 is not between 1 and 2^8"),
        ({"cap_log2": 9}, "a cap of 2^9 is not between 1 and 2^8"),
        ({"schedules": {}}, "no height is listed"),
        ({"schedules": {11: SMALL}}, "height 2^11 has the schedule for 2^10"),
        (
            {"schedules": {24: Schedule(24, (6, 6, 6), (1, 1, 1), 0, (0, 0, 0), (0, 0, 0))}},
            "height 2^24 at rate 2^-1 has no domain",
        ),
        (
            {"schedules": {10: replace(SMALL, folds=(3, 6))}, "cap_log2": 5},
            "height 2^10: the tree of iteration 1 is below its cap",
        ),
    ],
)
def test_parameter_set_with_meaningless_number_raises(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=r"^parameter set some") as error:
        _set(**change)
    assert str(error.value) == f"parameter set some: {reason}"


def test_tree_as_small_as_its_cap_is_allowed() -> None:
    assert _set(schedules={10: replace(SMALL, folds=(3, 6))}, cap_log2=4).cap_log2 == 4


@pytest.mark.parametrize(
    ("tallest_log2", "main_cells", "height_log2"),
    [
        (1, 1, 17),
        (17, 12 << 17, 17),
        (17, (12 << 17) + 1, 20),
        (18, 1, 20),
        (5, 12 << 20, 20),
        (5, (12 << 20) + 1, 22),
        (21, 12 << 22, 22),
        (21, (12 << 22) + 1, 23),
        (5, 1 << 40, 23),
        (23, 1, 23),
    ],
)
def test_stacking_height_is_the_least_listed_one_that_holds_main_in_twelve_columns(
    tallest_log2: int, main_cells: int, height_log2: int
) -> None:
    assert MAXIMUM_MAIN_COLUMNS == 12
    assert SEGMENT.stacking_height(tallest_log2, main_cells) == height_log2


def test_table_above_every_listed_height_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^parameter set segment: a table of 2\^24 rows is above the largest listed"):
        SEGMENT.stacking_height(24, 1)


def test_schedule_of_an_unlisted_height_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^parameter set segment: height 2\^18 is not listed$"):
        SEGMENT.schedule(18)
    assert SEGMENT.schedule(17) is SEGMENT.schedules[17]


def test_schedules_cannot_be_changed_through_the_given_mapping_and_are_ordered() -> None:
    other = replace(SMALL, height_log2=12, folds=(3, 3))
    given = {12: other, 10: SMALL}
    parameters = _set(schedules=given)
    given.clear()
    assert list(parameters.schedules.items()) == [(10, SMALL), (12, other)]


def test_equal_parameter_sets_compare_and_hash_equal() -> None:
    assert _set() == _set()
    assert hash(_set()) == hash(_set())
    assert _set() != _set(cap_log2=3)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"secure": False},
        {"rate_log2": 2},
        {"listed_shapes": True},
        {"cap_log2": 3},
        {"schedules": {10: SMALL, 12: replace(SMALL, height_log2=12, folds=(3, 3))}},
        {"schedules": {11: replace(SMALL, height_log2=11)}},
        {"schedules": {10: replace(SMALL, folds=(2, 3))}},
        {"schedules": {10: replace(SMALL, queries=(5, 7))}},
        {"schedules": {10: replace(SMALL, column_batching_grinding_bits=2)}},
        {"schedules": {10: replace(SMALL, folding_grinding_bits=(2, 1))}},
        {"schedules": {10: replace(SMALL, query_grinding_bits=(0, 4))}},
    ],
)
def test_encoding_depends_on_every_parameter(change: dict[str, Any]) -> None:
    assert _set(**change).encoded() != _set().encoded()


def test_encoding_is_one_line_of_text() -> None:
    assert _set().encoded() == (
        b"some;secure=1;rate_log2=1;listed_shapes=0;cap_log2=2;"
        b"height_log2=10,folds=3.2,queries=7.5,column_batching=3,folding=1.2,query=4.0"
    )
