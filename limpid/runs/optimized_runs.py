"""Planning runs and filling in traces with the compiled executor: the same plans and cells as the reference's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limpid.runs.backends import Executed, unheard
from limpid.runs.compiled_runs import EndMemory, execution_of
from optimized.execution.executor import UNLIMITED
from optimized.execution.guest_memory import InputTooLongError as CompiledInputTooLongError
from optimized.execution.predecoded import CodeTooLargeError
from optimized.trace import plan as columns
from optimized.trace.build import FilledSegment, SegmentBuilder
from optimized.trace.continuation import RegionError
from optimized.trace.execution import PlanMismatchError
from optimized.trace.segmentation import NoProofError, TooManySegmentsError, plan_columns
from optimized.trace.segmentation import SegmentTooSmallError as CompiledSegmentTooSmallError
from reference.execution import Execution
from reference.fixed_tables import FixedTables
from reference.machine_memory import InputTooLongError
from reference.segments.jobs import SegmentTraces
from reference.tables import Table, Trace
from reference.trace.build import PlainTraces
from reference.trace.errors import PlanError, SegmentTooSmallError, TraceTooLongError, UnprovableError, WitnessError
from reference.trace.limits import SegmentLimits, SegmentMeter
from reference.trace.packed_cells import RUN_CELL, SEGMENT_CELL, Packed, RunCells, SegmentCells
from reference.trace.plan import PlannedSegment, RunEnd, RunPlan, SegmentPlan
from reference.trace.segmentation import Keep, finished_plan
from reference.trace.segmentation import plan_run as plan_plainly
from spec.isa.advice import HonestHost, Host
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_REGION
from spec.program import Program
from spec.rv64im.machine import RV64IM


def plan_compiled_run(
    program: Program,
    private_input: bytes,
    limits: SegmentLimits,
    keep: Keep,
    *,
    maximum_instructions: int | None = None,
    executed: Executed = unheard,
    new_host: Callable[[], Host] = HonestHost,
) -> RunPlan:
    """As `reference.trace.segmentation.plan_run`, a hundred times faster: the same plans and the same errors.

    Raises InputTooLongError if the input has no room, UnprovableError if the execution traps, does not end or has an
    output that cannot be claimed, SegmentTooSmallError if the limits have no room for one instruction, and
    TraceTooLongError if it takes more segments than a run may have.
    """

    boundary_rows: list[int] = []

    def keep_packed(plan: columns.SegmentPlan) -> None:
        cells = SegmentCells(_packed(plan.cells, SEGMENT_CELL))
        boundary_rows.append(len(cells))
        advice = tuple(plan.advice.tolist())
        keep(SegmentPlan(plan.index, plan.pc_in, plan.pc_out, plan.rows, plan.clock_out, cells, limits.shape, advice))

    try:
        run = plan_columns(
            program,
            private_input,
            lambda: SegmentMeter(limits),
            keep_packed,
            limit=UNLIMITED if maximum_instructions is None else maximum_instructions,
            executed=executed,
            new_host=new_host,
        )
    except CodeTooLargeError:
        return plan_plainly(
            program, private_input, limits, keep, maximum_instructions=maximum_instructions, new_host=new_host
        )
    except CompiledInputTooLongError as error:
        raise InputTooLongError(str(error)) from error
    except CompiledSegmentTooSmallError as error:
        raise SegmentTooSmallError(limits.cost, limits.clock) from error
    except TooManySegmentsError as error:
        raise TraceTooLongError(str(error)) from error
    except NoProofError as error:
        raise UnprovableError(_execution(program, private_input, error)) from error
    end = RunEnd(run.exit_code, run.output, run.instructions, tuple(run.misaligned_accesses.items()))
    return finished_plan(end, RunCells(_packed(run.cells, RUN_CELL)), boundary_rows, limits)


def segment_traces(program: Program, tables: Sequence[Table]) -> SegmentTraces:
    """The traces of a program's planned segments, from the program's fixed tables."""
    try:
        return CompiledTraces(program, tables)
    except CodeTooLargeError:
        return PlainTraces(program)


class CompiledTraces:
    """Fills in the tables of planned segments: the reference's cells.

    Raises CodeTooLargeError if the instructions lie too far apart.
    """

    def __init__(self, program: Program, tables: Sequence[Table]) -> None:
        fixed = FixedTables({table.chip.name: table.fixed for table in tables})
        self._builder = SegmentBuilder(program, fixed)

    def segment(self, segment: PlannedSegment) -> Trace:
        """Executes the segment again and fills in every table.

        Raises PlanError if the execution is not the planned one, and WitnessError if the chip's filler is missing or
        wrong.
        """
        try:
            return _trace(self._builder.segment(_in_columns(segment)))
        except PlanMismatchError as error:
            raise PlanError(str(error)) from error
        except RegionError as error:
            raise WitnessError(str(error)) from error

    def continuation(self, segment: PlannedSegment) -> Trace:
        """The continuation tables alone. Raises WitnessError if the chip's filler is missing or wrong."""
        try:
            return _trace(self._builder.continuation(_in_columns(segment)))
        except RegionError as error:
            raise WitnessError(str(error)) from error


def _trace(filled: FilledSegment) -> Trace:
    tables = tuple(Table(table.chip, table.main, table.fixed) for table in filled.tables)
    return Trace(RV64IM, tables, filled.public_values, filled.output)


def _in_columns(segment: PlannedSegment) -> columns.PlannedSegment:
    plan = segment.plan
    cells = columns.SegmentCells._make(_columns(plan.cells.packed))
    advice = np.array(plan.advice, dtype=np.uint64)
    shown = columns.RunCells._make(_columns(segment.memory.cells.packed))
    return columns.PlannedSegment(
        plan=columns.SegmentPlan(plan.index, plan.pc_in, plan.pc_out, plan.rows, plan.clock_out, cells, advice),
        memory=shown,
        cursor_in=segment.memory.cursor_in,
        exit_code=segment.end.exit_code,
        output=segment.end.output,
        shape=plan.shape,
    )


def _columns(packed: Packed) -> Iterator[NDArray[Any]]:
    return (np.ascontiguousarray(packed[name]) for name in packed.dtype.names or ())


def _packed(cells: columns.SegmentCells | columns.RunCells, layout: np.dtype[np.void]) -> Packed:
    packed = np.empty(len(cells.key), dtype=layout)
    for name, column in cells._asdict().items():
        packed[name] = column
    return packed


def _execution(program: Program, private_input: bytes, error: NoProofError) -> Execution:
    """The end of an execution that cannot be proven, in the words of the reference."""
    machine, touched = error.machine, np.sort(error.addresses).astype(np.int64)
    first, end = np.searchsorted(
        touched, [OUTPUT_REGION.start // DOUBLEWORD_BYTES, OUTPUT_REGION.end // DOUBLEWORD_BYTES]
    )
    memory = EndMemory(program, private_input, machine.memory.values, lambda: touched)
    return execution_of(program, machine, error.status, touched[first:end], memory)
