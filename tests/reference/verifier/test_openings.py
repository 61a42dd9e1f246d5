"""Opened leaves are led up to a cap, and the cap to its root."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest

from reference.verifier.openings import leaf_digest, node_digest, opened_leaves
from spec.protocol.hash import Digest
from spec.protocol.merkle import MerkleOpening, TreeShape, distinct, sibling_positions
from spec.protocol.numbers import NumberAlgebra
from spec.rejection import Rejection
from tests.reference.verifier.small_proof import rejection

DEPTH = 4
ROWS = [tuple(range(20 * i, 20 * i + 18)) for i in range(1 << DEPTH)]


def layers() -> list[list[Digest]]:
    algebra = NumberAlgebra()
    found: list[list[Digest]] = [[tuple(leaf_digest(algebra, row)) for row in ROWS]]
    while len(found[-1]) > 1:
        below = found[-1]
        found.append([tuple(node_digest(algebra, below[i], below[i + 1])) for i in range(0, len(below), 2)])
    return found


LAYERS = layers()
ROOT = LAYERS[-1][0]


def opening_of(positions: Sequence[int], cap_log2: int) -> MerkleOpening:
    path = DEPTH - cap_log2
    siblings = [LAYERS[i][at] for i, wanted in enumerate(sibling_positions(positions, path)) for at in wanted]
    cap = LAYERS[path] if cap_log2 else []
    return MerkleOpening(tuple(ROWS[i] for i in distinct(positions)), tuple(siblings), tuple(cap))


def opened(opening: MerkleOpening, positions: Sequence[int], cap_log2: int, root: Digest = ROOT) -> list[Sequence[int]]:
    bits = [[position >> i & 1 for i in range(DEPTH)] for position in positions]
    shape = TreeShape(DEPTH, len(ROWS[0]), cap_log2)
    return opened_leaves(NumberAlgebra(), opening, shape, root, bits, Rejection.COMMITMENT_ROOT_MISMATCH, "here")


POSITIONS = (9, 2, 9, 3, 15)
REFUSED = (Rejection.COMMITMENT_ROOT_MISMATCH, "here")


@pytest.mark.parametrize("cap_log2", range(DEPTH + 1))
def test_leaves_are_those_at_the_positions_in_their_order(cap_log2: int) -> None:
    assert opened(opening_of(POSITIONS, cap_log2), POSITIONS, cap_log2) == [ROWS[i] for i in POSITIONS]


@pytest.mark.parametrize("cap_log2", range(DEPTH + 1))
def test_leaves_under_another_root_are_rejected(cap_log2: int) -> None:
    other = (ROOT[0] ^ 1, *ROOT[1:])
    opening = opening_of(POSITIONS, cap_log2)
    assert rejection(lambda: opened(opening, POSITIONS, cap_log2, other)) == REFUSED


@pytest.mark.parametrize("cap_log2", [0, 2, DEPTH])
def test_leaves_at_other_positions_are_rejected(cap_log2: int) -> None:
    """The opening of one leaf, shown as that of another one."""
    opening = opening_of((5,), cap_log2)
    assert rejection(lambda: opened(opening, (5,), cap_log2)) is None
    for position in (4, 7, 13):
        assert rejection(partial(opened, opening, (position,), cap_log2)) == REFUSED


@pytest.mark.parametrize("cap_log2", [0, 2])
def test_row_or_sibling_changed_is_rejected(cap_log2: int) -> None:
    honest = opening_of(POSITIONS, cap_log2)
    row = (honest.rows[1][0] + 1, *honest.rows[1][1:])
    rows = (honest.rows[0], row, *honest.rows[2:])
    sibling = (honest.siblings[0][0] ^ 1, *honest.siblings[0][1:])
    for changed in (
        MerkleOpening(rows, honest.siblings, honest.cap),
        MerkleOpening(honest.rows, (sibling, *honest.siblings[1:]), honest.cap),
    ):
        assert rejection(partial(opened, changed, POSITIONS, cap_log2)) == REFUSED


def test_cap_that_does_not_lead_to_the_root_is_rejected() -> None:
    """Also where no opened leaf lies below the digest that is changed: a cap is bound as a whole."""
    honest = opening_of((0,), 2)
    for at in range(4):
        digest = (honest.cap[at][0] ^ 1, *honest.cap[at][1:])
        cap = (*honest.cap[:at], digest, *honest.cap[at + 1 :])
        changed = MerkleOpening(honest.rows, honest.siblings, cap)
        assert rejection(partial(opened, changed, (0,), 2)) == REFUSED


def test_leaf_led_to_another_place_of_the_cap_is_rejected() -> None:
    """Two digests of the cap exchanged, under the root that such a cap has."""
    honest = opening_of((0,), 1)
    left, right = honest.cap
    exchanged = MerkleOpening(honest.rows, honest.siblings, (right, left))
    root = tuple(node_digest(NumberAlgebra(), right, left))
    assert rejection(lambda: opened(exchanged, (0,), 1, root)) == REFUSED
