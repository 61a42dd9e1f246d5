"""The proving cost of a run, from counts alone: rows by chip, heights of all tables, the metric of `spec.cost`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reference.executor.profiling import Profile
from reference.trace.limits import SegmentLimits
from reference.trace.plan import SegmentPlan
from reference.trace.planned_shape import planned_shape
from reference.trace.segmentation import PlanRun, plan_run
from spec.air.chip import Chip, Role
from spec.cost import Cost, row_cost, segment_cost
from spec.isa import decode
from spec.isa.calls import CALL_BY_NUMBER, CALLS
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_REGION
from spec.program import Program
from spec.protocol.shape import SEVERAL_INSTANCES, SegmentShape, TableShape, clock_end, fixed_heights
from spec.rv64im.chips import misaligned
from spec.rv64im.chips.continuation import MEMORY_TABLE
from spec.rv64im.chips.fixed_tables import padded
from spec.rv64im.chips.program_tables import PROGRAM_FIXED_ROWS
from spec.rv64im.heights import instance_heights, padded_height
from spec.rv64im.machine import CHIP_BY_NAME, INSTRUCTION_CHIPS, RV64IM, USUAL_CHIPS, work_rows
from spec.rv64im.program_row import ProgramRow, program_row

_MISALIGNED = {opcode: chip for chip in misaligned.CHIPS for opcode in chip.instructions}


_MOST_ACCESSES = max(chip.accesses for chip in INSTRUCTION_CHIPS)

DEFAULT_LIMITS = SegmentLimits()


@dataclass(frozen=True)
class PcRows:
    """The rows of the executions of one instruction."""

    chip: Chip
    usual: int
    misaligned_chip: Chip | None
    """Only of loads and stores."""

    misaligned: int
    calls: Mapping[str, int]
    """How often an ecall made each call, by name."""

    registers: tuple[int, ...]
    """Those that it accesses, the sink included."""

    @property
    def rows(self) -> Mapping[str, int]:
        """By chip, the rows of the executions and of the work that they ordered."""
        rows = {self.chip.name: self.usual, **self.calls, **work_rows(self.calls)}
        if self.misaligned_chip is not None:
            rows[self.misaligned_chip.name] = self.misaligned
        return {name: count for name, count in rows.items() if count}

    @property
    def cost(self) -> int:
        """The cost of these rows, without padding."""
        return sum(count * row_cost(CHIP_BY_NAME[name]).total for name, count in self.rows.items())


def rows_by_pc(profile: Profile) -> dict[int, PcRows]:
    """The rows of every executed instruction by program counter; an ecall that halts is one."""
    words = dict(profile.program.code)
    misaligned_accesses = profile.execution.misaligned_accesses
    calls: dict[int, dict[str, int]] = {}
    for (pc, number), count in profile.execution.calls.items():
        calls.setdefault(pc, {})[CALL_BY_NUMBER[number].name] = count
    rows = {}
    for pc, count in profile.instructions_by_pc.items():
        decoded = decode(words[pc])
        assert decoded is not None
        fetched = program_row(pc, decoded)
        assert fetched is not None
        misaligned_count = misaligned_accesses.get(pc, 0)
        rows[pc] = PcRows(
            USUAL_CHIPS[fetched.opcode],
            count - misaligned_count - sum(calls.get(pc, {}).values()),
            _MISALIGNED.get(fetched.opcode),
            misaligned_count,
            calls.get(pc, {}),
            _registers(USUAL_CHIPS[fetched.opcode], fetched, calls.get(pc, {})),
        )
    return rows


def _registers(chip: Chip, fetched: ProgramRow, calls: Iterable[str]) -> tuple[int, ...]:
    """The registers that a row of the chip accesses, and those with the pointers and results of these calls."""
    indices = {
        "source1": fetched.source1,
        "source2": fetched.source2,
        "destination": fetched.destination,
        "call_number": CALL_NUMBER_REGISTER,
        "exit_code": CALL_ARGUMENT_REGISTER,
    }
    made = [call for call in CALLS if call.name in calls]
    pointers = (operand.register for call in made for operand in call.operands)
    results = (call.result_register for call in made if call.result_register is not None)
    return (*(indices[access] for access in chip.access_names if access in indices), *pointers, *results)


def rows_by_chip(rows: Mapping[int, PcRows]) -> Counter[str]:
    """How many rows each instruction or work chip has, before padding."""
    counts: Counter[str] = Counter()
    for of_pc in rows.values():
        counts.update(of_pc.rows)
    return counts


@dataclass(frozen=True)
class RunCost:
    """What a run costs to prove, segment by segment."""

    rows: Mapping[str, int]
    """Rows of instruction and work chips before padding, by chip name."""

    shapes: tuple[SegmentShape, ...]
    """The shapes of the segments, in order."""

    limits: SegmentLimits

    @property
    def cost(self) -> Cost:
        """The metric of the whole run."""
        first, *others = map(segment_cost, self.shapes)
        total = first
        for cost in others:
            total = total + cost
        return total

    @property
    def segments(self) -> int:
        return len(self.shapes)

    @property
    def last_segment_fraction(self) -> float:
        """How full the last segment is: what is left to 1 is the headroom before one more segment is needed."""
        tables = _limited_tables(self.shapes[-1])
        clock = clock_end(tables) / self.limits.clock
        if self.limits.cost is None:
            return clock
        return max(clock, _cost(tables) / self.limits.cost)


def run_cost(profile: Profile, limits: SegmentLimits = DEFAULT_LIMITS, plan_run: PlanRun = plan_run) -> RunCost:
    """The cost of proving the run in segments of these limits.

    A run that may need several segments is executed once more by `plan_run`, to cut it. Raises UnprovableError if no
    proof of such a run exists, TraceTooLongError if it takes too many segments.
    """
    by_pc = rows_by_pc(profile)
    rows = rows_by_chip(by_pc)
    registers = {register for of_pc in by_pc.values() for register in of_pc.registers}
    addresses = len(profile.touched) + len(registers)
    first = OUTPUT_REGION.start // DOUBLEWORD_BYTES
    claimed = 1 + -(-len(profile.execution.output) // DOUBLEWORD_BYTES)
    untouched_output = sum(1 for address in range(first, first + claimed) if address not in profile.touched)
    shape = _shape(profile.program, rows, addresses, addresses + untouched_output)
    # A segment ends before a row whose accesses might not fit, if each were to a further address.
    most = _shape(profile.program, rows, addresses + _MOST_ACCESSES, addresses)
    if _fits(most, limits):
        return RunCost(rows, (shape,), limits)
    plans: list[SegmentPlan] = []
    run = plan_run(profile.program, profile.private_input, limits, plans.append)
    heights = _program_heights(profile.program)
    return RunCost(rows, tuple(planned_shape(run.segment(plan), heights) for plan in plans), limits)


def _fits(shape: SegmentShape, limits: SegmentLimits) -> bool:
    tables = _limited_tables(shape)
    too_large = limits.cost is not None and _cost(tables) > limits.cost
    return clock_end(tables) <= limits.clock and not too_large


def _limited_tables(shape: SegmentShape) -> list[TableShape]:
    """The tables whose heights decide when a segment ends."""
    tables = shape.tables_of(*SEVERAL_INSTANCES, Role.CONTINUATION)
    return [table for table in tables if table.chip is not MEMORY_TABLE]


def _cost(tables: Iterable[TableShape]) -> int:
    return sum(table.height * row_cost(table.chip).total for table in tables)


def _shape(program: Program, rows: Mapping[str, int], boundary_rows: int, memory_rows: int) -> SegmentShape:
    """The heights of a segment with these rows."""
    single = {"boundary": padded_height(boundary_rows), "memory": padded_height(memory_rows)}
    heights = {chip.name: instance_heights(rows.get(chip.name, 0)) for chip in RV64IM.chips_of(*SEVERAL_INSTANCES)}
    heights |= {name: (height,) for name, height in single.items()}
    logarithms = {name: tuple(height.bit_length() - 1 for height in of) for name, of in heights.items()}
    return SegmentShape(RV64IM, logarithms | fixed_heights(RV64IM, logarithms, _program_heights(program)))


def _program_heights(program: Program) -> dict[str, int]:
    """As base-2 logarithms."""
    return {name: len(padded(rows(program))).bit_length() - 1 for name, rows in PROGRAM_FIXED_ROWS.items()}
