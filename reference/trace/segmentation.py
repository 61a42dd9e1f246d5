"""The first pass over an execution: cutting it into segments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reference.executor import Machine
from reference.executor.machine import Action
from reference.trace.clock import Touched, chips_of, register_accesses
from reference.trace.continuation import memory_key
from reference.trace.errors import SegmentTooSmallError, TraceTooLongError, UnprovableError
from reference.trace.limits import SegmentLimits, SegmentMeter
from reference.trace.packed_cells import RunCells
from reference.trace.plan import RunEnd, RunPlan, SegmentPlan
from reference.trace.run_memory import RunMemory, memory_parts
from spec.air.chip import Chip
from spec.isa import Decoded
from spec.isa.advice import HonestHost, Host
from spec.isa.calls import CALL_BY_NUMBER, Call
from spec.isa.instruction import Load, Store, System
from spec.isa.system import CALL_NUMBER_REGISTER
from spec.memory_map import DOUBLEWORD_BYTES, REGISTER_FILE_SIZE, SINK, Space
from spec.program import Program
from spec.protocol.shape import FIRST_CLOCK, SegmentShape, check_run_messages
from spec.rejection import Rejected
from spec.rv64im.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.rv64im.heights import table_heights
from spec.rv64im.machine import CHIP_BY_NAME, INSTRUCTION_CHIPS, MAXIMUM_SEGMENTS, RV64IM
from spec.rv64im.program_row import ProgramRow, program_row
from spec.rv64im.tokens import output_doublewords
from spec.word import REGISTER_MASK

Keep = Callable[[SegmentPlan], None]
"""Receives each segment's plan as soon as the segment has ended."""

PlanRun = Callable[[Program, bytes, SegmentLimits, Keep], RunPlan]
"""`plan_run` without a limit of instructions, or what does the same."""


def plan_run(
    program: Program,
    private_input: bytes,
    limits: SegmentLimits,
    keep: Keep,
    *,
    maximum_instructions: int | None = None,
    new_host: Callable[[], Host] = HonestHost,
) -> RunPlan:
    """Executes the program, cutting as late as the limits allow; `keep` receives the segments in order. A new host
    answers calls of advice.

    Raises InputTooLongError, UnprovableError if no proof of the execution exists or it has not ended after so many
    instructions, TraceTooLongError if it takes too many segments or the limits have no room for an instruction.
    """
    cutter = _Cutter(program, limits, keep)
    machine = Machine(program, private_input, [cutter.instrument], new_host())
    execution = machine.run(maximum_instructions)
    if execution.unprovable_reason is not None or execution.exit_code is None:
        raise UnprovableError(execution)
    boundary_rows = cutter.finish(machine)
    addresses = [address for address, _ in output_doublewords(execution.output)]
    misaligned_accesses = tuple(sorted(execution.misaligned_accesses.items()))
    end = RunEnd(execution.exit_code, execution.output, execution.instructions, misaligned_accesses)
    return finished_plan(end, cutter.memory.cells(addresses), boundary_rows, limits)


def finished_plan(end: RunEnd, cells: RunCells, boundary_rows: Sequence[int], limits: SegmentLimits) -> RunPlan:
    """The plan of a run with this end, its memory table spread over the segments, whose boundary tables have so many
    rows. Raises TraceTooLongError, also for a run with more messages than the verifier admits."""
    parts = memory_parts(cells, len(boundary_rows), limits.memory_rows)
    if limits.shape is not None and len(parts[-1].cells) > limits.memory_rows:
        raise TraceTooLongError(f"the output of {len(end.output)} bytes takes more segments than the execution")
    _check_messages(boundary_rows, [len(part.cells) for part in parts], limits.shape)
    return RunPlan(end, tuple(parts))


