"""The relations of the recursion's nodes, on a run of three segments and on every single lie about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from reference.recursion.statements import combined
from spec.protocol.hash import Prefix, digest_bytes, digest_words
from spec.protocol.node_statement import NodeStatement
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.recursion import (
    COMBINE,
    CONVERT,
    FINAL,
    UNCHANGED,
    Relation,
    broken,
    depth_limit,
    most_segments,
    require,
)
from spec.protocol.run import leaves_root, tagged_words, tree_root
from spec.rejection import Rejected
from spec.rv64im.machine import RV64IM
from tests import node_lies as lies
from tests.node_lies import CONTEXT, LEAVES, OTHER, PAIR, WHOLE, Lie, converted, said, segment

RELATIONS: Mapping[str, tuple[Relation[Any], Mapping[str, Lie]]] = {
    "convert": (CONVERT, lies.CONVERT_LIES),
    "combine": (COMBINE, lies.COMBINE_LIES),
    "unchanged": (UNCHANGED, lies.UNCHANGED_LIES),
    "final": (FINAL, lies.FINAL_LIES),
}
ALL_LIES = [(relation, name) for relation, (_, of) in RELATIONS.items() for name in of]

TRUE_BY_CONSTRUCTION = {"run_is_the_same_everywhere", "key_list_root_is_the_same_everywhere"}
"""Conditions of convert: a segment is verified under the run that the node states, and knows no list of keys."""


def _broken(relation: Relation[Any], premise: Any, node: Any) -> list[str]:
    return broken(relation, NumberAlgebra(), RV64IM, premise, node)


def test_honest_tree_satisfies_every_relation() -> None:
    for indices in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)):
        assert _broken(CONVERT, [segment(index) for index in indices], converted(*indices)) == []
    assert _broken(COMBINE, PAIR, WHOLE) == []
    three = [converted(index) for index in range(3)]
    assert _broken(COMBINE, three, combined(three)) == []
    assert _broken(UNCHANGED, WHOLE, WHOLE) == []
    assert _broken(FINAL, CONTEXT, WHOLE) == []


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8])
def test_root_over_subtrees_is_that_of_the_rfc(count: int) -> None:
    algebra = NumberAlgebra()
    leaves = [(index,) * 8 for index in range(count)]
    roots = [tagged_words(algebra, Prefix.RUN_LEAF, leaf) for leaf in leaves]
    assert digest_bytes(tree_root(algebra, roots)) == leaves_root([digest_bytes(leaf) for leaf in leaves])


def test_root_of_a_tree_in_the_shape_of_the_rfc_is_that_of_the_run() -> None:
    assert tuple(WHOLE.leaves_root) == digest_words(leaves_root([digest_bytes(leaf) for leaf in LEAVES]))


@pytest.mark.parametrize("relation", RELATIONS)
def test_every_condition_has_a_lie_that_it_alone_refuses(relation: str) -> None:
    """So a relation without the condition accepts the lie."""
    conditions, of = RELATIONS[relation]
    names = {condition.name for condition in conditions}
    assert set(of) == names - (TRUE_BY_CONSTRUCTION if relation == "convert" else set())


@pytest.mark.parametrize(("relation", "name"), ALL_LIES, ids=lambda text: text)
def test_lie_breaks_its_condition_and_no_other(relation: str, name: str) -> None:
    conditions, of = RELATIONS[relation]
    assert _broken(conditions, *of[name]) == [name]
    without = tuple(condition for condition in conditions if condition.name != name)
    assert _broken(without, *of[name]) == []


@pytest.mark.parametrize(("relation", "name"), ALL_LIES, ids=lambda text: text)
def test_lie_is_rejected_for_the_reason_of_its_condition(relation: str, name: str) -> None:
    conditions, of = RELATIONS[relation]
    reason = next(condition.reason for condition in conditions if condition.name == name)
    with pytest.raises(Rejected) as rejected:
        require(conditions, NumberAlgebra(), RV64IM, *of[name], "here")
    assert (rejected.value.reason, rejected.value.detail) == (reason, f"here, {name}")


@pytest.mark.parametrize("name", OTHER)
def test_statement_with_one_other_field_is_refused(name: str) -> None:
    assert _broken(COMBINE, PAIR, said(WHOLE, name)) != []
    assert _broken(UNCHANGED, WHOLE, said(WHOLE, name)) == [f"{name}_from_the_child"]
    if name != "key_list_root":
        segments = [segment(0), segment(1)]
        assert (_broken(CONVERT, segments, said(converted(0, 1), name)) != []) == (name != "run")


def test_other_values_are_of_every_field() -> None:
    assert list(OTHER) == [field.name for field in fields(NodeStatement)]


@pytest.mark.parametrize("depths", [(0, 0), (0, 3), (3, 0), (2, 2), (9, 4)])
def test_depth_is_one_more_than_the_deepest_childs(depths: tuple[int, int]) -> None:
    pair = [replace(span, depth=depth) for span, depth in zip(PAIR, depths, strict=True)]
    assert _broken(COMBINE, pair, combined(pair)) == []
    for other in set(range(depth_limit(RV64IM) + 2)) - {1 + max(depths)}:
        assert _broken(COMBINE, pair, replace(combined(pair), depth=other)) == ["depth_is_one_more"]


def test_depth_is_bounded() -> None:
    deep = replace(PAIR[0], depth=depth_limit(RV64IM))
    assert "depth_is_bounded" in _broken(COMBINE, (deep, PAIR[1]), combined((deep, PAIR[1])))


@pytest.mark.parametrize("name", [name for name in OTHER if name != "depth"])
def test_final_statement_with_one_other_field_is_refused(name: str) -> None:
    """The depth is bounded, and otherwise as it likes."""
    assert _broken(FINAL, CONTEXT, said(WHOLE, name)) != []


@pytest.mark.parametrize("segment_count", [0, most_segments(RV64IM) + 1])
def test_final_statement_with_an_impossible_count_is_refused(segment_count: int) -> None:
    context = replace(CONTEXT, digest_over=lambda count, root: lies.RUN)
    assert _broken(FINAL, context, said(WHOLE, segment_count=segment_count)) == ["count_is_bounded"]
