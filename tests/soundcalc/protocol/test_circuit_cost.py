from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from soundcalc.protocol.circuit_cost import (
    STATEMENT_COMPRESSIONS,
    Compressions,
    compressions,
    opening_operations,
)
from soundcalc.protocol.shape import ArgumentSize, ProofShape, shape_under
from spec.parameters import RECURSION


class _Transcript:
    """Counts blocks: a message is a header of 16 bytes and its payload; a second challenge absorbs an empty one."""

    def __init__(self) -> None:
        self.blocks = 0
        self._fresh = False

    def absorb(self, payload_bytes: int) -> None:
        self.blocks += -(-(16 + payload_bytes) // 64)
        self._fresh = True

    def challenge(self) -> None:
        if not self._fresh:
            self.absorb(0)
        self._fresh = False

    def grind(self) -> None:
        self.blocks += 1
        self.absorb(8)

    def positions(self, count: int) -> None:
        for _ in range(0, count, 8):
            self.challenge()


def _transcript_blocks(shape: ProofShape) -> int:
    """The protocol's messages and challenges one after the other, from the root of main on."""
    argument, schedule, said = shape.argument, shape.schedule, _Transcript()
    said.absorb(32)
    said.challenge()
    said.challenge()
    said.absorb(24 * 4)
    said.challenge()
    for layer in range(1, argument.circuit_depth):
        said.challenge()
        for _ in range(layer):
            said.absorb(24 * 2)
            said.challenge()
        said.absorb(24 * 4)
        said.challenge()
    said.challenge()
    for _ in range(argument.zerocheck_rounds):
        said.absorb(24 * 3)
        said.challenge()
    said.absorb(24 * argument.column_claims)
    said.challenge()
    for _ in range(schedule.height_log2):
        said.absorb(24 * 2)
        said.challenge()
    said.absorb(24 * argument.stacked_columns)
    if schedule.column_batching_grinding_bits:
        said.grind()
    said.challenge()
    for i, fold in enumerate(schedule.folds):
        for _ in range(fold):
            said.absorb(24 * 2)
            if schedule.folding_grinding_bits[i]:
                said.grind()
            said.challenge()
        last = i == len(schedule.folds) - 1
        said.absorb(24 << schedule.final_log2 if last else 32)
        if not last:
            said.challenge()
            said.absorb(24)
        if schedule.query_grinding_bits[i]:
            said.grind()
        said.positions(schedule.queries[i])
        if not last:
            said.challenge()
    return said.blocks


def _leaves_paths_caps(shape: ProofShape) -> Iterator[tuple[int, int, int]]:
    """For every tree of every iteration, counted query by query and node by node."""
    for i, fold in enumerate(shape.schedule.folds):
        depth = shape.schedule.height_log2 + shape.rate_log2 - i - fold
        widths = [columns * 4 for columns in shape.argument.commitments] if i == 0 else [24]
        for width in widths:
            queries = range(shape.schedule.queries[i])
            leaves = sum(-(-(width << fold) // 64) for _ in queries)
            paths = sum(1 for _ in queries for _ in range(shape.cap_log2, depth))
            yield leaves, paths, sum(1 << level for level in range(shape.cap_log2))


@pytest.mark.parametrize("grinding", [0, 5])
def test_compressions_are_those_of_the_protocol_walked_through(small_shape: ProofShape, grinding: int) -> None:
    schedule = replace(
        small_shape.schedule,
        column_batching_grinding_bits=grinding,
        folding_grinding_bits=(grinding, grinding),
    )
    shape = replace(small_shape, schedule=schedule)
    leaves, paths, caps = map(sum, zip(*_leaves_paths_caps(shape), strict=True))
    transcript = STATEMENT_COMPRESSIONS + _transcript_blocks(shape)
    found = compressions(shape)
    assert found == Compressions(leaves, paths, caps, transcript)
    assert found.total == leaves + paths + caps + transcript


def test_compressions_of_a_large_proof_are_those_of_the_protocol_walked_through(large_shape: ProofShape) -> None:
    leaves, paths, caps = map(sum, zip(*_leaves_paths_caps(large_shape), strict=True))
    transcript = STATEMENT_COMPRESSIONS + _transcript_blocks(large_shape)
    assert compressions(large_shape) == Compressions(leaves, paths, caps, transcript)


def test_segment_proof_of_40_million_cells_costs_about_8500_compressions() -> None:
    """Leaves are narrow and paths long where the first fold is small."""
    argument = ArgumentSize(1, 1, 20, 27, 2**26, 2**20, 2**25, 2**20, 10, 7, 500, 1750, 20, 1)
    found = compressions(shape_under(argument, RECURSION, 21))
    assert RECURSION.schedules[21].folds == (2, 4, 4, 4)
    # Every query opens three trees first: blocks of 20 columns, one and one, at 4 points of 4 bytes; then 16 points of
    # 24 bytes in one tree.
    assert found.leaves == 82 * (5 + 1 + 1) + (64 + 37 + 26) * 6
    # A tree over 2^24 points ends 2^6 digests below its root, four points a leaf; each later domain is half as large.
    assert found.paths == 82 * 3 * (24 - 2 - 6) + 64 * (23 - 4 - 6) + 37 * (22 - 4 - 6) + 26 * (21 - 4 - 6)
    assert found.caps == 6 * 63
    assert found.transcript == pytest.approx(1300, rel=0.1)
    assert found.total < 8600


def test_operations_are_those_of_every_query_every_coordinate_and_every_entry(small_shape: ProofShape) -> None:
    combination = 9 * 8 * 4
    folds = 9 * 4 * (4 - 1) + 5 * 4 * (8 - 1)
    # One claim enters; out-of-domain answer and nine queries join it before the second iteration.
    coordinates = 3 * (1 * 2 + 11 * 3)
    last_vector = (11 + 5) * 4
    assert opening_operations(small_shape) == combination + folds + coordinates + last_vector