def _check_messages(boundary_rows: Sequence[int], memory_rows: Sequence[int], shape: str | None) -> None:
    """The verifier's bound on the messages of a run holds. They are those of its continuation tables, at the heights
    that these have once they are filled in.

    Raises TraceTooLongError if the execution does not fit in its segments.
    """
    shapes = []
    for rows in zip(boundary_rows, memory_rows, strict=True):
        heights = zip((BOUNDARY, MEMORY_TABLE), rows, strict=True)
        logarithms = {
            chip.name: tuple(height.bit_length() - 1 for height in table_heights(chip, count, shape))
            for chip, count in heights
        }
        shapes.append(SegmentShape(RV64IM, logarithms))
    try:
        check_run_messages(shapes)
    except Rejected as rejected:
        segments = f"in {len(shapes):,} segments"
        raise TraceTooLongError(f"{rejected.detail} {segments}, which no verifier admits") from rejected


class _Cutter:
    """An instrument that counts what each instruction adds to its segment, without filling in any cell, and ends the
    segment before the first instruction that does not fit."""

    def __init__(self, program: Program, limits: SegmentLimits, keep: Keep) -> None:
        self.memory = RunMemory()
        self._limits = limits
        self._keep = keep
        self._index = 0
        self._boundary_rows: list[int] = []
        self._segment = _OpenSegment(program.entry, (0,) * REGISTER_FILE_SIZE, limits)

    def instrument(self, machine: Machine, pc: int, decoded: Decoded, action: Action) -> Action:
        """Counts the instruction's row and accesses before it acts."""
        fetched = program_row(pc, decoded)
        if fetched is None:
            return action  # It traps: ebreak.
        usual_chip, misaligned_chip = chips_of(fetched)
        usual = self._counted(machine, pc, decoded, fetched, usual_chip)
        misaligned = None
        if misaligned_chip is not None:
            misaligned = self._counted(machine, pc, decoded, fetched, misaligned_chip)
        meaning, registers, rs1 = decoded.instruction.meaning, machine.registers, decoded.rs1
        if meaning is System.ENVIRONMENT_CALL:
            calls = {number: self._counted_call(machine, pc, call) for number, call in CALL_BY_NUMBER.items()}

            def act_call() -> int:
                number = registers[CALL_NUMBER_REGISTER]
                calls.get(number, usual)()
                next_pc = action()
                call = CALL_BY_NUMBER.get(number)
                if call is not None and call.result_register is not None:
                    self._segment.advice.append(registers[call.result_register])
                return next_pc

            return act_call
        width_bytes = meaning.width_bytes if isinstance(meaning, Load | Store) else 1

        def act() -> int:
            if misaligned is not None and (registers[rs1] + decoded.immediate) % width_bytes:
                misaligned()
            else:
                usual()
            return action()

        def act_fence() -> int:
            usual()
            registers[SINK] = 0  # As its row does; nothing reads the sink.
            return action()

        return act_fence if meaning is System.FENCE else act

    def finish(self, machine: Machine) -> Sequence[int]:
        """Ends the last segment; returns the rows of every segment's boundary table."""
        self._end_segment(machine, None)
        return self._boundary_rows

    def _counted(
        self, machine: Machine, pc: int, decoded: Decoded, fetched: ProgramRow, chip: Chip
    ) -> Callable[[], None]:
        """Counts one row of the chip with its accesses, after a cut if it does not fit."""
        number, accesses = INSTRUCTION_CHIPS.index(chip), chip.accesses
        names = chip.access_names
        positions = {name: position for position, name in enumerate(names)}
        touching = [
            (memory_key(Space.REGISTERS, register), positions[name])
            for name, register in register_accesses(fetched).items()
            if name in positions
        ]
        low_position = positions.get("memory")
        high_position = positions.get("memory_next")
        registers, memory = machine.registers, machine.memory
        rs1, immediate = decoded.rs1, decoded.immediate
        meaning = decoded.instruction.meaning
        width_bytes = meaning.width_bytes if isinstance(meaning, Load | Store) else 0

        def count() -> None:
            segment = self._segment
            if not segment.has_room(number, accesses):
                segment = self._cut(machine, pc, number, accesses)
            segment.meter.rows[number] += 1
            now, clocks = segment.now, segment.clocks
            segment.now = now + accesses
            for key, position in touching:
                clocks[key] = now + position
            if low_position is not None:
                address = (registers[rs1] + immediate) & REGISTER_MASK
                doubleword = address // DOUBLEWORD_BYTES
                if doubleword not in clocks:
                    segment.values_in[doubleword] = memory.value(doubleword)
                clocks[doubleword] = now + low_position
                if high_position is not None and address % DOUBLEWORD_BYTES + width_bytes > DOUBLEWORD_BYTES:
                    if doubleword + 1 not in clocks:
                        segment.values_in[doubleword + 1] = memory.value(doubleword + 1)
                    clocks[doubleword + 1] = now + high_position

        return count

    def _counted_call(self, machine: Machine, pc: int, call: Call) -> Callable[[], None]:
        """As `_counted`, for a call: its number, its pointers, the doublewords of its operands, then its result."""
        chip = CHIP_BY_NAME[call.name]
        number, accesses = INSTRUCTION_CHIPS.index(chip), chip.accesses
        registers, memory = machine.registers, machine.memory
        read = [CALL_NUMBER_REGISTER, *(operand.register for operand in call.operands)]
        read_keys = [memory_key(Space.REGISTERS, register) for register in read]
        written = [] if call.result_register is None else [call.result_register]
        written_keys = [memory_key(Space.REGISTERS, register) for register in written]

        def count() -> None:
            segment = self._segment
            if not segment.has_room(number, accesses):
                segment = self._cut(machine, pc, number, accesses)
            segment.meter.rows[number] += 1
            doublewords = call.positions([registers[operand.register] for operand in call.operands])
            for doubleword in doublewords:
                if doubleword not in segment.clocks:
                    segment.values_in[doubleword] = memory.value(doubleword)
            keys = [*read_keys, *doublewords, *written_keys]
            segment.clocks.update(zip(keys, range(segment.now, segment.now + accesses), strict=True))
            segment.now += accesses

        return count

    def _cut(self, machine: Machine, pc: int, number: int, accesses: int) -> _OpenSegment:
        """Ends the segment before the instruction at pc and begins the one in which it has room."""
        if self._segment.now != FIRST_CLOCK:
            self._end_segment(machine, pc)
            if self._index == MAXIMUM_SEGMENTS:
                raise TraceTooLongError(f"the execution takes more than {MAXIMUM_SEGMENTS} segments")
            self._segment = _OpenSegment(pc, machine.registers, self._limits)
            if self._segment.has_room(number, accesses):
                return self._segment
        raise SegmentTooSmallError(self._limits.cost, self._limits.clock)

    def _end_segment(self, machine: Machine, pc_out: int | None) -> None:
        segment = self._segment
        cells = self.memory.absorb(segment.touched(machine), self._index)
        self._boundary_rows.append(len(cells))
        self._keep(
            SegmentPlan(
                self._index,
                segment.pc_in,
                pc_out,
                tuple(segment.meter.rows),
                segment.now,
                cells,
                self._limits.shape,
                tuple(segment.advice),
            )
        )
        self._index += 1


