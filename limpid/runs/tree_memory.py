"""How much memory the processes take that prove a run and the tree over it, known before any of it is begun.

A process proves segments and nodes in turn, at two benches that stay: the program's tables with the machine's, and the
circuits that are held. What the proofs themselves take is given out again from one to the next, of either kind.
"""

from __future__ import annotations

from functools import cache

from limpid.advice.memory_advice import available_memory_bytes, memory_error
from limpid.runs.tree_workshop import HELD_CIRCUIT_BYTES, HELD_CIRCUITS
from optimized.memory.prediction import INTERPRETER_BYTES, predicted_peak_bytes
from optimized.memory.reserve import WORD_BYTES
from spec.circuit.nodes import shape_of
from spec.protocol.form import SegmentForm
from spec.protocol.shape import SegmentShape
from spec.rv64im.tree import tree_design

HOLES = 2
"""Proofs of several shapes leave holes between each other's arrays: over a tree, a process takes up to one part in so
many more than its largest proof. `make bench-tree` measured 4,207 MiB, with the circuits that are held, where 5,544 are
predicted."""

CIRCUITS_BYTES = HELD_CIRCUITS * HELD_CIRCUIT_BYTES
"""All circuits that a process holds which makes or reads nodes."""


@cache
def node_process_bytes() -> int:
    """What a process takes that makes nodes, with the circuits that it holds."""
    design = tree_design()
    final = SegmentForm(shape_of(design.final_machine), design.final.parameters)
    return max(_with_holes(form) for form in (design.node_form, final)) + CIRCUITS_BYTES


def tree_process_bytes(segment: SegmentForm) -> int:
    """What a process takes that proves segments of this form, and makes nodes in between."""
    proofs = max(node_process_bytes(), _with_holes(segment) + CIRCUITS_BYTES)
    return proofs + _fixed_bytes(segment.shape)


def caller_bytes() -> int:
    """What the process takes that gives out jobs to others: it reads nodes, and holds their circuits for that."""
    return INTERPRETER_BYTES + CIRCUITS_BYTES


def require_node_memory(workers: int | None) -> None:
    """Raises OutOfMemoryError where this machine has no room for nodes: one at a time in this process, or as many as
    there are workers. Segments that are proven in between are asked about when their shape is known."""
    available, each = available_memory_bytes(), node_process_bytes()
    needed = each if workers is None else workers * each + caller_bytes()
    if available is not None and needed > available:
        nodes = "1 node" if workers in (None, 1) else f"{workers} nodes"
        raise memory_error(f"{nodes} at a time take about {needed >> 20:,} MiB", needed)


def _with_holes(form: SegmentForm) -> int:
    peak = predicted_peak_bytes(form)
    return peak + peak // HOLES


def _fixed_bytes(shape: SegmentShape) -> int:
    """What stays of segments while nodes are proven: the columns that are the same for all of them."""
    return WORD_BYTES * sum(table.height * len(table.chip.fixed_columns) for table in shape.tables)
