"""What an opening of a Merkle tree holds in expectation over its positions, which are drawn with repetition."""

from __future__ import annotations

import math
from functools import cache


def expected_distinct(nodes: int, queries: int) -> float:
    """How many of this many nodes `queries` uniform indices hit, in expectation."""
    if nodes == 1:
        return 1.0 if queries else 0.0
    return -nodes * math.expm1(queries * math.log1p(-1 / nodes))


@cache
def expected_siblings(depth: int, queries: int) -> float:
    """How many digests an opening of a tree with 2^depth leaves needs, in expectation.

    In a layer of N nodes these are the nodes that are not hit and whose sibling is.
    """
    total = 0.0
    for layer in range(1, depth + 1):
        nodes = 1 << layer
        neither_missed = 0.0 if nodes == 2 else math.exp(queries * math.log1p(-2 / nodes))
        total += nodes * (math.exp(queries * math.log1p(-1 / nodes)) - neither_missed)
    return total
