"""The table of invocations has every circuit of the calculator, that of edges every condition and every field."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

from documentation.edges import EDGES, all_invocations, conditions, edges
from soundcalc.protocol.tree import proof_tree
from spec.protocol.node_statement import NodeStatement
from spec.rv64im.machine import RV64IM
from spec.rv64im.tree import tree_design


def test_every_condition_binds_one_edge() -> None:
    assert Counter(name for edge in EDGES for name in edge.conditions) == Counter(conditions())


def test_every_field_of_a_node_statement_is_on_an_edge() -> None:
    text = edges()
    named = {"starts": "starts", "ends": "ends", "exit_values": "exit values"}
    assert [f.name for f in fields(NodeStatement) if f"{named.get(f.name, f'`{f.name}`')}" not in text] == []


def test_every_join_of_segments_is_on_an_edge() -> None:
    text = edges()
    assert [join for join in RV64IM.joins if f"`{join.leaves}` to `{join.enters}`" not in text] == []


def test_every_circuit_of_the_calculator_belongs_to_one_invocation() -> None:
    names = [circuit.name for circuit in proof_tree(tree_design(), 2, 1).circuits]
    prefixes = [prefix for invocation in all_invocations() for prefix in invocation.circuits]
    assert all(sum(name.startswith(prefix) for prefix in prefixes) == 1 for name in names)
    assert all(any(name.startswith(prefix) for name in names) for prefix in prefixes)
