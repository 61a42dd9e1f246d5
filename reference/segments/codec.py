"""Plans as bytes: fixed widths, little-endian, one encoding for each plan.

A cell of a segment takes 28 bytes, so a segment's plan is some hundred times smaller than its trace: it is what a
process that proves the segment receives.
"""

from __future__ import annotations

import struct

import numpy as np

from reference.trace.packed_cells import RUN_CELL, SEGMENT_CELL, Packed, RunCells, SegmentCells
from reference.trace.plan import PlannedSegment, RunEnd, SegmentPlan
from reference.trace.run_memory import MemoryPart
from spec.rv64im.chips.continuation import KEY_BITS
from spec.rv64im.machine import INSTRUCTION_CHIPS, RV64IM

_SEGMENT = struct.Struct("<IQQIIIB")
"""Index, pc in, pc out or NO_PC, clock out, number of cells, words of advice, place in _SHAPES."""

_SHAPES = (None, *RV64IM.listed_shapes)

_ADVICE = np.dtype("<u8")
"""A word of advice."""

_ROWS = struct.Struct(f"<{len(INSTRUCTION_CHIPS)}I")

_RUN_END = struct.Struct("<QQII")
"""Exit code, instructions, bytes of output, number of program counters with misaligned accesses."""

_MISALIGNED = struct.Struct("<QQ")
_MEMORY_PART = struct.Struct("<II")
_NO_PC = 2**64 - 1
"""In place of the program counter after the end: no instruction has this address."""


class PlanEncodingError(ValueError):
    """Bytes that encode no plan."""


def encode_segment_plan(plan: SegmentPlan) -> bytes:
    """The bytes of a segment's plan."""
    pc_out = _NO_PC if plan.pc_out is None else plan.pc_out
    shape = _SHAPES.index(plan.shape)
    counts = (len(plan.cells), len(plan.advice))
    head = _SEGMENT.pack(plan.index, plan.pc_in, pc_out, plan.clock_out, *counts, shape)
    head += _ROWS.pack(*plan.rows)
    return head + plan.cells.packed.tobytes() + np.array(plan.advice, dtype=_ADVICE).tobytes()


def decode_segment_plan(encoded: bytes) -> SegmentPlan:
    """Reads what `encode_segment_plan` wrote. Raises PlanEncodingError if the bytes encode none."""
    reader = _Reader(encoded)
    plan = reader.segment_plan()
    reader.finish()
    return plan


def encode_planned_segment(segment: PlannedSegment) -> bytes:
    """The bytes of a segment's plan with its share of the run's."""
    return _encode_end(segment.end) + _encode_memory(segment.memory) + encode_segment_plan(segment.plan)


def decode_planned_segment(encoded: bytes) -> PlannedSegment:
    """Reads what `encode_planned_segment` wrote. Raises PlanEncodingError if the bytes encode none."""
    reader = _Reader(encoded)
    end, memory, plan = reader.run_end(), reader.memory_part(), reader.segment_plan()
    reader.finish()
    return PlannedSegment(plan, memory, end)


def _encode_end(end: RunEnd) -> bytes:
    misaligned = b"".join(_MISALIGNED.pack(*counted) for counted in end.misaligned_accesses)
    sizes = (len(end.output), len(end.misaligned_accesses))
    return _RUN_END.pack(end.exit_code, end.instructions, *sizes) + end.output + misaligned


def _encode_memory(part: MemoryPart) -> bytes:
    return _MEMORY_PART.pack(part.cursor_in, len(part.cells)) + part.cells.packed.tobytes()


class _Reader:
    """Reads strictly: every method raises PlanEncodingError on bad bytes."""

    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded
        self._position = 0

    def numbers(self, layout: struct.Struct) -> tuple[int, ...]:
        numbers: tuple[int, ...] = layout.unpack(self._raw(layout.size))
        return numbers

    def run_end(self) -> RunEnd:
        exit_code, instructions, output_bytes, misaligned_count = self.numbers(_RUN_END)
        output = self._raw(output_bytes)
        misaligned = _MISALIGNED.iter_unpack(self._raw(_MISALIGNED.size * misaligned_count))
        return RunEnd(exit_code, output, instructions, tuple(misaligned))

    def memory_part(self) -> MemoryPart:
        cursor_in, count = self.numbers(_MEMORY_PART)
        return MemoryPart(RunCells(self._cells(RUN_CELL, count)), cursor_in)

    def segment_plan(self) -> SegmentPlan:
        index, pc_in, pc_out, clock_out, count, advised, shape = self.numbers(_SEGMENT)
        if shape >= len(_SHAPES):
            raise PlanEncodingError(f"segment {index} has a shape of number {shape}, there are {len(_SHAPES) - 1}")
        executed = self.numbers(_ROWS)
        cells = SegmentCells(self._cells(SEGMENT_CELL, count))
        end = None if pc_out == _NO_PC else pc_out
        advice = np.frombuffer(self._raw(_ADVICE.itemsize * advised), dtype=_ADVICE)
        return SegmentPlan(index, pc_in, end, executed, clock_out, cells, _SHAPES[shape], tuple(advice.tolist()))

    def finish(self) -> None:
        if self._position != len(self._encoded):
            raise PlanEncodingError(f"{len(self._encoded) - self._position} bytes after the end of the plan")

    def _raw(self, size_bytes: int) -> bytes:
        end = self._position + size_bytes
        if end > len(self._encoded):
            raise PlanEncodingError(f"the plan ends before byte {end}")
        piece = self._encoded[self._position : end]
        self._position = end
        return piece

    def _cells(self, layout: np.dtype[np.void], count: int) -> Packed:
        """Cells by ascending key."""
        cells = np.frombuffer(self._raw(layout.itemsize * count), dtype=layout)
        keys = cells["key"]
        if (keys[:-1] >= keys[1:]).any() or (count and int(keys[-1]) >> KEY_BITS):
            raise PlanEncodingError("the keys of the plan's cells do not ascend below 2^30")
        return cells
