"""The honest trace of an execution."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from reference.arrays.field_arrays import Matrix
from reference.execution import Step
from reference.executor import Machine as Executor
from reference.executor.recording import recording_instrument
from reference.fixed_tables import machine_table, program_tables
from reference.tables import Table, Trace, without_fixed_columns
from reference.trace.clock import Clock
from reference.trace.continuation import boundary_rows, memory_rows
from reference.trace.errors import PlanError, TraceTooLongError
from reference.trace.fillers import in_order, instruction_cells, padded_matrix, work_cells
from reference.trace.limits import NO_LIMITS, SegmentLimits
from reference.trace.multiplicities import indices_of, lookup_requests, lookup_table, machine_indices
from reference.trace.plan import PlannedSegment, SegmentPlan
from reference.trace.segmentation import plan_run
from spec.air.chip import Chip, Role
from spec.air.machine import Machine
from spec.isa.advice import Read
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.memory_map import REGISTER_FILE_SIZE, Space
from spec.program import Program
from spec.protocol.shape import LOOKUP_ROLES
from spec.rv64im.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.rv64im.heights import table_heights
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, INSTRUCTION_CHIPS, RV64IM, WORK_CHIPS
from spec.rv64im.program_row import HALTED, limbs_of


def build_trace(program: Program, private_input: bytes = b"") -> Trace:
    """Executes the program and fills in every table, as a run of one segment.

    Raises InputTooLongError, UnprovableError if no proof of the execution exists, TraceTooLongError if it does
    not fit in one segment.
    """
    plans: list[SegmentPlan] = []

    def keep(plan: SegmentPlan) -> None:
        if plan.pc_out is not None:
            done = f"after {plan.instructions} instructions"
            raise TraceTooLongError(f"the execution does not fit in one segment: its clock is full {done}")
        plans.append(plan)

    run = plan_run(program, private_input, NO_LIMITS, keep)
    return build_segment(program, run.segment(plans[0]))


def build_traces(program: Program, private_input: bytes, limits: SegmentLimits) -> list[Trace]:
    """Executes the program and fills in every table of every segment.

    Raises InputTooLongError, UnprovableError if no proof of the execution exists, TraceTooLongError if it takes too
    many segments.
    """
    plans: list[SegmentPlan] = []
    run = plan_run(program, private_input, limits, plans.append)
    return [build_segment(program, run.segment(plan)) for plan in plans]


def build_segment(program: Program, segment: PlannedSegment) -> Trace:
    """Executes one planned segment again, from its own cells alone, and fills in every table.

    Raises PlanError if the execution is not what the plan says.
    """
    rows = _executed_rows(program, segment.plan)
    shape = segment.plan.shape
    asking = [table for name, of in rows.items() for table in tables_of(CHIP_BY_NAME[name], of, shape)]
    asking += continuation_tables(program, segment)
    public_values = public_values_of(segment)
    of_program = program_tables(program, listed=shape is not None)
    tables = [*asking, *lookup_tables(of_program, asking, public_values)]
    order = {chip.name: position for position, chip in enumerate(CHIPS)}
    tables.sort(key=lambda table: order[table.chip.name])
    return Trace(RV64IM, tuple(tables), public_values, segment.end.output)


class PlainTraces:
    """The traces of a program's planned segments."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def segment(self, segment: PlannedSegment) -> Trace:
        """As `build_segment`."""
        return build_segment(self._program, segment)

    def continuation(self, segment: PlannedSegment) -> Trace:
        """As `build_continuation`."""
        return build_continuation(self._program, segment)


def build_continuation(program: Program, segment: PlannedSegment) -> Trace:
    """The continuation tables alone, which need no execution: all that a segment's leaf depends on."""
    return Trace(RV64IM, tuple(continuation_tables(program, segment)), public_values_of(segment), segment.end.output)


def continuation_tables(program: Program, segment: PlannedSegment) -> list[Table]:
    """The segment's boundary table, and its part of the memory table if it has one."""
    boundary = boundary_rows(segment.plan.cells, segment.plan.index)
    memory = memory_rows(program, segment.memory.cells, segment.memory.cursor_in)
    return [
        table
        for chip, cells in ((BOUNDARY, boundary), (MEMORY_TABLE, memory))
        for table in tables_of(chip, [in_order(chip, row) for row in cells], segment.plan.shape)
    ]


