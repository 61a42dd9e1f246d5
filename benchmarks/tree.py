"""Proves one run to its final proof, and measures what the tree costs: compressions, cells and seconds by kind of node.

    python -m benchmarks.tree [--guest NAME] [--instructions N] [--json FILE]

One process on all of its cores, segments and nodes in turn. Circuits that are not in the user's cache are written down
while no clock runs. The compressions are those of the circuit, beside those that `soundcalc.protocol.segment_cost`
predicts of the children alone.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from rich.console import Console

from benchmarks.long import INPUTS, shown
from benchmarks.verifying import seconds_of
from limpid.api.proving import Planned, planned_run
from limpid.guest_build.build import EXAMPLES
from limpid.runs.backends import DEFAULT_BACKEND, unheard
from limpid.runs.tree_memory import tree_process_bytes
from limpid.runs.tree_workshop import CompiledWorkshop
from limpid.runs.workbench import TreeRecipe
from optimized.threads import thread_count
from optimized.verifier.run import verify
from optimized.warm_up import warm_up
from reference.prover.progress import silent
from reference.recursion.aggregate import final_proof
from reference.recursion.jobs import CombineJob, ConvertJob, FinishJob, TreeBench, TreeJob
from reference.recursion.schedule import shape_names
from reference.segments.in_memory import HeldProofs
from soundcalc.protocol.segment_cost import segment_compressions
from spec.circuit.nodes import Combine, Convert, NodeKind, TreeDesign, shape_of
from spec.parameters import RECURSION
from spec.protocol.final_encoding import encode_final
from spec.protocol.form import SegmentForm
from spec.protocol.key_encoding import encode_key
from spec.rv64im.tree import tree_design

SEGMENT, FINAL = "segment", "final"


@dataclass
class TimedWorkers:
    """Executes one job after the other, and notes what each makes and its seconds, in this order."""

    bench: TreeBench
    spent: list[tuple[str, float]] = field(default_factory=list)

    def execute(self, jobs: Iterable[TreeJob]) -> Iterator[tuple[int, bytes]]:
        """(index, result) of every job."""
        for job in jobs:
            start = time.perf_counter()
            made = job.execute(self.bench)
            self.spent.append((_name(job), time.perf_counter() - start))
            yield job.index, made

    def seconds_of(self, name: str) -> list[float]:
        """Those of all jobs of a kind."""
        return [seconds for made, seconds in self.spent if made == name]


def _name(job: TreeJob) -> str:
    match job:
        case ConvertJob():
            return Convert(job.shape, len(job.segments)).name
        case CombineJob():
            return Combine(len(job.children)).name
        case FinishJob():
            return FINAL
    return SEGMENT


def predicted_compressions(design: TreeDesign, kind: NodeKind | None) -> int:
    """Those of the children's verification, without what their keys and the statement add."""
    if isinstance(kind, Convert):
        return kind.count * segment_compressions(design.segment_shapes[kind.shape], design.segment_parameters).total
    children = 1 if kind is None else kind.count
    return children * segment_compressions(shape_of(design.node_machine), design.nodes.parameters).total


def measure(guest: str, instructions: int) -> dict[str, object]:
    """Proves one run to its final proof, and verifies that."""
    start = time.perf_counter()
    with planned_run(
        str(EXAMPLES / "elf" / f"{guest}.elf"),
        INPUTS[guest](instructions),
        parameters=RECURSION.name,
        backend=DEFAULT_BACKEND,
        maximum_instructions=None,
        executed=unheard,
        random_seed=b"",
    ) as planned:
        return {"guest": guest, **_measured(planned, start)}


def _measured(planned: Planned, start: float) -> dict[str, object]:
    design, segments, end = tree_design(), planned.bench(with_nodes=True), planned.run.end
    proofs = HeldProofs(segments, planned.run, planned.plans)
    pinning = time.perf_counter() - start
    bench = replace(TreeRecipe(encode_key(proofs.key)).bench(), segments=lambda: segments)
    workshop = bench.prover(silent).workshop
    assert isinstance(workshop, CompiledWorkshop)
    shapes = proofs.shapes()
    kinds = _kinds(design, shape_names(design, shapes))
    for kind in kinds.values():
        workshop.key(kind)
    workers = TimedWorkers(bench)
    encoded = encode_final(final_proof(bench, proofs, workers))
    segment_seconds = pinning + sum(workers.seconds_of(SEGMENT))
    tree_seconds = sum(sum(workers.seconds_of(name)) for name in kinds)
    made = [name for name, _ in workers.spent]
    return {
        "instructions": end.instructions,
        "segments": proofs.segment_count,
        "segments_before_the_first_node": next(number for number, name in enumerate(made) if name in kinds),
        "segment_seconds": round(segment_seconds, 1),
        "tree_seconds": round(tree_seconds, 1),
        "kilohertz": round(end.instructions / (segment_seconds + tree_seconds) / 1e3, 1),
        "kilohertz_of_segments_alone": round(end.instructions / segment_seconds / 1e3, 1),
        **{name: _facts(design, workshop, kinds[name], workers.seconds_of(name)) for name in kinds if name in made},
        "peak_mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "predicted_mebibytes": tree_process_bytes(SegmentForm(shapes[0], RECURSION)) >> 20,
        "final_bytes": len(encoded),
        "verify_milliseconds": round(
            1e3 * median(seconds_of(lambda: verify(encoded, proofs.key, proofs.output, exit_code=end.exit_code))), 1
        ),
        "threads": thread_count(),
        "load": os.getloadavg()[0],
    }


def _kinds(design: TreeDesign, shapes: Iterable[str]) -> dict[str, NodeKind | None]:
    """By name, the circuits that a tree over segments of these shapes may have."""
    kinds: list[NodeKind] = [Convert(shape, count) for shape in sorted({*shapes}) for count in design.counts_of(shape)]
    kinds += [Combine(count) for count in design.child_counts]
    return {kind.name: kind for kind in kinds} | {FINAL: None}


def _facts(
    design: TreeDesign, workshop: CompiledWorkshop, kind: NodeKind | None, seconds: list[float]
) -> dict[str, object]:
    machine = design.final_machine if kind is None else design.node_machine
    return {
        "proofs": len(seconds),
        "seconds": round(sum(seconds) / len(seconds), 1),
        "million_cells": round(shape_of(machine).main_cells / 1e6),
        "compressions": workshop.compressions(kind),
        "predicted_compressions": predicted_compressions(design, kind),
    }


def main() -> None:
    """Measures and prints, and writes a file if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guest", choices=sorted(INPUTS), default="sha256")
    parser.add_argument("--instructions", type=int, default=20_000_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    warm_up(lambda name, fraction: None)
    facts = measure(arguments.guest, arguments.instructions)
    Console().print(shown("tree", facts))
    if arguments.json:
        arguments.json.write_text(json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
