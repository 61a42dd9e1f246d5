"""What continuation costs: the share of boundary and memory tables in the proving cost of guests of several segments.

    python -m benchmarks.continuation_cost

Nothing is proven: the shapes follow from the plans. The table goes to benchmarks/continuation_cost.json.
"""

from __future__ import annotations

import json
import random
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from limpid.guest_build.build import EXAMPLES
from limpid.runs.optimized_runs import plan_compiled_run
from optimized.kernels import OptimizedKernels
from reference.loader import load
from reference.program_keys import verification_key
from reference.trace.limits import SegmentLimits
from reference.trace.plan import SegmentPlan
from reference.trace.planned_shape import planned_shape
from spec.cost import segment_cost
from spec.memory_map import HEAP, RegionKind, Space
from spec.parameters import SEGMENT
from spec.program import Program, Region
from tests.reference.assembly import Assembly

RESULTS = Path(__file__).with_suffix(".json")

_RANDOM = random.Random(1)
_POINTER, _END, _VALUE, _ROUND = 5, 6, 7, 8


def memory_heavy_program(doublewords: int, rounds: int) -> Program:
    """Adds one to every doubleword of an array on the heap, again and again: two of five instructions access memory,
    and every segment touches the whole array."""
    assembly = Assembly()
    assembly.constant(_ROUND, rounds)
    again = assembly.here
    assembly.constant(_POINTER, HEAP.start)
    assembly.constant(_END, HEAP.start + 8 * doublewords)
    loop = assembly.here
    assembly.add("ld", _VALUE, _POINTER)
    assembly.add("addi", _VALUE, _VALUE, immediate=1)
    assembly.add("sd", rs1=_POINTER, rs2=_VALUE)
    assembly.add("addi", _POINTER, _POINTER, immediate=8)
    assembly.add("bltu", rs1=_POINTER, rs2=_END, immediate=loop - assembly.here)
    assembly.add("addi", _ROUND, _ROUND, immediate=-1)
    assembly.add("bne", rs1=_ROUND, immediate=again - assembly.here)
    assembly.exit()
    program = assembly.program()
    heap = Region(Space.MEMORY, RegionKind.ZERO, HEAP.start // 8, HEAP.end // 8)
    regions = sorted((*program.regions, heap), key=lambda region: (region.space, region.start))
    return replace(program, regions=tuple(regions))


def _example(name: str) -> Program:
    return load(EXAMPLES / "elf" / f"{name}.elf")


GUESTS: dict[str, tuple[Callable[[], Program], bytes]] = {
    "fibonacci": (lambda: _example("fibonacci"), struct.pack("<Q", 400_000)),
    "primes": (lambda: _example("primes"), struct.pack("<I", 300_000)),
    "sha256": (lambda: _example("sha256"), _RANDOM.randbytes(60_000)),
    "sort": (lambda: _example("sort"), _RANDOM.randbytes(4 * 12_000)),
    "memory, 2^14 doublewords": (lambda: memory_heavy_program(2**14, 40), b""),
    "memory, 2^16 doublewords": (lambda: memory_heavy_program(2**16, 10), b""),
    "memory, 2^18 doublewords": (lambda: memory_heavy_program(2**18, 12), b""),
}
"""Program and input of two to sixteen million instructions each."""


def measure(program: Program, private_input: bytes, limits: SegmentLimits) -> dict[str, float | int]:
    """Segments, cost and shares of one guest."""
    fixed = verification_key(OptimizedKernels(), program, SEGMENT).heights_by_chip()
    plans: list[SegmentPlan] = []
    start = time.monotonic()
    run = plan_compiled_run(program, private_input, limits, plans.append)
    seconds = time.monotonic() - start
    costs = [segment_cost(planned_shape(run.segment(plan), fixed)) for plan in plans]
    total = sum(costs[1:], costs[0])
    return {
        "instructions": run.end.instructions,
        "segments": run.segment_count,
        "cost_per_instruction": round(total.total / run.end.instructions, 1),
        "boundary_percent": round(100 * total.by_chip["boundary"] / total.total, 2),
        "memory_percent": round(100 * total.by_chip["memory"] / total.total, 2),
        "addresses_per_segment": round(sum(len(plan.cells) for plan in plans) / len(plans)),
        "first_pass_seconds": round(seconds, 1),
    }


def main() -> None:
    """Measures every guest and writes the results."""
    results = {}
    for name, (program, private_input) in GUESTS.items():
        results[name] = measure(program(), private_input, SegmentLimits())
        print(name, json.dumps(results[name]), flush=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
