"""The Merkle paths of all queries, from openings in which queries share rows and digests, a layer at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from optimized.hashing import sha256
from optimized.words import Words
from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.merkle import MerkleOpening, MerklePath, TreeLevel
from spec.rejection import Rejected, Rejection

Positions = NDArray[np.int64]

DIGEST_WORD = np.dtype(">u4")


@dataclass(frozen=True)
class _Layer:
    """What is known of a layer of 2^depth nodes, whatever the tree: n distinct nodes lie above queries.

    Places count from 0 to n - 1 for the nodes themselves and from n to 2 n - 1 for their siblings.
    """

    of_query: Positions
    """For each query the number of its node."""

    given: NDArray[np.bool_]
    """For each node whether no query determines its sibling, so that the opening gives it."""

    sibling: Positions
    """For each node whose sibling is determined, in order: the number of that node."""

    left: Positions
    right: Positions
    """For each parent the places of its children."""


def _layer(positions: Positions) -> _Layer:
    nodes, of_query = np.unique(positions, return_inverse=True)
    partner = np.minimum(np.searchsorted(nodes, nodes ^ 1), len(nodes) - 1)
    given = nodes[partner] != nodes ^ 1
    parents = np.unique(nodes >> 1)
    first = np.searchsorted(nodes, 2 * parents)
    is_right = nodes[first] & 1
    count = len(nodes)
    return _Layer(of_query, given, partner[~given], first + count * is_right, first + count * (1 - is_right))


class QueryPaths:
    """The paths of queries at these indices of a domain of 2^domain_log2 positions."""

    def __init__(self, indices: Positions, domain_log2: int) -> None:
        self._layers = [_layer(indices >> (domain_log2 - depth)) for depth in range(domain_log2 + 1)]

    def of_tree(self, opening: MerkleOpening, levels: Sequence[TreeLevel]) -> MerklePath:
        """The paths in one tree as arrays: rows of (queries, width), siblings of (queries, 8) words.

        Raises Rejected unless the opening has exactly the rows and siblings that are needed.
        """
        depth = levels[0].depth
        rows_at = {level.depth: cast(Words, rows) for level, rows in zip(levels, opening.rows, strict=True)}
        if any(len(rows) != len(self._layers[at].given) for at, rows in rows_at.items()):
            raise Rejected(Rejection.OPENING_ROW_COUNT, "not one row per level and index")
        needed = sum(int(self._layers[at].given.sum()) for at in range(1, depth + 1))
        if len(opening.siblings) != needed:
            raise Rejected(Rejection.OPENING_SIBLING_COUNT, f"{len(opening.siblings)} digests, expected {needed}")

        stream = np.frombuffer(b"".join(opening.siblings), dtype=DIGEST_WORD).astype(np.uint32)
        unused = stream.reshape(-1, DIGEST_BYTES // DIGEST_WORD.itemsize)
        nodes = sha256.leaf_digests([rows_at[depth]])
        siblings = []
        for at in range(depth, 0, -1):
            layer = self._layers[at]
            count = int(layer.given.sum())
            beside = np.empty_like(nodes)
            beside[layer.given], unused = unused[:count], unused[count:]
            beside[~layer.given] = nodes[layer.sibling]
            siblings.append(beside[layer.of_query])
            both = np.concatenate([nodes, beside])
            nodes = sha256.compress(both[layer.left], both[layer.right])
            if at - 1 in rows_at:
                nodes = sha256.compress(nodes, sha256.leaf_digests([rows_at[at - 1]]))
        rows = [rows_at[level.depth][self._layers[level.depth].of_query] for level in levels]
        return MerklePath(cast(Any, tuple(rows)), cast(Any, tuple(siblings)))
