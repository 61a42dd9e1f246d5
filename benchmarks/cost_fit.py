"""Measures how proving time follows the metric C and the stacking height, for `limpid run --estimate`.

    python -m benchmarks.cost_fit

Each guest is proven in a process of its own. The points go to benchmarks/cost_fit.json, the constants to
limpid/runs/calibration.json.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from limpid.guest_build.build import EXAMPLES
from limpid.runs.estimation import stacked_rows
from limpid.runs.optimized_runs import plan_compiled_run, segment_traces
from optimized.kernels import OptimizedKernels
from reference.cost import run_cost
from reference.executor.profiling import profile
from reference.loader import load
from reference.program_keys import proving_key
from reference.prover.kernels import Kernels
from reference.segments.in_memory import plan_store, prove_planned
from reference.segments.jobs import Workbench
from reference.trace.limits import SegmentLimits
from spec.cost import COST_VERSION
from spec.parameters import PARAMETER_SETS, ParameterSet
from spec.program import Program
from spec.protocol.form import SegmentForm

ROOT = Path(__file__).resolve().parents[1]
ELFS = EXAMPLES / "elf"
PARAMETERS = "segment"

_RANDOM = random.Random(1)

GUESTS: tuple[tuple[str, bytes], ...] = (
    ("arithmetic", _RANDOM.randbytes(16 * 100)),
    ("determinant", struct.pack("<Q", 12) + _RANDOM.randbytes(8 * 12 * 12)),
    ("fibonacci", struct.pack("<Q", 60_000)),
    ("hello", b"Ada"),
    ("membership", struct.pack("<Q", 50) + _RANDOM.randbytes(8 * 52)),
    ("primes", struct.pack("<I", 30_000)),
    ("records", bytes([1]) * 13 * 4_000),
    ("sha256", _RANDOM.randbytes(5_000)),
    ("sort", _RANDOM.randbytes(4 * 3_000)),
    ("sudoku", b"0" * 81 + b"534678912672195348198342567859761423426853791713924856961537284287419635345286179"),
    ("word_count", b"some words " * 1_000),
)
"""Example and input: from the smallest proof to a few hundred thousand instructions."""


def measured(example: str, private_input: bytes) -> dict[str, Any]:
    """One point, in a process of its own: C and seconds of the proof of an example.

    Raises RuntimeError if the process fails.
    """
    command = [sys.executable, "-m", "benchmarks.cost_fit", "--guest", example, "--input-hex", private_input.hex()]
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if completed.returncode != 0:
        raise RuntimeError(f"{example} cannot be proven: {completed.stderr}")
    point = json.loads(completed.stdout)
    assert isinstance(point, dict)
    return point


def prove(example: str, private_input: bytes) -> dict[str, Any]:
    """Proves an example in this process, after a small proof that loads all kernels."""
    kernels, parameters = OptimizedKernels(), PARAMETER_SETS[PARAMETERS]
    _prove(kernels, load(ELFS / "hello.elf"), b"", parameters)
    program = load(ELFS / f"{example}.elf")
    counted = profile(program, private_input)
    cost = run_cost(counted)
    seconds, proof_bytes = _prove(kernels, program, private_input, parameters)
    return {
        "guest": example,
        "instructions": counted.execution.instructions,
        "cost": cost.cost.total,
        "stacked_rows": stacked_rows([SegmentForm(shape, parameters) for shape in cost.shapes]),
        "seconds": round(seconds, 3),
        "proof_bytes": proof_bytes,
    }


def _prove(kernels: Kernels, program: Program, private_input: bytes, parameters: ParameterSet) -> tuple[float, int]:
    """Seconds of the processor, so that other work on the machine does not count, and the size of the proof."""
    key = proving_key(kernels, program, parameters)
    bench = Workbench(kernels, key, segment_traces(program, key.tables))
    start = time.process_time()
    with plan_store() as plans:
        run = plan_compiled_run(program, private_input, SegmentLimits(), plans.keep)
        encoded, _ = prove_planned(bench, run, plans)
    return time.process_time() - start, len(encoded)


def fit(points: list[dict[str, Any]]) -> dict[str, Any]:
    """The plane through the points by least squares."""
    known = np.array([(point["cost"], point["stacked_rows"], 1) for point in points], dtype=np.float64)
    seconds = np.array([point["seconds"] for point in points])
    of_seconds = np.linalg.lstsq(known, seconds)[0]
    return {
        "cost_version": COST_VERSION,
        "parameters": PARAMETERS,
        "source": f"optimized kernels, one core of {_processor()}, {time.strftime('%Y-%m-%d')}",
        "seconds_per_cost": float(of_seconds[0]),
        "seconds_per_stacked_row": float(of_seconds[1]),
        "fixed_seconds": float(of_seconds[2]),
        "correlation": round(float(np.corrcoef(known @ of_seconds, seconds)[0, 1]), 4),
        "guests": len({point["guest"] for point in points}),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def main() -> None:
    """Proves all guests and writes both files; with --guest, proves one and prints its point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guest")
    parser.add_argument("--input-hex", type=bytes.fromhex, default=b"")
    arguments = parser.parse_args()
    if arguments.guest is not None:
        print(json.dumps(prove(arguments.guest, arguments.input_hex)))
        return
    points = []
    for example, private_input in GUESTS:
        points.append(measured(example, private_input))
        print(points[-1], flush=True)
    constants = fit(points)
    (ROOT / "benchmarks" / "cost_fit.json").write_text(json.dumps(points, indent=2) + "\n")
    (ROOT / "limpid" / "runs" / "calibration.json").write_text(json.dumps(constants, indent=2) + "\n")
    print(constants)


if __name__ == "__main__":
    main()
