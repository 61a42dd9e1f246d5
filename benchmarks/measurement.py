"""One proof of a guest, measured in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import limpid
from benchmarks.guests import ALL_GUESTS
from benchmarks.stages import StageWatch
from limpid.guest_build.build import EXAMPLES
from optimized.execution.ended import execute
from optimized.memory.prediction import predicted_peak_bytes
from optimized.threads import thread_count
from optimized.verifier.run import verify
from reference.loader import load
from reference.prover.progress import Stage
from spec.cost import segment_cost
from spec.parameters import PARAMETER_SETS
from spec.protocol.form import SegmentForm

ROOT = Path(__file__).resolve().parents[1]

KIBIBYTE = 1024


@dataclass(frozen=True)
class StageFigures:
    """What a stage took over all segments."""

    seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Measurement:
    """One proof. Rates count executed instructions."""

    guest: str
    title: str
    parameters: str
    threads: int
    instructions: int
    segments: int
    executing_seconds: float
    """Without recording, once compiled."""

    seconds: float
    """From the loaded program to the finished bytes, key included."""

    processor_seconds: float
    stages: dict[str, StageFigures]
    cells: int
    """The cells of all tables at padded height, system tables included."""

    stacked_cells: int
    """The cells of all stacked columns, padding included: what is committed to."""

    cost_by_chip: dict[str, int]
    """In the metric of `spec.cost`."""

    peak_bytes: int
    predicted_peak_bytes: int
    proof_bytes: int
    verifying_seconds: float
    first_proof_seconds: float
    """The time of a small guest's proof made before in the same process: it compiles the kernels, or loads them."""

    @property
    def kilohertz(self) -> float:
        """Executed instructions per second of proving, in thousands."""
        return self.instructions / self.seconds / 1e3

    @property
    def cells_per_instruction(self) -> float:
        """Cells of tables at padded height."""
        return self.cells / self.instructions

    @property
    def stacked_cells_per_instruction(self) -> float:
        """Cells that are committed to."""
        return self.stacked_cells / self.instructions


def measure(guest: str, elf: Path, parameters: str) -> Measurement:
    """Proves a guest in this process, after a small one that loads all kernels."""
    chosen = ALL_GUESTS[guest]
    first_proof_seconds = _first_proof(parameters)
    program = load(elf)
    start = time.perf_counter()
    execute(program, chosen.private_input)
    executing_seconds = time.perf_counter() - start
    processor_start = time.process_time()
    with StageWatch() as watch:
        proof = limpid.prove(elf, chosen.private_input, parameters=parameters, observer=watch)
    processor_seconds = time.process_time() - processor_start
    # Linux counts in kibibytes, and may lag behind what a sample has seen.
    sampled = (record.peak_bytes for record in watch.records.values())
    peak_bytes = max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIBIBYTE, *sampled)
    start = time.perf_counter()
    insecure = not PARAMETER_SETS[parameters].secure
    shapes = verify(proof.encoded, proof.key, proof.output, exit_code=proof.exit_code, allow_insecure=insecure).shapes
    verifying_seconds = time.perf_counter() - start
    cost = sum((segment_cost(shape) for shape in shapes[1:]), segment_cost(shapes[0]))
    forms = [SegmentForm(shape, PARAMETER_SETS[parameters]) for shape in shapes]
    stages = {
        stage.value: StageFigures(record.seconds, record.peak_bytes)
        for stage in Stage
        if (record := watch.records.get(stage.value)) is not None
    }
    return Measurement(
        guest=guest,
        title=chosen.title,
        parameters=parameters,
        threads=thread_count(),
        instructions=proof.instructions,
        segments=proof.segments,
        executing_seconds=executing_seconds,
        seconds=proof.seconds,
        processor_seconds=processor_seconds,
        stages=stages,
        cells=sum(table.height * len(table.chip.columns) for shape in shapes for table in shape.tables),
        stacked_cells=sum(form.stacked_count << form.height_log2 for form in forms),
        cost_by_chip=dict(cost.by_chip),
        peak_bytes=peak_bytes,
        predicted_peak_bytes=max(map(predicted_peak_bytes, forms)),
        proof_bytes=len(proof.encoded),
        verifying_seconds=verifying_seconds,
        first_proof_seconds=first_proof_seconds,
    )


def measure_in_process_of_its_own(guest: str, elf: Path, parameters: str) -> Measurement:
    """The same in a new process, so that memory is this proof's. Raises RuntimeError with what the process said."""
    command = [sys.executable, "-m", "benchmarks.measurement", guest, str(elf), parameters]
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if completed.returncode != 0:
        raise RuntimeError(f"{guest} was not measured:\n{completed.stderr}")
    facts = json.loads(completed.stdout)
    facts["stages"] = {name: StageFigures(**figures) for name, figures in facts["stages"].items()}
    return Measurement(**facts)


def _first_proof(parameters: str) -> float:
    start = time.perf_counter()
    proof = limpid.prove(EXAMPLES / "elf" / "fibonacci.elf", (10).to_bytes(8, "little"), parameters=parameters)
    verify(proof.encoded, proof.key, proof.output, allow_insecure=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    print(json.dumps(asdict(measure(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))))
