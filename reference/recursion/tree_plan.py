"""Which segments a tree converts together, and which nodes it combines: the root must be that of RFC 6962 over all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spec.circuit.nodes import TreeDesign


@dataclass(frozen=True)
class Span:
    """Neighbouring segments of one shape, converted together."""

    first: int
    count: int

    @property
    def segments(self) -> range:
        """Their indices."""
        return range(self.first, self.first + self.count)


@dataclass(frozen=True)
class Branch:
    """Neighbouring parts of the tree, combined."""

    parts: tuple[Part, ...]

    @property
    def first(self) -> int:
        """The first segment's index."""
        return self.parts[0].first

    @property
    def count(self) -> int:
        """The segments below."""
        return sum(part.count for part in self.parts)


Part = Span | Branch


def node_count(part: Part) -> int:
    """How many nodes there are of a part of a tree and below."""
    return 1 + (sum(map(node_count, part.parts)) if isinstance(part, Branch) else 0)


def plan_tree(shapes: Sequence[str], design: TreeDesign) -> Part:
    """The tree over segments of these shapes, with as few nodes as the design's circuits allow.

    Raises ValueError for no segments, or where no circuit takes a segment alone or two nodes.
    """
    if not shapes or 1 not in design.segment_counts or (len(shapes) > 1 and 2 not in design.child_counts):
        raise ValueError("a tree has a segment, and circuits for one segment and for two nodes")
    return _planned(shapes, 0, len(shapes), design)


def _planned(shapes: Sequence[str], first: int, count: int, design: TreeDesign) -> Part:
    if len(set(shapes[first : first + count])) == 1 and count in design.counts_of(shapes[first]):
        return Span(first, count)
    split = 1 << ((count - 1).bit_length() - 1)
    left = _planned(shapes, first, split, design)
    right = _planned(shapes, first + split, count - split, design)
    # The root over three subtrees joins the first two, over four the first two and the last two.
    if isinstance(left, Branch) and len(left.parts) == 2:
        if isinstance(right, Branch) and len(right.parts) == 2 and 4 in design.child_counts:
            return Branch((*left.parts, *right.parts))
        if 3 in design.child_counts:
            return Branch((*left.parts, right))
    return Branch((left, right))
