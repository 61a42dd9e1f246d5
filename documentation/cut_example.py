"""The worked example cut into several segments: real numbers for the chapter on segmentation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from documentation.markdown import code, number, table
from documentation.worked_example import PRIVATE_INPUT, worked_program
from reference.trace.limits import SegmentLimits
from reference.trace.plan import RunPlan, SegmentPlan
from reference.trace.segmentation import plan_run
from spec.memory_map import Space

CUT_LIMITS = SegmentLimits(cost=None, clock=200, memory_rows=8)
"""Far below what a real run has: the example is small."""


@dataclass(frozen=True)
class CutRun:
    """The example's segments, and the end of its run."""

    segments: tuple[SegmentPlan, ...]
    run: RunPlan


@cache
def cut_run() -> CutRun:
    """The plans of the example's segments."""
    plans: list[SegmentPlan] = []
    run = plan_run(worked_program(calls=False), PRIVATE_INPUT, CUT_LIMITS, plans.append)
    return CutRun(tuple(plans), run)


def cut_limits() -> str:
    """The executor's default limits of a segment."""
    limits = SegmentLimits()
    cost = "as much as the clock allows" if limits.cost is None else number(limits.cost)
    rows = [
        ("proving cost of instruction and boundary tables at padded heights", cost),
        ("bound on clocks at padded heights", number(limits.clock)),
        ("rows of the memory table in one segment", number(limits.memory_rows)),
        ("rows of any table", number(1 << limits.tallest_log2)),
    ]
    return table(("limit", "default"), rows)


def cut_segments() -> str:
    """One row for each segment of the cut example."""
    cut = cut_run()
    rows = [
        (
            number(plan.index),
            code(hex(plan.pc_in)),
            "HALTED" if plan.pc_out is None else code(hex(plan.pc_out)),
            number(plan.instructions),
            number(plan.clock_out),
            number(sum(cell.space is Space.MEMORY for cell in plan.cells)),
            number(sum(cell.space is Space.REGISTERS for cell in plan.cells)),
            code(part.cursor_in),
            code(part.cursor_out),
        )
        for plan, part in zip(cut.segments, cut.run.memory, strict=True)
    ]
    header = (
        "segment",
        "pc in",
        "pc out",
        "instructions",
        "clock out",
        "boundary rows, memory",
        "boundary rows, registers",
        "cursor in",
        "cursor out",
    )
    return table(header, rows)


def one_address() -> str:
    """The chain of one address through the segments of the cut example: the register with the most rows."""
    cut = cut_run()
    rows_by_key: dict[tuple[Space, int], list[tuple[int, int, int]]] = {}
    for plan in cut.segments:
        for cell in plan.cells:
            rows_by_key.setdefault((cell.space, cell.address), []).append((plan.index, cell.value_in, cell.value_out))
    (space, address), chain = max(rows_by_key.items(), key=lambda item: (len(item[1]), item[0]))
    rows = []
    origin, value = 0, chain[0][1]
    rows.append(("memory table", "-", f"sends {code(f'(.., {value:#x}, {origin})')}"))
    for index, value_in, value_out in chain:
        receives, sends = f"(.., {value_in:#x}, {origin})", f"(.., {value_out:#x}, {index + 1})"
        rows.append(
            (f"boundary table of segment {index}", number(index), f"receives {code(receives)}, sends {code(sends)}")
        )
        origin, value = index + 1, value_out
    rows.append(("memory table", "-", f"receives {code(f'(.., {value:#x}, {origin})')}"))
    return f"Address {address} of space `{space.name.lower()}`.\n\n" + table(
        ("row of", "segment", "on the bus `continuation`"), rows
    )
