"""Combine: several neighbouring nodes become one; and the last node, which states what its child states."""

from __future__ import annotations

from collections.abc import Sequence

from reference.recursion.node_proof import NodeProof, verified_node
from spec.air.machine import Machine
from spec.protocol.algebra import Bit, Element, NodeAlgebra, Value, Word
from spec.protocol.node_statement import statement_of
from spec.protocol.recursion import COMBINE, UNCHANGED, require


def combine(
    algebra: NodeAlgebra[Element, Value, Word, Bit],
    segments: Machine,
    children: Sequence[NodeProof],
    public_elements: Sequence[Element],
) -> None:
    """The children are accepted under listed keys, and join to what the public values state.

    Raises Rejected at the first check that fails.
    """
    node = statement_of(algebra, segments, public_elements, "combine")
    spans = [verified_node(algebra, segments, child, f"child {number}") for number, child in enumerate(children)]
    require(COMBINE, algebra, segments, spans, node, "combine")


def finish(
    algebra: NodeAlgebra[Element, Value, Word, Bit],
    segments: Machine,
    child: NodeProof,
    public_elements: Sequence[Element],
) -> None:
    """The child is accepted under a listed key and states what the public values do.

    Raises Rejected at the first check that fails.
    """
    node = statement_of(algebra, segments, public_elements, "final")
    require(UNCHANGED, algebra, segments, verified_node(algebra, segments, child, "child"), node, "final")
