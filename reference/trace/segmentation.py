"""The first pass over an execution: cutting it into segments."""

from __future__ import annotations

from collections.abc import Callable

from reference.execution import Step
from reference.executor import execute
from reference.trace.clock import Clock
from reference.trace.errors import TraceTooLongError, UnprovableError
from reference.trace.limits import SegmentLimits, SegmentMeter
from reference.trace.plan import RunEnd, RunPlan, SegmentPlan
from reference.trace.run_memory import RunMemory, memory_parts
from spec.program import Program
from spec.protocol.shape import MAXIMUM_SEGMENTS
from spec.protocol.tokens import output_doublewords

Keep = Callable[[SegmentPlan], None]
"""Receives each segment's plan as soon as the segment has ended."""


def plan_run(program: Program, private_input: bytes, limits: SegmentLimits, keep: Keep) -> RunPlan:
    """Executes the program, cutting as late as the limits allow; `keep` receives the segments in order.

    Raises InputTooLongError, UnprovableError if no proof of the execution exists, TraceTooLongError if it takes too
    many segments or the limits have no room for an instruction.
    """
    cutter = _Cutter(program, limits, keep)
    execution = execute(program, private_input, record=cutter.record)
    if execution.unprovable_reason is not None or execution.exit_code is None:
        raise UnprovableError(execution)
    segment_count = cutter.finish()
    addresses = [address for address, _ in output_doublewords(execution.output)]
    return RunPlan(
        RunEnd(
            execution.exit_code,
            execution.output,
            execution.instructions,
            tuple(sorted(execution.misaligned_accesses.items())),
        ),
        tuple(memory_parts(cutter.memory.cells(addresses), segment_count, limits.memory_rows)),
    )


class _Cutter:
    """Receives the steps of an execution and ends a segment before the first step that does not fit."""

    def __init__(self, program: Program, limits: SegmentLimits, keep: Keep) -> None:
        self.memory = RunMemory()
        self._limits = limits
        self._keep = keep
        self._index = 0
        self._clock = Clock()
        self._meter = SegmentMeter(limits)
        self._pc_in = program.entry

    def record(self, step: Step) -> None:
        chip = self._clock.chip(step)
        if not self._meter.admits(chip, len(self._clock.touched)):
            if not self._clock.touched:
                raise TraceTooLongError(f"the limits of a segment have no room for one instruction: {self._limits}")
            self._end_segment(step.pc)
            self._start_segment(step.pc)
            self.record(step)
            return
        self._meter.add(chip)
        self._clock.row(step)

    def finish(self) -> int:
        """Ends the last segment; returns the number of segments."""
        self._end_segment(None)
        return self._index

    def _end_segment(self, pc_out: int | None) -> None:
        cells = self.memory.absorb(self._clock.touched, self._index)
        self._keep(SegmentPlan(self._index, self._pc_in, pc_out, self._meter.rows(), self._clock.now, cells))
        self._index += 1

    def _start_segment(self, pc: int) -> None:
        if self._index == MAXIMUM_SEGMENTS:
            raise TraceTooLongError(f"the execution takes more than {MAXIMUM_SEGMENTS} segments")
        self._clock = Clock(self._clock.registers)
        self._meter = SegmentMeter(self._limits)
        self._pc_in = pc
