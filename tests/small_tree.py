"""A tree over a run of four segments of the small machine, and what its circuits are made for.

The proofs of nodes are as small as such proofs get: one query an iteration, and heights that hold two children.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from optimized.kernels import OptimizedKernels
from reference.recursion.convert import SpanProof
from reference.recursion.keys import TreeKeys, tree_keys
from reference.recursion.node_proof import NodeProof
from reference.recursion.statements import leaf_of
from reference.recursion.tree import TreeProver
from reference.tables import Table, Trace
from reference.verifier.final import Asked, TreeConstants
from spec.air.chip import Role
from spec.circuit.buses import NARROW_SHA256
from spec.circuit.nodes import CircuitShape, TreeDesign
from spec.parameters import TINY, Schedule
from spec.protocol.hash import Digest, digest_bytes, digest_words
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.run import leaves_root, run_digest
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
def keys() -> TreeKeys:
    """The keys of all circuits."""
    return tree_keys(KERNELS, DESIGN)


@cache
def prover() -> TreeProver:
    """Makes nodes with the optimized kernels."""
    return TreeProver(KERNELS, keys())


@cache
def run() -> RunProof:
    """The proof of the run, segment by segment."""
    return EXAMPLE.proven(SEGMENTS)


def spans(counts: Sequence[int]) -> list[SpanProof]:
    """The run's segments, so many at a time."""
    left = iter(run().segments)
    return [SpanProof(run().key, tuple(next(left) for _ in range(count))) for count in counts]


def digest_of(proof: RunProof) -> Digest:
    """G."""
    span = SpanProof(proof.key, proof.segments)
    root = leaves_root([digest_bytes(leaf_of(span, segment)) for segment in proof.segments])
    statement = proof.key.statement(proof.output, len(proof.segments))
    return tuple(run_digest(NumberAlgebra(), statement, root))


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
    return TreeConstants(digest_words(keys().final.verification.program_id), keys().root)


def asked() -> Asked:
    """The run as it was."""
    return Asked(run().key, run().output, output_tokens(run().output), (EXAMPLE.exit_code,))
