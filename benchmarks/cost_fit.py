"""Measures how proving time and memory follow the metric C, and stores the constants for `limpid run --estimate`.

    python -m benchmarks.cost_fit

Each guest is proven in a process of its own, whose peak memory is read from the operating system. The points go to
benchmarks/cost_fit.json, the constants to limpid/calibration.json.
"""

from __future__ import annotations

import json
import os
import platform
import random
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from limpid.build import EXAMPLES
from reference.cost import run_cost
from reference.executor.profiling import profile
from reference.loader import load
from spec.cost import COST_VERSION

ROOT = Path(__file__).resolve().parents[1]
PARAMETERS = "segment"

_RANDOM = random.Random(1)

GUESTS: tuple[tuple[str, bytes], ...] = (
    ("arithmetic", _RANDOM.randbytes(16 * 60)),
    ("determinant", struct.pack("<Q", 12) + _RANDOM.randbytes(8 * 12 * 12)),
    ("fibonacci", struct.pack("<Q", 40_000)),
    ("hello", b"Ada"),
    ("membership", struct.pack("<Q", 50) + _RANDOM.randbytes(8 * 52)),
    ("primes", struct.pack("<I", 20_000)),
    ("records", bytes([1]) * 13 * 4_000),
    ("sha256", _RANDOM.randbytes(2_000)),
    ("sort", _RANDOM.randbytes(4 * 1_500)),
    ("sudoku", b"0" * 81 + b"534678912672195348198342567859761423426853791713924856961537284287419635345286179"),
    ("word_count", b"some words " * 400),
)
"""Example and input: from the smallest proof to a few hundred thousand instructions."""


def prove(example: str, private_input: bytes, directory: Path) -> dict[str, Any]:
    """One point: C, seconds and peak bytes of the proof of an example."""
    elf = EXAMPLES / "elf" / f"{example}.elf"
    cost = run_cost(profile(load(elf), private_input))
    (directory / "input").write_bytes(private_input)
    command = [sys.executable, "-m", "limpid", "prove", str(elf), "--input", str(directory / "input")]
    command += ["--output", str(directory / "proof"), "--parameters", PARAMETERS, "--json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    answer = json.loads(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{example} cannot be proven: {answer}")
    return {
        "guest": example,
        "instructions": answer["instructions"],
        "cost": cost.cost.total,
        # Of the processor: other work on the machine does not count.
        "seconds": round(usage.ru_utime + usage.ru_stime, 2),
        # Linux gives kibibytes.
        "peak_bytes": usage.ru_maxrss * 1024,
        "proof_bytes": answer["proof_bytes"],
    }


def fit(points: list[dict[str, Any]]) -> dict[str, Any]:
    """The straight lines through the points by least squares."""
    costs = np.array([point["cost"] for point in points], dtype=np.float64)
    seconds = np.array([point["seconds"] for point in points])
    peaks = np.array([point["peak_bytes"] for point in points], dtype=np.float64)
    seconds_per_cell, fixed_seconds = np.polyfit(costs, seconds, 1)
    bytes_per_cell, fixed_bytes = np.polyfit(costs, peaks, 1)
    return {
        "cost_version": COST_VERSION,
        "parameters": PARAMETERS,
        "source": f"benchmarks/cost_fit.py on {_processor()}, one process, {time.strftime('%Y-%m-%d')}",
        "seconds_per_cell": float(seconds_per_cell),
        "fixed_seconds": float(fixed_seconds),
        "bytes_per_cell": float(bytes_per_cell),
        "fixed_bytes": float(fixed_bytes),
        "correlation": round(float(np.corrcoef(costs, seconds)[0, 1]), 4),
        "guests": len({point["guest"] for point in points}),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def main() -> None:
    """Proves all guests and writes both files."""
    points = []
    with tempfile.TemporaryDirectory() as directory:
        for example, private_input in GUESTS:
            points.append(prove(example, private_input, Path(directory)))
            print(points[-1], flush=True)
    constants = fit(points)
    (ROOT / "benchmarks" / "cost_fit.json").write_text(json.dumps(points, indent=2) + "\n")
    (ROOT / "limpid" / "calibration.json").write_text(json.dumps(constants, indent=2) + "\n")
    print(constants)


if __name__ == "__main__":
    main()
