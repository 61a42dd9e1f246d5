"""What the circuits of a tree cost: compressions, cells and the bytes of their proofs, by kind of node.

A circuit's tables have the heights of its design, so its cells and its proof do not depend on how full they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from soundcalc.protocol.circuit_cost import absorbed, compressions
from soundcalc.protocol.openings import BLOCK_BYTES, DIGEST_BYTES, ELEMENT_BYTES
from soundcalc.protocol.proof_size import proof_bytes
from soundcalc.protocol.runs import form_argument, form_shape
from soundcalc.protocol.segment_cost import GLOBAL, NUMBER_BYTES, OF_THE_PROGRAM, conversations
from spec.circuit.nodes import CircuitShape, Combine, Convert, TreeDesign, shape_of
from spec.protocol.form import SegmentForm
from spec.protocol.hash import Prefix
from spec.protocol.key_list import KEY_LIST_LOG2

PADDING_BYTES = 9
"""The bytes of SHA-256's padding: one bit at least, and the length."""


@dataclass(frozen=True)
class NodeCost:
    """What making one node of a kind takes."""

    name: str
    compressions: int
    room: int
    """The compressions that its tables hold."""

    cells: int
    """Committed ones, padding included; those that its key holds are not counted."""

    rate_log2: int
    proof_bytes: float
    """Expected, with its public values, without its key."""


def node_costs(design: TreeDesign) -> tuple[NodeCost, ...]:
    """The costs of every kind of node, and of the final proof."""
    nodes, final = design.node_form, SegmentForm(shape_of(design.final_machine), design.final.parameters)
    child = _child(nodes)
    found = []
    for kind in design.kinds:
        match kind:
            case Convert(shape, count):
                verified = _segments(SegmentForm(design.segment_shapes[shape], design.segment_parameters), count)
            case Combine(count):
                verified = count * child
        found.append(_cost(kind.name, verified + _joined(kind.count), design.nodes, nodes))
    return (*found, _cost(design.final_machine.name, child, design.final, final))


def _cost(name: str, count: int, circuit: CircuitShape, form: SegmentForm) -> NodeCost:
    stated = ELEMENT_BYTES * len(form.shape.machine.public_values) + len(form.shape.numbers())
    return NodeCost(
        name=name,
        compressions=count,
        room=min(
            (1 << circuit.heights_log2[chip]) // rows
            for chip, rows in {"compress": 1, **circuit.layout.work_rows}.items()
        ),
        cells=form.shape.main_cells,
        rate_log2=form.parameters.rate_log2,
        proof_bytes=stated + proof_bytes(form_shape(form, form_argument(form))).total_bytes,
    )


def _verified(form: SegmentForm, *shared: str) -> tuple[int, int]:
    """The compressions of verifying a proof of this form and hashing its leaf: those of what several proofs share, and
    the others."""
    said = conversations(form.shape, form.parameters)
    of_all = sum(said.get(name, 0) for name in shared)
    own = compressions(form_shape(form, form_argument(form)), sum(said.values()) - of_all)
    return of_all, own.total + _tagged(Prefix.RUN_LEAF, DIGEST_BYTES)


def _segments(form: SegmentForm, count: int) -> int:
    """So many segments of one program in one run."""
    shared, own = _verified(form, *OF_THE_PROGRAM, GLOBAL)
    return shared + count * own


def _child(form: SegmentForm) -> int:
    """A node: its proof, the digest of its run, and the path of its key."""
    _, verified = _verified(form)
    # Machine, parameters, program, output, the number of segments, the root over the one leaf.
    run = (*[DIGEST_BYTES] * 4, NUMBER_BYTES, DIGEST_BYTES)
    return verified + sum(map(absorbed, run)) + KEY_LIST_LOG2


def _joined(count: int) -> int:
    """The root over so many neighbours."""
    return (count - 1) * _tagged(Prefix.RUN_NODE, 2 * DIGEST_BYTES)


def _tagged(prefix: Prefix, payload_bytes: int) -> int:
    return -(-(len(prefix.value) + payload_bytes + PADDING_BYTES) // BLOCK_BYTES)
