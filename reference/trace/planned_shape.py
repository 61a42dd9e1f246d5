"""The heights of a planned segment's tables, known before any of them is filled in."""

from __future__ import annotations

from collections.abc import Mapping

from reference.trace.plan import PlannedSegment
from spec.protocol.shape import SegmentShape, fixed_heights
from spec.rv64im.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.rv64im.heights import table_heights
from spec.rv64im.machine import CHIP_BY_NAME, INSTRUCTION_CHIPS, RV64IM, work_rows


def planned_shape(segment: PlannedSegment, program_heights_log2: Mapping[str, int]) -> SegmentShape:
    """The shape that the segment's trace will have; the program's tables have the heights of its key."""
    plan = segment.plan
    rows = dict(zip((chip.name for chip in INSTRUCTION_CHIPS), plan.rows, strict=True))
    rows |= work_rows(rows) | {BOUNDARY.name: len(plan.cells), MEMORY_TABLE.name: len(segment.memory.cells)}
    heights = {name: table_heights(CHIP_BY_NAME[name], count, plan.shape) for name, count in rows.items()}
    logarithms = {name: tuple(height.bit_length() - 1 for height in of) for name, of in heights.items()}
    by_chip = logarithms | fixed_heights(RV64IM, logarithms, program_heights_log2)
    return SegmentShape(RV64IM, {chip.name: by_chip[chip.name] for chip in RV64IM.chips})