class _OpenSegment:
    """The segment that the execution is in."""

    def __init__(self, pc_in: int, registers: Sequence[int], limits: SegmentLimits) -> None:
        self.pc_in = pc_in
        self.meter = SegmentMeter(limits)
        self.now = FIRST_CLOCK
        self.clocks: dict[int, int] = {}
        """By key, the clock of the segment's last access."""

        self.values_in: dict[int, int] = {}
        """By doubleword address, what the segment's first access finds."""

        self.advice: list[int] = []
        """What the host has answered, in order."""

        self._registers_in = tuple(registers)

    def has_room(self, number: int, accesses: int) -> bool:
        """Whether a row of the chip with this number fits, if every access touched a further address."""
        meter, boundary_rows = self.meter, len(self.clocks) + accesses
        if meter.rows[number] < meter.room[number] and boundary_rows <= meter.boundary_room:
            return True
        return meter.makes_room(number, boundary_rows)

    def touched(self, machine: Machine) -> dict[tuple[Space, int], Touched]:
        """What the segment has touched, if it ends in the machine's present state."""
        touched = {}
        first_register = memory_key(Space.REGISTERS, 0)
        for key, clock in self.clocks.items():
            register = key - first_register
            if register >= 0:
                values = self._registers_in[register], machine.registers[register]
                touched[Space.REGISTERS, register] = Touched(*values, clock)
            else:
                touched[Space.MEMORY, key] = Touched(self.values_in[key], machine.memory.value(key), clock)
        return touched
