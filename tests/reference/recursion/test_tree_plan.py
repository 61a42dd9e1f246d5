"""Planned trees: every segment once, in order, under the root of RFC 6962, with few nodes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.recursion.tree_plan import Branch, Part, Span, plan_tree
from spec.circuit.nodes import TreeDesign
from spec.protocol.hash import Prefix, digest_bytes
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.run import leaves_root, tagged_words, tree_root
from tests.small_tree import DESIGN

LEAVES = [(index,) * 8 for index in range(70)]


def _design(segment_counts: tuple[int, ...], child_counts: tuple[int, ...]) -> TreeDesign:
    return replace(DESIGN, segment_counts=segment_counts, child_counts=child_counts)


DESIGNS = [_design((1,), (2,)), _design((1, 2), (2,)), _design((1, 2, 4), (2, 3, 4)), _design((1, 3), (2, 3))]


def _root(part: Part) -> tuple[int, ...]:
    algebra = NumberAlgebra()
    if isinstance(part, Branch):
        return tuple(tree_root(algebra, [_root(below) for below in part.parts]))
    leaves = LEAVES[part.first : part.first + part.count]
    return tuple(tree_root(algebra, [tagged_words(algebra, Prefix.RUN_LEAF, leaf) for leaf in leaves]))


def _spans(part: Part) -> list[Span]:
    return [part] if isinstance(part, Span) else [span for below in part.parts for span in _spans(below)]


def _nodes(part: Part) -> int:
    return 1 if isinstance(part, Span) else 1 + sum(map(_nodes, part.parts))


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: f"{design.segment_counts} {design.child_counts}")
def test_planned_tree_has_every_segment_in_order_and_the_root_of_the_run(design: TreeDesign) -> None:
    for count in range(1, len(LEAVES)):
        part = plan_tree(["small"] * count, design)
        spans = _spans(part)
        assert [index for span in spans for index in range(span.first, span.first + span.count)] == list(range(count))
        assert digest_bytes(_root(part)) == leaves_root([digest_bytes(leaf) for leaf in LEAVES[:count]])


def test_planned_tree_converts_together_only_segments_of_one_shape() -> None:
    part = plan_tree(["a", "a", "b", "a", "a"], _design((1, 2, 4), (2,)))
    assert _spans(part) == [Span(0, 2), Span(2, 1), Span(3, 1), Span(4, 1)]


def test_wide_nodes_leave_fewer_of_them() -> None:
    nodes = [_nodes(plan_tree(["small"] * 64, design)) for design in DESIGNS[:3]]
    assert nodes == [127, 63, 16 + 4 + 1]


@pytest.mark.parametrize(
    ("count", "design"),
    [(0, DESIGNS[0]), (1, _design((2,), (2,))), (2, _design((1,), (3,)))],
    ids=["none", "one", "two"],
)
def test_tree_that_no_circuits_can_make_is_refused(count: int, design: TreeDesign) -> None:
    with pytest.raises(ValueError, match="a tree has a segment, and circuits for one segment and for two nodes"):
        plan_tree(["small"] * count, design)
