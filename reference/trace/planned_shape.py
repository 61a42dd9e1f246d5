"""The heights of a planned segment's tables, known before any of them is filled in."""

from __future__ import annotations

from collections.abc import Mapping

from reference.trace.plan import PlannedSegment
from spec.air.machine import CHIPS, INSTRUCTION_CHIPS
from spec.protocol.heights import instance_heights, padded_height
from spec.protocol.shape import SegmentShape


def planned_shape(segment: PlannedSegment, fixed_heights_log2: Mapping[str, int]) -> SegmentShape:
    """The shape that the segment's trace will have; the fixed tables' heights are those of the program's key."""
    heights: dict[str, tuple[int, ...]] = {chip.name: () for chip in CHIPS}
    for chip, rows in zip(INSTRUCTION_CHIPS, segment.plan.rows, strict=True):
        heights[chip.name] = instance_heights(rows)
    heights["boundary"] = (padded_height(len(segment.plan.cells)),)
    if segment.memory.cells:
        heights["memory"] = (padded_height(len(segment.memory.cells)),)
    logarithms = {name: tuple(height.bit_length() - 1 for height in of) for name, of in heights.items()}
    return SegmentShape(logarithms | {name: (height,) for name, height in fixed_heights_log2.items()})
