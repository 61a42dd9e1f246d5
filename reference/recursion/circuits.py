"""The circuits of a tree: what each says of its children, over any algebra, and what it is as a list of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reference.recursion.blank_proof import blank_proof
from reference.recursion.combine import combine, finish
from reference.recursion.convert import SpanProof, convert
from reference.recursion.node_proof import NodeProof
from reference.recursion.recorder import Recorder
from spec.circuit.nodes import Convert, NodeKind, TreeDesign, shape_of
from spec.protocol.algebra import NodeAlgebra
from spec.protocol.hash import STATE_WORDS
from spec.protocol.key_list import KEY_LIST_LOG2, KeyPath
from spec.protocol.node_statement import public_names

NO_DIGEST = (0,) * STATE_WORDS

Verification = Callable[[NodeAlgebra[Any, Any, Any, Any], Sequence[Any]], None]
"""Verifies a node's children over an algebra, and that they join to what the public values, its elements, state.

Raises Rejected where the algebra holds numbers.
"""


def conversion(span: SpanProof) -> Verification:
    """Convert's verification of these segments. It raises ValueError when called for segments of different shapes."""
    return lambda algebra, publics: convert(algebra, span, publics)


def combination(design: TreeDesign, children: Sequence[NodeProof]) -> Verification:
    """Combine's verification of these nodes."""
    return lambda algebra, publics: combine(algebra, design.segments, children, publics)


def ending(design: TreeDesign, child: NodeProof) -> Verification:
    """The last circuit's verification of this node."""
    return lambda algebra, publics: finish(algebra, design.segments, child, publics)


def recorded(verification: Verification, statement: Sequence[int]) -> Recorder:
    """A verification written down, with what the node states as public values."""
    recorder = Recorder(publics=statement)
    verification(recorder, recorder.public_elements)
    return recorder


def blank_verification(design: TreeDesign, kind: NodeKind | None) -> Verification:
    """The verification of proofs of zeros, which have the form of any other; None: by the last circuit."""
    if isinstance(kind, Convert):
        blank = blank_proof(design.segment_shapes[kind.shape], design.segment_parameters)
        return conversion(SpanProof(blank.key, blank.segments * kind.count))
    child = NodeProof(
        blank_proof(shape_of(design.node_machine), design.nodes.parameters), KeyPath(0, (NO_DIGEST,) * KEY_LIST_LOG2)
    )
    return ending(design, child) if kind is None else combination(design, [child] * kind.count)


def blank_recording(design: TreeDesign, kind: NodeKind | None) -> Recorder:
    """A circuit written down as it is for every proof; None: the last one."""
    return recorded(blank_verification(design, kind), [0] * len(public_names(design.segments)))
