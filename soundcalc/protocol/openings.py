"""What an iteration of WHIR opens: leaves, and paths up to the cap, in every tree that it queries.

The first iteration queries one tree for each commitment that is present; a leaf holds all stacked columns of the
commitment at the points of one fibre, as base-field elements. A later iteration queries one tree of extension elements.
"""

from __future__ import annotations

from dataclasses import dataclass

from soundcalc.protocol.expectation import expected_distinct, expected_siblings
from soundcalc.protocol.shape import ArgumentSize, ProofShape
from spec.field import EXTENSION_DEGREE

ELEMENT_BYTES = 4
"""A base-field element as a proof holds it."""

COUNT_BYTES = 4
"""A list's length in the encoding of an opening."""
EXTENSION_BYTES = ELEMENT_BYTES * EXTENSION_DEGREE
DIGEST_BYTES = 32
"""SHA-256."""

BLOCK_BYTES = 64
"""What one compression of SHA-256 takes in."""


@dataclass(frozen=True)
class Opening:
    """The trees that one iteration queries at the same positions: bytes of a leaf by tree, and their common depth."""

    leaf_bytes: tuple[int, ...]
    depth: int
    cap_log2: int

    def expected_bytes(self, queries: int) -> float:
        """Each distinct leaf once, each digest that no opened leaf determines once, the caps, and in every tree the
        counts of leaves and of digests."""
        leaves = expected_distinct(1 << self.depth, queries) * sum(self.leaf_bytes)
        siblings = expected_siblings(self.depth, queries) - expected_siblings(self.cap_log2, queries)
        cap = 1 << self.cap_log2 if self.cap_log2 else 0
        return leaves + len(self.leaf_bytes) * ((siblings + cap) * DIGEST_BYTES + 2 * COUNT_BYTES)

    def leaf_compressions(self, queries: int) -> int:
        """In a circuit, which cannot tell equal positions, every query hashes its leaves: a chain over their blocks."""
        return queries * sum(-(-leaf // BLOCK_BYTES) for leaf in self.leaf_bytes)

    def path_compressions(self, queries: int) -> int:
        """From every leaf up to the cap."""
        return queries * len(self.leaf_bytes) * (self.depth - self.cap_log2)

    @property
    def cap_compressions(self) -> int:
        """From the caps up to the roots, once."""
        return len(self.leaf_bytes) * ((1 << self.cap_log2) - 1)


def first_opening(argument: ArgumentSize, fold: int, domain_log2: int, cap_log2: int) -> Opening:
    """The opening of the commitments at fibres of 2^fold points."""
    leaves = tuple((columns * ELEMENT_BYTES) << fold for columns in argument.commitments)
    return Opening(leaves, domain_log2 - fold, cap_log2)


def later_opening(fold: int, domain_log2: int, cap_log2: int) -> Opening:
    """The opening of a vector that WHIR committed to."""
    return Opening((EXTENSION_BYTES << fold,), domain_log2 - fold, cap_log2)


def opening(shape: ProofShape, iteration: int) -> Opening:
    """What this iteration opens."""
    fold = shape.schedule.folds[iteration]
    domain_log2 = shape.schedule.domain_log2(iteration, shape.rate_log2)
    if iteration:
        return later_opening(fold, domain_log2, shape.cap_log2)
    return first_opening(shape.argument, fold, domain_log2, shape.cap_log2)
