"""Makes the final proof of the chapter on bytes: python -m tests.whitepaper.final_tree.

The segments are proven under the set for tests, brought to one shape, and folded two by two by the circuits of the
small tree.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from documentation.encodings.example import example_program
from documentation.encodings.final_example import FINAL_PROOF, PRIVATE_INPUT, SHAPE
from limpid.runs.tree_workshop import CompiledWorkshop
from optimized.kernels import OptimizedKernels
from reference.fixed_tables import program_tables
from reference.program_keys import proving_key
from reference.prover.run import prove_run
from reference.recursion.aggregate import digest_of
from reference.recursion.convert import SpanProof
from reference.recursion.keys import listed_keys
from reference.recursion.tree import TreeProver
from reference.tables import Table, Trace, without_fixed_columns
from reference.trace.build import build_traces, lookup_tables
from reference.trace.fillers import padded_matrix
from reference.trace.limits import SegmentLimits
from spec.circuit.listed_keys import ListedKeys
from spec.circuit.nodes import TreeDesign
from spec.parameters import TINY
from spec.protocol.final_encoding import FinalProof, encode_final
from spec.protocol.proof import RunProof
from spec.protocol.shape import LOOKUP_ROLES
from spec.rv64im.machine import RV64IM
from tests.small_tree import DESIGN

KERNELS = OptimizedKernels()
LIMITS = SegmentLimits(cost=None, clock=300, memory_rows=64)
NAME = "example"
SEGMENTS = 4


def of_one_shape(traces: Sequence[Trace]) -> list[Trace]:
    """The traces with every table that any of them has, at the greatest height that it has anywhere.

    Raises ValueError where a chip has several tables.
    """
    heights: dict[str, int] = {}
    for trace in traces:
        for name, of in trace.shape.heights_log2.items():
            if len(of) > 1:
                raise ValueError(f"{name} has {len(of)} tables")
            heights[name] = max([heights.get(name, 0), *of])
    return [_padded(trace, {name: 1 << height for name, height in heights.items() if height}) for trace in traces]


def _padded(trace: Trace, heights: dict[str, int]) -> Trace:
    present = {table.chip.name: table.main.tolist() for table in trace.tables}
    asking = [
        Table(chip, padded_matrix(chip, present.get(chip.name, []), height), without_fixed_columns(height))
        for chip in RV64IM.chips
        if chip.role not in LOOKUP_ROLES and (height := heights.get(chip.name)) is not None
    ]
    of_program = program_tables(example_program(), listed=False)
    tables = [*asking, *lookup_tables(of_program, asking, trace.public_values)]
    order = [chip.name for chip in RV64IM.chips]
    return replace(trace, tables=tuple(sorted(tables, key=lambda table: order.index(table.chip.name))))


@cache
def segments() -> list[Trace]:
    """The tables of all segments."""
    return of_one_shape(build_traces(example_program(), PRIVATE_INPUT, LIMITS))


def design() -> TreeDesign:
    """The circuits of the tree: two segments to a node, two nodes to one."""
    return replace(
        DESIGN,
        segments=RV64IM,
        segment_parameters=TINY,
        segment_shapes={NAME: segments()[0].shape},
        segment_counts=(2,),
        final=SHAPE,
    )


def made() -> tuple[FinalProof, ListedKeys]:
    """The final proof, and the keys of the circuits behind it."""
    run = prove_run(KERNELS, proving_key(KERNELS, example_program(), TINY), segments())
    with tempfile.TemporaryDirectory() as folder:
        workshop = CompiledWorkshop(design(), Path(folder))
        prover = TreeProver(workshop, listed_keys(workshop))
        digest = digest_of(run)
        nodes = [prover.convert(NAME, SpanProof(run.key, run.segments[at : at + 2]), digest) for at in (0, 2)]
        proof: RunProof = prover.finish(prover.combine(nodes))
        return FinalProof(run.key, run.output, proof), prover.keys


if __name__ == "__main__":
    final, _ = made()
    FINAL_PROOF.write_bytes(encode_final(final))
    print(f"written: {FINAL_PROOF}")
