"""Segments that do not fit together, each well-formed by itself, and outputs that the run does not have: each is
refused for what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from reference.tables import Trace
from spec.field import P
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.changed_traces import Cell, cell, plus_cells, with_public
from tests.forging.verdicts import refusal
from tests.small_runs import ONE_SEGMENT, THREE_SEGMENTS, TWO_SEGMENTS, Output, counted, encoded, output_of

R = Rejection
SEGMENT = ONE_SEGMENT.segments[0]
GLOBAL = Refusal(R.GLOBAL_BUSES_UNBALANCED, "run")


def refusal_of(changes: Mapping[Cell, int], output: Output | None = None) -> Refusal | None:
    """The refusal of the one segment with differences in cells."""
    claimed = ONE_SEGMENT.run.output if output is None else encoded(output)
    return refusal(ONE_SEGMENT.proven([plus_cells(SEGMENT, changes)], claimed))


def refusal_of_second(changes: Mapping[Cell, int], output: Output | None = None) -> Refusal | None:
    """The refusal of two segments with differences in cells of the second."""
    first, second = TWO_SEGMENTS.segments
    claimed = TWO_SEGMENTS.run.output if output is None else encoded(output)
    return refusal(TWO_SEGMENTS.proven([first, plus_cells(second, changes)], claimed))


def test_accounts_of_the_examples_are_as_the_tests_assume() -> None:
    """The cut stands behind the first of three moves, which touch account 1, 2 and 1."""
    assert output_of(ONE_SEGMENT) == [(1, 70, 1), (2, 50, 1)]
    assert output_of(TWO_SEGMENTS) == [(1, 70, 2), (2, 50, 2)]
    assert [cell(TWO_SEGMENTS.segments[1], "boundary", row, "balance_in") for row in range(2)] == [100, 0]


def test_change_of_nothing_is_accepted() -> None:
    assert refusal_of_second({}) is None


# Global buses.


def test_balance_out_of_nothing_is_refused() -> None:
    """Account 2 comes with a balance that no segment left; within the segment everything fits."""
    changes: dict[Cell, int] = {("move", 1, "before"): 7, ("move", 1, "after"): 7}
    changes |= {("boundary", 1, "balance_in"): 7, ("boundary", 1, "balance_out"): 7}
    assert refusal_of(changes, [(1, 70, 1), (2, 57, 1)]) == GLOBAL


def test_chain_of_an_account_broken_between_segments_is_refused() -> None:
    """The second segment finds ten less on account 1 than the first one left."""
    changes: dict[Cell, int] = {("move", 1, "before"): -10, ("move", 1, "after"): -10}
    changes |= {("boundary", 0, "balance_in"): -10, ("boundary", 0, "balance_out"): -10}
    assert refusal_of_second(changes, [(1, 60, 2), (2, 50, 2)]) == GLOBAL


def test_account_that_skips_a_segment_is_refused() -> None:
    """The second segment takes account 1 from the start of the run, as if the first one had not touched it."""
    changes: dict[Cell, int] = {("move", 1, "before"): -100, ("move", 1, "after"): -100}
    changes |= {
        ("boundary", 0, "balance_in"): -100,
        ("boundary", 0, "balance_out"): -100,
        ("boundary", 0, "origin"): -1,
    }
    assert refusal_of_second(changes | counted({0: -1, 1: 1}), [(1, P - 30, 2), (2, 50, 2)]) == GLOBAL


def test_origin_that_no_segment_has_is_refused() -> None:
    """Only the global bus sees it: the index's difference is looked up where it belongs."""
    assert refusal_of({("boundary", 1, "origin"): -1} | counted({0: -1, 1: 1})) == GLOBAL


@pytest.mark.parametrize(
    "output",
    [
        [(1, 71, 1), (2, 50, 1)],
        [(1, 70, 1), (2, 50, 2)],
        [(1, 70, 1)],
        [(1, 70, 1), (2, 50, 1), (3, 1, 0)],
        [(1, 70, 1), (1, 70, 1), (2, 50, 1)],
        [],
    ],
)
def test_output_that_the_run_did_not_have_is_refused(output: Output) -> None:
    assert refusal_of({}, output) == GLOBAL


def test_untouched_account_in_the_output_is_accepted_with_nothing_on_it() -> None:
    assert refusal_of({}, [(1, 70, 1), (2, 50, 1), (3, 0, 0)]) is None


# Segments.


def renumbered(*segments: Trace) -> list[Trace]:
    """The segments with the indices of their places; origins are left as they are."""
    return [with_public(segment, segment=index) for index, segment in enumerate(segments)]


FIRST, SECOND, THIRD = THREE_SEGMENTS.segments


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ((FIRST, THIRD), Refusal(R.SEGMENTS_DO_NOT_MEET, "segment 1: pc_in is 2, expected 1")),
        ((FIRST, SECOND), Refusal(R.NOT_HALTED, "pc_out is 2 at the end")),
        ((SECOND, THIRD), Refusal(R.START_DIFFERS, "segment 0: pc_in is 1, expected 0")),
        ((SECOND, FIRST, THIRD), Refusal(R.START_DIFFERS, "segment 0: pc_in is 1, expected 0")),
        ((FIRST, THIRD, SECOND), Refusal(R.SEGMENTS_DO_NOT_MEET, "segment 1: pc_in is 2, expected 1")),
        ((FIRST, FIRST, SECOND, THIRD), Refusal(R.SEGMENTS_DO_NOT_MEET, "segment 1: pc_in is 0, expected 1")),
        ((FIRST, SECOND, THIRD, THIRD), Refusal(R.SEGMENT_AFTER_HALT, "segment 3")),
    ],
    ids=["dropped", "last dropped", "first dropped", "exchanged", "last exchanged", "repeated", "after the halt"],
)
def test_segments_dropped_exchanged_or_repeated_are_refused(segments: tuple[Trace, ...], expected: Refusal) -> None:
    assert refusal(THREE_SEGMENTS.proven(renumbered(*segments))) == expected


def test_segments_exchanged_with_their_old_indices_are_refused() -> None:
    assert refusal(THREE_SEGMENTS.proven([FIRST, THIRD, SECOND])) == Refusal(R.SEGMENT_INDEX, "segment 1 states 2")


def test_segment_that_halts_before_the_last_is_refused() -> None:
    segments = renumbered(SEGMENT, TWO_SEGMENTS.segments[1])
    assert refusal(TWO_SEGMENTS.proven(segments)) == Refusal(R.SEGMENT_AFTER_HALT, "segment 1")


def test_exit_code_of_a_segment_that_does_not_halt_is_refused() -> None:
    first, second = TWO_SEGMENTS.segments
    refused = refusal(TWO_SEGMENTS.proven([with_public(first, exit=1), second]))
    assert refused == Refusal(R.EXIT_CODE_WITHOUT_HALT, "segment 0")


def test_segment_proven_at_another_index_than_it_states_is_refused() -> None:
    """The constraints see the index that is stated; the transcript's is the place in the run."""
    assert refusal(ONE_SEGMENT.proven([with_public(SEGMENT, segment=1)])) == Refusal(
        R.SEGMENT_INDEX, "segment 0 states 1"
    )