def _executed_rows(program: Program, plan: SegmentPlan) -> dict[str, list[list[int]]]:
    """The cells of the instructions of a segment, and of the work that they order, by chip, in the order of
    execution."""
    rows: dict[str, list[list[int]]] = {chip.name: [] for chip in (*INSTRUCTION_CHIPS, *WORK_CHIPS)}
    touched_registers = plan.values_in(Space.REGISTERS)
    registers = [touched_registers.get(register, 0) for register in range(REGISTER_FILE_SIZE)]
    clock = Clock(registers)

    def record(step: Step) -> None:
        row = clock.row(step)
        rows[row.chip.name].append(instruction_cells(row))
        for name, cells in work_cells(row):
            rows[name].append(cells)

    advice = deque(plan.advice)

    def answer(kind: int, arguments: tuple[int, int, int], read: Read) -> int:
        """As the host did when the run was planned."""
        del kind, arguments, read
        if not advice:
            raise PlanError(f"segment {plan.index} takes more advice than planned")
        return advice.popleft()

    machine = Executor(program, instruments=[recording_instrument(record)], host=answer)
    machine.pc = plan.pc_in
    machine.registers[:] = registers
    machine.memory.doublewords.update(plan.values_in(Space.MEMORY))
    execution = machine.run(plan.instructions)
    executed = tuple(len(rows[chip.name]) for chip in INSTRUCTION_CHIPS)
    if (executed, clock.now) != (plan.rows, plan.clock_out):
        raise PlanError(f"segment {plan.index} executes {sum(executed)} instructions up to clock {clock.now}")
    if advice:
        raise PlanError(f"segment {plan.index} takes less advice than planned")
    pc_out = None if execution.trap is None else machine.pc
    if pc_out != plan.pc_out:
        raise PlanError(f"segment {plan.index} does not end where planned")
    touched = {(cell.space, cell.address): (cell.value_in, cell.value_out, cell.last_clock) for cell in plan.cells}
    if touched != {key: (place.value_in, place.value_out, place.last_clock) for key, place in clock.touched.items()}:
        raise PlanError(f"segment {plan.index} does not touch memory as planned")
    return rows


def public_values_of(segment: PlannedSegment) -> dict[str, int]:
    """What the segment says in public, by the names in SEGMENT_PUBLIC_VALUES."""
    plan, memory = segment.plan, segment.memory
    exit_code = segment.end.exit_code if plan.pc_out is None else 0
    return {
        "segment": plan.index,
        "pc_in": plan.pc_in // INSTRUCTION_BYTES,
        "cursor_in": memory.cursor_in,
        "pc_out": HALTED if plan.pc_out is None else plan.pc_out // INSTRUCTION_BYTES,
        "clock_out": plan.clock_out,
        "cursor_out": memory.cursor_out,
        **{f"exit_code_{i}": limb for i, limb in enumerate(limbs_of(exit_code))},
    }


def tables_of(chip: Chip, rows: Sequence[Sequence[int]], shape: str | None) -> list[Table]:
    """The instances of a chip, the highest first, filled in the order of the rows. `shape` is the listed shape."""
    tables, start = [], 0
    for height in table_heights(chip, len(rows), shape):
        padded = padded_matrix(chip, rows[start : start + height], height)
        tables.append(Table(chip, padded, without_fixed_columns(height)))
        start += height
    return tables


def lookup_tables(
    of_program: Mapping[str, Matrix],
    asking: Sequence[Table],
    public_values: Mapping[str, int],
    machine: Machine = RV64IM,
    *,
    all_answered: bool = True,
) -> list[Table]:
    """The lookup tables of a machine, program tables among them, with what the tables ask of them counted.

    The machine may have other words for a chip. Raises WitnessError for what no row answers, unless not all need be.
    """
    present = {table.chip.name: (table.height_log2,) for table in asking}
    with_rows = machine.table_heights(present)
    lookup_chips = [chip for role in LOOKUP_ROLES for chip in machine.chips_of(role) if with_rows.get(chip.name, True)]
    bus_names = {interaction.bus.name for chip in lookup_chips for interaction in chip.interactions}
    requests = lookup_requests(asking, bus_names, public_values)
    tables = []
    for chip in lookup_chips:
        is_kept = chip.role is Role.MACHINE_TABLE and chip is CHIP_BY_NAME[chip.name]
        fixed = machine_table(chip.name) if chip.role is Role.MACHINE_TABLE else of_program[chip.name]
        indices = machine_indices(chip.name) if is_kept else indices_of(chip, fixed)
        tables.append(lookup_table(chip, fixed, indices, requests, asking, all_answered=all_answered))
    return tables
