"""The circuit that verifies a segment of a listed shape: its recorded compressions are those that soundcalc counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from soundcalc.protocol.segment_cost import segment_compressions
from spec.parameters import RECURSION
from spec.protocol.shape import SegmentShape, listed_shape
from spec.rv64im.machine import RV64IM
from spec.rv64im.recursion_shapes import CALL_SHAPES_LOG2
from tests.blank_proofs import blank_recording
from tests.changed_traces import split
from tests.recorded_verification import Recording
from tests.small_runs import CAPPED, ONE_SEGMENT, TWO_SEGMENTS, Example

SMALL, MEDIUM, LARGE = range(3)
"""The listed sizes of a program's tables."""

ALLOWED = 10_800
"""What a proof of about 210 million cells may cost a circuit: two of them fit into a node."""

ALLOWED_ALONE = 2 * ALLOWED
"""What one may cost that shares its node with no other."""

MILLIONS = {
    "counting": 194,
    "hashing": 180,
    "sorting": 167,
    "text": 153,
    "arithmetic": 204,
    "general": 209,
    "ethereum": 143,
    "digests": 153,
    "pairings": 186,
    "counting_with_calls": 191,
    "hashing_with_calls": 189,
    "sorting_with_calls": 177,
    "text_with_calls": 162,
    "arithmetic_with_calls": 213,
    "general_with_calls": 205,
}
"""Cells of main with a small program."""

COMPRESSIONS = {
    "counting": (10233, 10233, 10319),
    "hashing": (10121, 10121, 10208),
    "sorting": (9867, 9867, 10034),
    "text": (9867, 9867, 9953),
    "arithmetic": (10476, 10476, 10562),
    "general": (10602, 10602, 10772),
    "ethereum": (13195, 13277, 13365),
    "digests": (13266, 13266, 13354),
    "pairings": (13589, 13589, 13675),
    "counting_with_calls": (13650, 13650, 13735),
    "hashing_with_calls": (13713, 13713, 13800),
    "sorting_with_calls": (13540, 13540, 13626),
    "text_with_calls": (13460, 13460, 13545),
    "arithmetic_with_calls": (14067, 14067, 14152),
    "general_with_calls": (14081, 14081, 14169),
}
"""By shape, with a program of each size.

A stacked column of 2^21 cells more is a quarter of a block in each of 82 leaves. A large program's tables are 14
million cells, seven stacked columns in place of one: one block more in every leaf.
"""


def of_shape(name: str, size: int) -> SegmentShape:
    return listed_shape(RV64IM, name, RV64IM.listed_programs[size])


@pytest.mark.parametrize(
    "example",
    [
        replace(ONE_SEGMENT, parameters=CAPPED),
        ONE_SEGMENT,
        replace(TWO_SEGMENTS, moves=(*TWO_SEGMENTS.moves, *TWO_SEGMENTS.moves, *TWO_SEGMENTS.moves), cuts=()),
    ],
    ids=["caps", "no caps", "taller"],
)
def test_verification_is_recorded_alike_on_a_proof_and_on_zeros(example: Example) -> None:
    """So the circuit is the shape's, and no proof of a large one has to be made."""
    shape = example.segments[0].shape
    recorded = Recording(example.proof).algebra
    assert recorded.operations == blank_recording(shape, example.parameters).algebra.operations
    assert recorded.counts()["compress"] == segment_compressions(shape, example.parameters).total


def test_chip_in_two_instances_is_counted_twice() -> None:
    shape = split(ONE_SEGMENT.segments[0], "move", (2, 1)).shape
    found = blank_recording(shape, CAPPED).algebra.counts()["compress"]
    assert found == segment_compressions(shape, CAPPED).total


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_compressions_of_a_listed_shape_are_as_counted(name: str) -> None:
    counted = tuple(segment_compressions(of_shape(name, size), RECURSION).total for size in (SMALL, MEDIUM, LARGE))
    assert counted == COMPRESSIONS[name]
    assert round(of_shape(name, SMALL).main_cells / 10**6) == MILLIONS[name]


def test_every_listed_shape_is_counted() -> None:
    assert set(COMPRESSIONS) == set(RV64IM.listed_shapes)


def test_every_listed_shape_is_within_what_is_allowed() -> None:
    for name, counts in COMPRESSIONS.items():
        assert max(counts) <= (ALLOWED_ALONE if name in CALL_SHAPES_LOG2 else ALLOWED)


def recorded_compressions(name: str, size: int) -> int:
    return blank_recording(of_shape(name, size), RECURSION).algebra.counts()["compress"]


@pytest.mark.parametrize(("name", "size"), [("sorting", MEDIUM), ("general", LARGE)])
def test_recorded_compressions_of_a_listed_shape_are_those_counted(name: str, size: int) -> None:
    assert recorded_compressions(name, size) == COMPRESSIONS[name][size]


@pytest.mark.slow
@pytest.mark.parametrize("size", [SMALL, MEDIUM, LARGE])
@pytest.mark.parametrize("name", COMPRESSIONS)
def test_recorded_compressions_of_every_listed_shape_are_those_counted(name: str, size: int) -> None:
    assert recorded_compressions(name, size) == COMPRESSIONS[name][size]
