"""What nodes are said to cost is what their circuits have."""

from __future__ import annotations

from functools import cache

import pytest

from reference.recursion.circuits import blank_recording
from soundcalc.protocol.node_cost import NodeCost, node_costs
from spec.circuit.nodes import Combine, Convert, NodeKind
from spec.protocol.proof_encoding import encode_segment
from spec.rv64im.tree import tree_design
from tests.final_size import FINAL_BYTES
from tests.small_tree import DESIGN, final, pair_of_pairs


@cache
def _costs() -> dict[str, NodeCost]:
    return {cost.name: cost for cost in node_costs(DESIGN)}


def _cost_of(kind: NodeKind | None) -> NodeCost:
    return _costs()[DESIGN.final_machine.name if kind is None else kind.name]


@pytest.mark.parametrize(
    "kind",
    [
        Convert("small", 1),
        Convert("small", 2),
        Convert("small", 4),
        pytest.param(Combine(2), marks=pytest.mark.slow),
        None,
    ],
    ids=str,
)
def test_compressions_are_those_of_the_circuit_that_is_written_down(kind: NodeKind | None) -> None:
    rows = blank_recording(DESIGN, kind).circuit.rows_by_chip["compress"]
    assert _cost_of(kind).compressions == len(rows) <= _cost_of(kind).room


def test_every_kind_of_node_and_the_final_proof_has_its_costs() -> None:
    assert list(_costs()) == [*(kind.name for kind in DESIGN.kinds), DESIGN.final_machine.name]


@pytest.mark.slow
def test_proofs_have_about_the_expected_bytes() -> None:
    """One query an iteration: what is expected of a proof's positions happens."""
    for kind, proof in ((Convert("small", 2), pair_of_pairs()[0].proof), (None, final())):
        (segment,) = proof.segments
        assert len(encode_segment(segment)) == pytest.approx(_cost_of(kind).proof_bytes, rel=0.01)
        assert segment.shape.main_cells == _cost_of(kind).cells


def test_production_nodes_have_room_for_their_compressions_and_final_proofs_are_small() -> None:
    costs = node_costs(tree_design())
    for cost in costs:
        # No more than a half of the tables stays empty but where one segment has no neighbour of its shape.
        assert cost.compressions <= cost.room
        assert cost.compressions > cost.room // (4 if cost.name.endswith("_1") else 2)
    assert costs[-1].proof_bytes < FINAL_BYTES
    assert {cost.rate_log2 for cost in costs[:-1]} == {3}
