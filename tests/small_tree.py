"""A tree over a run of four segments of the small machine, and what its circuits are made for.

The proofs of nodes are as small as such proofs get: one query an iteration, and heights that hold two children.
"""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from limpid.runs.tree_workshop import CompiledWorkshop
from optimized.kernels import OptimizedKernels
from reference.recursion.aggregate import digest_of
from reference.recursion.convert import SpanProof
from reference.recursion.keys import listed_keys
from reference.recursion.node_proof import NodeProof
from reference.recursion.tree import TreeProver
from reference.tables import Table, Trace
from reference.verifier.final import Asked, TreeConstants
from spec.air.chip import Role
from spec.circuit.buses import NARROW_SHA256
from spec.circuit.listed_keys import ListedKeys
from spec.circuit.nodes import CircuitShape, TreeDesign
from spec.parameters import TINY, Schedule
from spec.protocol.proof import RunProof
from tests.small_machine import SMALL_MACHINE, Move, output_tokens
from tests.small_runs import CAPPED, Example

KERNELS = OptimizedKernels()

EXAMPLE = Example((Move(1, 100), Move(2, 50), Move(1, -30), Move(2, 5)), (1, 2, 3), exit_code=7, parameters=CAPPED)
"""A segment for each move."""


def with_all_tables(trace: Trace) -> Trace:
    """The trace with tables of padding where it has none: a circuit is made for a shape in which none is absent."""
    present = {table.chip.name: table for table in trace.tables}
    tables = []
    for chip in trace.machine.chips:
        if chip.name not in present and chip.role is Role.INSTRUCTION:
            present[chip.name] = Table(
                chip, np.zeros((2, len(chip.columns)), dtype=np.uint64), np.zeros((2, 0), dtype=np.uint64)
            )
        tables.append(present[chip.name])
    return replace(trace, tables=tuple(tables))


SEGMENTS = tuple(with_all_tables(trace) for trace in EXAMPLE.segments)
SHAPE = SEGMENTS[0].shape

NODES = replace(
    TINY,
    name="tiny nodes",
    schedules={20: Schedule(20, (1, 3, 4, 4, 4), (1, 1, 1, 1, 1), 1, (1, 1, 1, 1, 1), (3, 1, 1, 1, 1))},
)
"""A tall stacking height: few stacked columns make small leaves."""

NODE_HEIGHTS_LOG2 = {
    "constant": 9,
    "constant_octet": 6,
    "hint": 13,
    "hint_element": 11,
    "hint_word": 7,
    "hint_octet": 9,
    "multiply_add": 17,
    "equal": 10,
    "join": 9,
    "split": 13,
    "equals_number": 6,
    "canonical": 15,
    "bits": 6,
    "pack": 13,
    "unpack": 8,
    "challenge": 10,
    "compress": 12,
    "choose": 9,
    "sha256_first": 14,
    "sha256_rest": 15,
}
FINAL_HEIGHTS_LOG2 = {
    **{name: height - (height > 6) for name, height in NODE_HEIGHTS_LOG2.items()},
    "constant": 9,
    "equal": 9,
}

DESIGN = TreeDesign(
    segments=SMALL_MACHINE,
    segment_parameters=CAPPED,
    segment_shapes={"small": SHAPE},
    segment_counts=(1, 2, 4),
    child_counts=(2,),
    nodes=CircuitShape(NODES, NODE_HEIGHTS_LOG2, NARROW_SHA256),
    final=CircuitShape(NODES, FINAL_HEIGHTS_LOG2, NARROW_SHA256),
)


@cache
def workshop() -> CompiledWorkshop:
    """Makes keys and tables, and proves with the optimized kernels. Its circuits go with the process."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return CompiledWorkshop(DESIGN, Path(folder.name))


@cache
def keys() -> ListedKeys:
    """The digests of all keys."""
    return listed_keys(workshop())


@cache
def prover() -> TreeProver:
    """Makes nodes with the optimized kernels."""
    return TreeProver(workshop(), keys())


@cache
def run() -> RunProof:
    """The proof of the run, segment by segment."""
    return EXAMPLE.proven(SEGMENTS)


def spans(counts: Sequence[int]) -> list[SpanProof]:
    """The run's segments, so many at a time."""
    left = iter(run().segments)
    return [SpanProof(run().key, tuple(next(left) for _ in range(count))) for count in counts]


@cache
def pair_of_pairs() -> tuple[NodeProof, NodeProof, NodeProof]:
    """Two nodes of two segments each, and the node over both."""
    left, right = (prover().convert("small", span, digest_of(run())) for span in spans((2, 2)))
    return left, right, prover().combine([left, right])


@cache
def final() -> RunProof:
    """The final proof."""
    return prover().finish(pair_of_pairs()[2])


def constants() -> TreeConstants:
    """What a verifier of these trees knows."""
    return TreeConstants(keys().final, keys().root)


def asked() -> Asked:
    """The run as it was."""
    return Asked(run().key, run().output, output_tokens(run().output), (EXAMPLE.exit_code,))
