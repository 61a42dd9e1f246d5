from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction

import pytest

from soundcalc.errors import ParameterError
from soundcalc.protocol.shape import ArgumentSize, ProofShape, shape_under
from spec.parameters import RECURSION, Schedule


def test_counts_of_the_columns_add_up(small_argument: ArgumentSize) -> None:
    assert small_argument.commitments == (1, 2, 5)
    assert small_argument.stacked_columns == 8
    assert small_argument.pinned_answers == 3
    assert small_argument.stacking_claims == 18


def test_commitment_without_columns_is_absent(small_argument: ArgumentSize) -> None:
    without = replace(small_argument, continuation_columns=0, global_messages=0)
    assert without.commitments == (1, 5)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("main_columns", 0, "main_columns: 0 is below 1"),
        ("program_columns", -1, "program_columns: -1 is below 0"),
        ("circuit_depth", 1, "circuit_depth: 1 is below 2"),
        ("local_messages", 0, "local_messages: 0 is below 1"),
        ("constraints", -1, "constraints: -1 is below 0"),
        ("zerocheck_rounds", 0, "zerocheck_rounds: 0 is below 1"),
        ("segments", 0, "segments: 0 is below 1"),
        (
            "continuation_columns",
            0,
            "global_messages: only columns of the continuation commitment may speak globally",
        ),
    ],
)
def test_count_without_a_meaning_is_refused(small_argument: ArgumentSize, name: str, value: int, reason: str) -> None:
    with pytest.raises(ParameterError) as error:
        replace(small_argument, **{name: value})
    assert str(error.value) == reason


@pytest.mark.parametrize("name", [field.name for field in fields(ArgumentSize)])
def test_argument_is_within_bounds_unless_one_count_exceeds(small_argument: ArgumentSize, name: str) -> None:
    assert small_argument.within(small_argument)
    more = replace(small_argument, **{name: getattr(small_argument, name) + 1})
    assert small_argument.within(more)
    assert not more.within(small_argument)


def test_rates_and_domains_follow_the_folds(small_shape: ProofShape) -> None:
    assert [small_shape.rate(i) for i in small_shape.iterations] == [Fraction(1, 4), Fraction(1, 8)]
    assert [small_shape.domain_size(i) for i in small_shape.iterations] == [2**9, 2**8]


def test_domain_beyond_the_field_is_refused(small_argument: ArgumentSize) -> None:
    schedule = Schedule(20, (6, 6), (1, 1), 0, (0, 0), (0, 0))
    with pytest.raises(ParameterError, match=r"^schedule: no domain of 2\^25 points$"):
        ProofShape(small_argument, schedule, rate_log2=5)
    with pytest.raises(ParameterError, match=r"^rate_log2: 0 is below 1$"):
        ProofShape(small_argument, schedule, rate_log2=0)


@pytest.mark.parametrize("rate_log2", [1, 4])
def test_domain_of_any_size_that_the_field_has_is_taken(small_argument: ArgumentSize, rate_log2: int) -> None:
    schedule = Schedule(20, (6, 6), (1, 1), 0, (0, 0), (0, 0))
    assert ProofShape(small_argument, schedule, rate_log2).domain_size(0) == 1 << 20 + rate_log2


def test_shape_under_a_set_has_its_rate_cap_and_schedule(small_argument: ArgumentSize) -> None:
    shape = shape_under(small_argument, RECURSION, 20)
    assert shape == ProofShape(small_argument, RECURSION.schedules[20], 3, 6)
    with pytest.raises(ValueError, match=r"height 2\^18 is not listed"):
        shape_under(small_argument, RECURSION, 18)
