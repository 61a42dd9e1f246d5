"""Measures the optimised prover on fixed guests, stage by stage and chip by chip.

    python -m benchmarks.proving [--guest NAME ...] [--parameters SET] [--output DIRECTORY]

Without --guest all but the long ones. Each guest is proven in a process of its own on all of its cores. Tables go to
the screen; measurements.json and plots of time, memory and rate against size into the directory. Exit status 1 if a
figure misses what it is held against.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from benchmarks.guests import ALL_GUESTS, GUESTS
from benchmarks.measurement import Measurement, measure_in_process_of_its_own
from benchmarks.plots import plot
from benchmarks.tables import print_measurement, print_overview, verdicts
from limpid.reading.programs import DEFAULT_PARAMETERS
from spec.parameters import PARAMETER_SETS

ROOT = Path(__file__).resolve().parents[1]
TABLE_WIDTH = 140
"""Characters that the widest table takes, also where the output is no terminal."""

DEFAULT_OUTPUT = ROOT / "build" / "bench"


def main() -> int:
    """Measures, prints and writes; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--guest", action="append", choices=sorted(ALL_GUESTS), help="only these; may be given several times"
    )
    parser.add_argument("--parameters", choices=sorted(PARAMETER_SETS), default=DEFAULT_PARAMETERS)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    console = Console()
    console.width = max(console.width, TABLE_WIDTH)
    measurements: dict[str, Measurement] = {}
    for name in arguments.guest or GUESTS:
        elf = ALL_GUESTS[name].elf(arguments.output)
        measurements[name] = measure_in_process_of_its_own(name, elf, arguments.parameters)
        print_measurement(console, measurements[name])
    print_overview(console, list(measurements.values()))
    judged = verdicts(measurements)
    for statement, holds in judged:
        console.print(
            f"{'ok' if holds else 'MISSED'}: {statement}", style=None if holds else "bold red", highlight=False
        )
    report = {
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "machine": platform.machine(),
        "measurements": [asdict(one) for one in measurements.values()],
        "verdicts": [{"statement": statement, "holds": holds} for statement, holds in judged],
    }
    (arguments.output / "measurements.json").write_text(json.dumps(report, indent=2) + "\n")
    plot(measurements, [arguments.output / "proving.svg", arguments.output / "proving.png"])
    console.print(f"written: {arguments.output}")
    return 0 if all(holds for _, holds in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
