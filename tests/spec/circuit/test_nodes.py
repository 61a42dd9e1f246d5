"""Designs of trees: what they list, and shapes that no circuit may be made for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spec.circuit import nodes
from spec.circuit.nodes import NODE_SHAPE, Combine, Convert, shape_of
from spec.field import P
from spec.protocol import recursion
from spec.protocol.shape import SegmentShape, is_listed
from spec.rejection import Rejected, Rejection
from tests.small_machine import SMALL_MACHINE
from tests.small_tree import DESIGN, SHAPE


def test_list_has_a_circuit_for_every_shape_and_number_of_segments_and_for_every_number_of_nodes() -> None:
    assert DESIGN.kinds == (Convert("small", 1), Convert("small", 2), Convert("small", 4), Combine(2))
    assert [kind.name for kind in DESIGN.kinds] == [
        "convert_small_1",
        "convert_small_2",
        "convert_small_4",
        "combine_2",
    ]


def test_machines_of_nodes_list_one_shape_which_their_digests_cover() -> None:
    machine = DESIGN.node_machine
    assert list(machine.listed_shapes) == [NODE_SHAPE]
    assert is_listed(shape_of(machine))
    assert DESIGN.node_form.shape == shape_of(machine)
    assert len({machine.digest, DESIGN.final_machine.digest, replace(machine, listed_shapes={}).digest}) == 3


def test_public_values_of_nodes_are_a_statement_behind_those_of_every_circuit() -> None:
    names = DESIGN.node_machine.public_values
    assert names[:3] == ("segment", "start", "end")
    assert names[3 + 32 : 3 + 32 + 5] == ("segment_count", "first_index", "pc_in", "pc_out", "exit")
    assert len(names) == 3 + 4 * 16 + 2 + 2 + 1 + 6 + 1


def test_no_circuit_is_made_for_a_shape_that_the_verifier_refuses() -> None:
    without_boundary = SegmentShape(SMALL_MACHINE, {**SHAPE.heights_log2, "boundary": ()})
    with pytest.raises(Rejected) as rejected:
        replace(DESIGN, segment_shapes={"small": without_boundary})
    assert rejected.value.reason is Rejection.TABLE_COUNT
    tall = {**DESIGN.nodes.heights_log2, "sha256_rest": 21}
    with pytest.raises(Rejected) as rejected:
        replace(DESIGN, nodes=replace(DESIGN.nodes, heights_log2=tall))
    assert rejected.value.reason is Rejection.TABLE_HEIGHT


def test_no_circuit_is_made_where_messages_of_a_run_may_wrap_around(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = P // (2 * 2 ** SHAPE.heights_log2["boundary"][0]) + 1
    monkeypatch.setattr(recursion, "MAXIMUM_TREE_SEGMENTS", most)
    with pytest.raises(ValueError, match="shape small: a run may have so many messages on continuation"):
        replace(DESIGN, segments=replace(SMALL_MACHINE, maximum_segments=most))


def test_no_circuit_is_made_where_its_own_messages_may_wrap_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "P", 2 ** (DESIGN.nodes.heights_log2["multiply_add"] + 2))
    with pytest.raises(ValueError, match="limpid node: its messages on value may wrap around p"):
        replace(DESIGN)
