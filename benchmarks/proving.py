"""Measures the optimised prover stage by stage on fixed guests.

    python -m benchmarks.proving [--size small|large] [--json FILE]

Each figure is of one process on all of its cores. The first proof of a process also compiles or loads the kernels,
so a small guest is proven first, and that time is given apart.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import struct
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from limpid.build import EXAMPLES
from limpid.optimized_runs import plan_run, segment_traces
from optimized.executor import execute
from optimized.kernels import OptimizedKernels
from optimized.memory import predicted_peak_bytes
from optimized.threads import thread_count
from reference.loader import load
from reference.prover.keys import proving_key
from reference.prover.progress import Stage
from reference.segments.in_memory import plan_store, prove_planned
from reference.segments.jobs import Workbench
from reference.trace.limits import NO_LIMITS
from reference.trace.planned_shape import planned_shape
from spec.parameters import PARAMETER_SETS

WARM_UP = ("fibonacci", struct.pack("<Q", 10))

GUESTS: dict[str, tuple[tuple[str, bytes], ...]] = {
    "small": (("sha256", bytes(200)), ("fibonacci", struct.pack("<Q", 10_000))),
    "large": (("sha256", bytes(14_000)), ("fibonacci", struct.pack("<Q", 200_000))),
}
"""Example and input: tens of thousands of instructions, or about a million."""


@dataclass(frozen=True)
class Measurement:
    """One proof. Rates count executed instructions."""

    guest: str
    instructions: int
    segment_rows: int
    committed_cells: int
    """Base-field cells at padded height, fixed and quotient columns included."""

    stage_seconds: dict[str, float]
    proving_kilohertz: float
    """Over all stages from the trace's first column to the finished proof."""

    executing_megahertz: float
    """Without recording."""

    proof_bytes: int
    predicted_peak_mebibytes: int
    peak_mebibytes: int
    """Of the process so far."""


class Stopwatch:
    """Seconds by stage; a stage ends where the next one begins."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage = ""
        self._since = 0.0

    def begin(self, stage: str) -> None:
        """Ends the stage before and starts this one; an empty name only ends."""
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now


def measure(guest: str, private_input: bytes, parameters: str) -> Measurement:
    """Proves an example under a parameter set."""
    kernels, chosen = OptimizedKernels(), PARAMETER_SETS[parameters]
    program = load(EXAMPLES / "elf" / f"{guest}.elf")
    watch = Stopwatch()
    watch.begin("key")
    key = proving_key(kernels, program, chosen)
    bench = Workbench(kernels, key, segment_traces(program, key))
    watch.begin("execute")
    execute(program, private_input)

    def observe(stage: Stage, fraction: float) -> None:
        del fraction
        watch.begin(stage.value)

    with plan_store() as plans:
        watch.begin(Stage.PLAN.value)
        run = plan_run(program, private_input, NO_LIMITS, plans.keep)
        proof = prove_planned(bench, run, plans, observe)
        watch.begin("")
        shape = planned_shape(plans.segment(run, 0), key.verification.heights_by_chip())
    instructions = run.end.instructions
    seconds = watch.seconds
    proving = sum(spent for stage, spent in seconds.items() if stage not in ("key", "execute"))
    return Measurement(
        guest=guest,
        instructions=instructions,
        segment_rows=sum(table.height for table in shape.tables),
        committed_cells=sum(m.width << m.height_log2 for of in shape.matrices() for m in of),
        stage_seconds={stage: round(spent, 3) for stage, spent in seconds.items()},
        proving_kilohertz=round(instructions / proving / 1e3, 1),
        executing_megahertz=round(instructions / seconds["execute"] / 1e6, 1),
        proof_bytes=len(proof),
        predicted_peak_mebibytes=predicted_peak_bytes(shape, chosen.rate_log2) >> 20,
        peak_mebibytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    )


def main() -> None:
    """Measures and prints, and writes a file if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=sorted(GUESTS), default="small")
    parser.add_argument("--parameters", choices=sorted(PARAMETER_SETS), default="segment")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    start = time.perf_counter()
    measure(*WARM_UP, arguments.parameters)
    first_proof_seconds = round(time.perf_counter() - start, 1)
    measurements = []
    for guest, private_input in GUESTS[arguments.size]:
        measurements.append(asdict(measure(guest, private_input, arguments.parameters)))
        print(json.dumps(measurements[-1], indent=2))
    report = {
        "parameters": arguments.parameters,
        "threads": thread_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "machine": platform.machine(),
        "first_proof_seconds": first_proof_seconds,
        "measurements": measurements,
    }
    print(f"first proof, kernels compiled or loaded: {first_proof_seconds} s; threads: {report['threads']}")
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
