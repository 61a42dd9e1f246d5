"""Proves one long run in segments, in a folder, and measures what a long run costs beside its segments.

    python -m benchmarks.long [--guest NAME] [--instructions N] [--parameters NAME] [--json FILE]

One process on all of its cores, into a folder under build/ that is removed at the end. The proof is verified at the
end. What continuation costs each guest of benchmarks/continuation_cost.py is reported from plans alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table as Display

from benchmarks.continuation_cost import GUESTS as CONTINUATION_GUESTS
from benchmarks.continuation_cost import measure as continuation_cost
from benchmarks.stages import StageWatch
from limpid.api.verifying import verify
from limpid.guest_build.build import EXAMPLES
from limpid.runs.long_runs import Place, prove_in_folder
from limpid.terminal.progress import showing
from optimized.threads import thread_count
from optimized.warm_up import warm_up
from reference.prover.progress import Stage
from reference.segments.files import FileKind
from reference.trace.limits import SegmentLimits
from spec.cost import segment_cost
from spec.parameters import PARAMETER_SETS, SEGMENT

ROOT = Path(__file__).resolve().parents[1]
WORD_BYTES = 4
FIRST_PASS = (Stage.PLAN.value, Stage.PIN.value)

_RANDOM = random.Random(1)

INPUTS: dict[str, Callable[[int], bytes]] = {
    "sha256": lambda instructions: _RANDOM.randbytes(instructions * 10 // 696),
    "fibonacci": lambda instructions: struct.pack("<Q", instructions // 5),
}
"""By example, an input with which it executes about so many instructions."""


def measure(guest: str, instructions: int, parameters: str) -> dict[str, object]:
    """Proves and verifies one run."""
    elf = EXAMPLES / "elf" / f"{guest}.elf"
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with (
        StageWatch() as watch,
        tempfile.TemporaryDirectory(prefix="long-", dir=build) as folder,
        showing("proving") as show,
    ):

        def observe(stage: Stage, fraction: float) -> None:
            watch(stage, fraction)
            show(stage, fraction)

        watch.begin("key")
        proof = prove_in_folder(
            Place(Path(folder)), elf, INPUTS[guest](instructions), parameters=parameters, observer=observe
        )
        watch.begin("verify")
        accepted = verify(
            proof.encoded,
            program=proof.key,
            output=proof.output,
            exit_code=proof.exit_code,
            allow_insecure=not proof.key.parameters.secure,
        )
        watch.end()
        plan_bytes = sum(path.stat().st_size for path in Path(folder).glob(f"*.{FileKind.SEGMENT_PLAN.value}"))
    shapes = accepted.verified.shapes
    proving = proof.seconds
    seconds = {stage: record.seconds for stage, record in watch.records.items()}
    first_pass = sum(seconds[stage] for stage in FIRST_PASS)
    costs = [segment_cost(shape) for shape in shapes]
    total = sum(cost.total for cost in costs)
    continuation = sum(cost.by_chip.get(name, 0) for cost in costs for name in ("boundary", "memory"))
    trace_cells = sum(len(table.chip.columns) * table.height for shape in shapes for table in shape.tables)
    return {
        "guest": guest,
        "parameters": parameters,
        "instructions": proof.instructions,
        "segments": proof.segments,
        "seconds": round(proving, 1),
        "kilohertz": round(proof.instructions / proving / 1e3, 1),
        "first_pass_percent": round(100 * first_pass / proving, 2),
        "first_pass_megahertz": round(proof.instructions / seconds[Stage.PLAN.value] / 1e6, 1),
        "stage_seconds": {stage: round(spent, 2) for stage, spent in seconds.items()},
        "continuation_percent": round(100 * continuation / total, 2),
        "peak_mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "plan_bytes_per_segment": plan_bytes // proof.segments,
        "trace_bytes_per_segment": WORD_BYTES * trace_cells // proof.segments,
        "proof_bytes": len(proof.encoded),
        "threads": thread_count(),
        "load": os.getloadavg()[0],
    }


def shown(name: str, facts: dict[str, object]) -> Display:
    """A table of two columns."""
    display = Display(name, "", title_justify="left")
    for fact, value in facts.items():
        name = fact.replace("_", " ")
        parts = {f"{name}, {part}": of for part, of in value.items()} if isinstance(value, dict) else {name: value}
        for part, of in parts.items():
            display.add_row(part, f"{of:,}" if isinstance(of, int) else str(of))
    return display


def main() -> None:
    """Measures and prints, and writes a file if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guest", choices=sorted(INPUTS), default="sha256")
    parser.add_argument("--instructions", type=int, default=100_000_000)
    parser.add_argument("--parameters", choices=sorted(PARAMETER_SETS), default=SEGMENT.name)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    console = Console()
    warm_up(lambda name, fraction: None)
    run = measure(arguments.guest, arguments.instructions, arguments.parameters)
    console.print(shown("long run", run))
    continuation = {
        name: continuation_cost(program(), private_input, SegmentLimits())
        for name, (program, private_input) in CONTINUATION_GUESTS.items()
    }
    for name, facts in continuation.items():
        console.print(shown(name, dict(facts)))
    if arguments.json:
        arguments.json.write_text(json.dumps({"run": run, "continuation": continuation}, indent=2) + "\n")


if __name__ == "__main__":
    main()
