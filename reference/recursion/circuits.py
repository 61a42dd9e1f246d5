"""The circuits of a tree, written down on proofs of zeros or on those that they verify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reference.recursion.blank_proof import blank_proof
from reference.recursion.combine import combine, finish
from reference.recursion.convert import SpanProof, convert
from reference.recursion.node_proof import NodeProof
from reference.recursion.recorder import Recorder
from reference.recursion.witness import least_height_log2
from spec.circuit.circuit import Circuit
from spec.circuit.nodes import CircuitShape, Convert, NodeKind, TreeDesign, shape_of
from spec.protocol.hash import STATE_WORDS
from spec.protocol.key_list import KEY_LIST_LOG2, KeyPath
from spec.protocol.node_statement import public_names

NO_DIGEST = (0,) * STATE_WORDS


def record_convert(design: TreeDesign, span: SpanProof, statement: Sequence[int]) -> Recorder:
    """Convert's circuit on these segments, with what it states as public values."""
    recorder = Recorder(publics=statement)
    convert(recorder, span, recorder.public_elements)
    return recorder


def record_combine(design: TreeDesign, children: Sequence[NodeProof], statement: Sequence[int]) -> Recorder:
    """Combine's circuit on these children."""
    recorder = Recorder(publics=statement)
    combine(recorder, design.segments, children, recorder.public_elements)
    return recorder


def record_final(design: TreeDesign, child: NodeProof) -> Recorder:
    """The last circuit, which states what its child states."""
    recorder = Recorder(publics=child.public_numbers)
    finish(recorder, design.segments, child, recorder.public_elements)
    return recorder


def blank_circuit(design: TreeDesign, kind: NodeKind | None) -> Circuit:
    """A circuit as it is for every proof; None: the last one."""
    nothing = [0] * len(public_names(design.segments))
    if isinstance(kind, Convert):
        blank = blank_proof(design.segment_shapes[kind.shape], design.segment_parameters)
        return record_convert(design, SpanProof(blank.key, blank.segments * kind.count), nothing).circuit
    child = NodeProof(
        blank_proof(shape_of(design.node_machine), design.nodes.parameters), KeyPath(0, (NO_DIGEST,) * KEY_LIST_LOG2)
    )
    if kind is None:
        return record_final(design, child).circuit
    return record_combine(design, [child] * kind.count, nothing).circuit


def least_heights(shape: CircuitShape, circuit: Circuit) -> Mapping[str, int]:
    """The least heights of tables that hold a circuit, by chip."""
    rows = {chip: len(rows) for chip, rows in circuit.rows_by_chip.items()}
    work = {name: rows["compress"] * count for name, count in shape.layout.work_rows.items()}
    return {name: least_height_log2(count) for name, count in (rows | work).items()}
