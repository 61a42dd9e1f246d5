"""Merkle openings on arrays: leaves at distinct positions led up to the cap, and the cap to the root."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.verifier.elements import Scalars
from optimized.verifier.refusal import UnexplainedRejected
from optimized.verifier.scalars import leaf_digests, node_digest
from spec.protocol.hash import STATE_WORDS, Domain
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.rejection import Rejection

_LEAF = np.array(Domain.MERKLE_LEAF.initial_value, dtype=np.uint64)
_NODE = np.array(Domain.MERKLE_NODE.initial_value, dtype=np.uint64)


@compiled
def _lead_up(positions: NDArray[np.int64], nodes: Scalars, siblings: Scalars, layers: int, initial: Scalars) -> int:
    """Leads nodes at ascending distinct positions up so many layers, in place; how many are left.

    Returns -1 unless the siblings are exactly those that no node determines.
    """
    count, used = len(positions), 0
    for _ in range(layers):
        kept, at = 0, 0
        while at < count:
            position = positions[at]
            if position & 1 == 0 and at + 1 < count and positions[at + 1] == position + 1:
                node_digest(nodes[at], nodes[at + 1], initial, nodes[kept])
                at += 2
            else:
                if used == len(siblings):
                    return -1
                if position & 1:
                    node_digest(siblings[used], nodes[at], initial, nodes[kept])
                else:
                    node_digest(nodes[at], siblings[used], initial, nodes[kept])
                used += 1
                at += 1
            positions[kept] = position >> 1
            kept += 1
        count = kept
    return count if used == len(siblings) else -1


@compiled
def _root_of(nodes: Scalars, initial: Scalars) -> None:
    """Leads a whole layer up to the root, which becomes the first node."""
    count = len(nodes)
    while count > 1:
        for i in range(count // 2):
            node_digest(nodes[2 * i], nodes[2 * i + 1], initial, nodes[i])
        count //= 2


def _digests(digests: Sequence[Sequence[int]]) -> Scalars:
    return np.asarray(digests, dtype=np.uint64).reshape(-1, STATE_WORDS)


def check_opening(
    opening: MerkleOpening,
    rows: NDArray[np.uint32],
    positions: NDArray[np.int64],
    shape: TreeShape,
    root: Sequence[int],
) -> None:
    """The rows stand at these ascending distinct positions of the tree with this root.

    Raises UnexplainedRejected at the first check that fails, which may be another than the reference's.
    """
    if rows.shape != (len(positions), shape.width):
        raise UnexplainedRejected(Rejection.OPENING_ROW_COUNT, f"{len(rows)} rows")
    nodes = np.empty((len(rows), STATE_WORDS), dtype=np.uint64)
    leaf_digests(rows, _LEAF, nodes)
    left = positions.copy()
    count = _lead_up(left, nodes, _digests(opening.siblings), shape.path_length, _NODE)
    if count < 0:
        raise UnexplainedRejected(Rejection.OPENING_SIBLING_COUNT, f"{len(opening.siblings)} digests")
    # The cap is changed on the way up, and the opening is not.
    cap = _digests(opening.cap).copy() if len(opening.cap) else _digests([root])
    if len(cap) != 1 << shape.cap_log2 or not np.array_equal(cap[left[:count]], nodes[:count]):
        raise UnexplainedRejected(Rejection.COMMITMENT_ROOT_MISMATCH, "path")
    _root_of(cap, _NODE)
    if tuple(cap[0].tolist()) != tuple(root):
        raise UnexplainedRejected(Rejection.COMMITMENT_ROOT_MISMATCH, "cap")
