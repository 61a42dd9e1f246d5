"""Leaves of a tree that was built by hand are accepted at their positions, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reference.verifier.openings import leaf_digest, node_digest, opened_leaves
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.numbers import NumberAlgebra
from spec.rejection import Rejected, Rejection
from tests.reference.prover import commitment_by_hand as by_hand

DEPTH, WIDTH = 4, 19
LEAVES = [[100 * i + j for j in range(WIDTH)] for i in range(1 << DEPTH)]
LAYERS = by_hand.layers(LEAVES)
ROOT = LAYERS[-1][0]
POSITIONS = [9, 2, 9, 3, 15]
"""As drawn: two neighbours, and one position twice."""

Change = Callable[[MerkleOpening], MerkleOpening]


def _opened(cap_log2: int, change: Change, positions: list[int], root: tuple[int, ...] = ROOT) -> list[list[int]]:
    shape = TreeShape(DEPTH, WIDTH, cap_log2)
    opening = change(by_hand.opening(LEAVES, shape, POSITIONS))
    bits = [[position >> i & 1 for i in range(DEPTH)] for position in positions]
    reason = Rejection.COMMITMENT_ROOT_MISMATCH
    return [list(row) for row in opened_leaves(NumberAlgebra(), opening, shape, root, bits, reason, "here")]


def _refusal(cap_log2: int, change: Change, positions: list[int] = POSITIONS, root: tuple[int, ...] = ROOT) -> object:
    with pytest.raises(Rejected) as raised:
        _opened(cap_log2, change, positions, root)
    return raised.value.reason


def _unchanged(opening: MerkleOpening) -> MerkleOpening:
    return opening


def test_digests_are_those_made_by_hand() -> None:
    assert leaf_digest(NumberAlgebra(), LEAVES[3]) == by_hand.leaf_digest(LEAVES[3]) == LAYERS[0][3]
    assert node_digest(NumberAlgebra(), LAYERS[0][2], LAYERS[0][3]) == LAYERS[1][1]


@pytest.mark.parametrize("cap_log2", range(DEPTH + 1))
def test_leaves_come_in_the_order_of_the_positions(cap_log2: int) -> None:
    assert _opened(cap_log2, _unchanged, POSITIONS) == [LEAVES[position] for position in POSITIONS]


def _row(opening: MerkleOpening) -> MerkleOpening:
    return replace(opening, rows=(*opening.rows[:-1], (*opening.rows[-1][:-1], 7)))


def _rows_exchanged(opening: MerkleOpening) -> MerkleOpening:
    return replace(opening, rows=(opening.rows[1], opening.rows[0], *opening.rows[2:]))


def _sibling(opening: MerkleOpening) -> MerkleOpening:
    return replace(opening, siblings=((*opening.siblings[0][:-1], 0), *opening.siblings[1:]))


def _last_of_cap(opening: MerkleOpening) -> MerkleOpening:
    return replace(opening, cap=(*opening.cap[:-1], opening.cap[0]))


@pytest.mark.parametrize("cap_log2", [0, 2])
@pytest.mark.parametrize("change", [_row, _rows_exchanged, _sibling])
def test_changed_opening_does_not_reach_the_root(cap_log2: int, change: Change) -> None:
    assert _refusal(cap_log2, change) is Rejection.COMMITMENT_ROOT_MISMATCH


def test_cap_that_no_position_needs_belongs_to_the_root_too() -> None:
    def change(opening: MerkleOpening) -> MerkleOpening:
        return replace(opening, cap=(opening.cap[0], opening.cap[0], *opening.cap[2:]))

    # Positions 2, 3, 9 and 15 lie under the first, the third and the last node of the cap.
    assert _refusal(2, change) is Rejection.COMMITMENT_ROOT_MISMATCH
    assert _refusal(2, _last_of_cap) is Rejection.COMMITMENT_ROOT_MISMATCH


def test_other_root_is_refused() -> None:
    for cap_log2 in (0, 2):
        assert _refusal(cap_log2, _unchanged, root=(*ROOT[:-1], 0)) is Rejection.COMMITMENT_ROOT_MISMATCH


@pytest.mark.parametrize(
    ("positions", "reason"),
    [
        ([9, 2, 9, 3, 14], Rejection.COMMITMENT_ROOT_MISMATCH),
        ([9, 2, 3], Rejection.OPENING_ROW_COUNT),
        ([9, 2, 3, 15, 0], Rejection.OPENING_ROW_COUNT),
        ([9, 2, 4, 15], Rejection.OPENING_SIBLING_COUNT),
    ],
)
def test_opening_of_other_positions_is_refused(positions: list[int], reason: Rejection) -> None:
    assert _refusal(0, _unchanged, positions) is reason


@pytest.mark.parametrize("keep", [slice(1, None), slice(0, -1)])
def test_opening_without_one_of_its_siblings_is_refused(keep: slice) -> None:
    change: Change = lambda opening: replace(opening, siblings=opening.siblings[keep])  # noqa: E731
    assert _refusal(1, change) is Rejection.OPENING_SIBLING_COUNT
