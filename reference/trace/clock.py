"""Time: which chip executes a step, at which clock, and which token each of its accesses takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reference.execution import Step
from reference.trace.errors import WitnessError
from spec.air.chip import Chip
from spec.isa.calls import CALL_BY_NUMBER
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.instruction import Load, Store, System
from spec.isa.step import effective_address
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER
from spec.memory_map import REGISTER_FILE_SIZE, Space
from spec.protocol.shape import FIRST_CLOCK
from spec.rv64im.chips import misaligned
from spec.rv64im.machine import CALL_CHIPS, CHIP_BY_NAME, USUAL_CHIPS
from spec.rv64im.program_row import HALTED, ProgramRow, program_row
from spec.word import INTEGER_WORDS

_MISALIGNED_CHIPS = {opcode: chip for chip in misaligned.CHIPS for opcode in chip.instructions}


@dataclass(frozen=True, slots=True)
class Access:
    """One memory access of a row."""

    address: int
    before: int
    after: int
    previous_clock: int
    clock: int


@dataclass(slots=True)
class Touched:
    """An address that the segment has touched. Before the first access its token has clock 0."""

    value_in: int
    value_out: int
    last_clock: int


@dataclass(frozen=True, slots=True)
class Row:
    """One executed step with all that a chip's filler needs."""

    chip: Chip
    program_row: ProgramRow
    clock: int
    next_pc: int
    """As on the state bus: the byte address over 4, or HALTED."""

    step: Step
    accesses: dict[str, Access]
    """By declared name, those that take place, in order."""


class Clock:
    """Gives the steps of one segment their rows, in the order of execution.

    `registers` holds the 33 values, sink included, at the segment's start; all are zero at the run's start.
    """

    def __init__(self, registers: Sequence[int] = (0,) * REGISTER_FILE_SIZE) -> None:
        self.now = FIRST_CLOCK
        self.touched: dict[tuple[Space, int], Touched] = {}
        self._registers = list(registers)
        self._program_rows: dict[int, ProgramRow] = {}

    def row(self, step: Step) -> Row:
        """The next step's row; the clock advances. Raises WitnessError for a step without a provable row."""
        fetched = self._program_rows.get(step.pc)
        if fetched is None:
            fetched = program_row(step.pc, step.decoded)
            if fetched is None:
                raise WitnessError(f"{step.decoded.instruction.name} at {step.pc:#x} has no row in the program table")
            self._program_rows[step.pc] = fetched
        chip = chip_of(fetched, step)
        accesses = self._call_accesses(chip, step) if chip in CALL_CHIPS else self._accesses(chip, fetched, step)
        next_pc = HALTED if step.next_pc is None else step.next_pc // INSTRUCTION_BYTES
        row = Row(chip, fetched, self.now, next_pc, step, accesses)
        self.now += chip.accesses
        return row

    def access(self, space: Space, address: int, before: int, after: int, now: int) -> Access:
        """An access by a row whose cells come from elsewhere. Its clock is its own, and `now` stays where it is."""
        if space is Space.REGISTERS:
            self._registers[address] = after
        return self._take(space, address, before, after, now)

    def _call_accesses(self, chip: Chip, step: Step) -> dict[str, Access]:
        """A call's number and pointers, the doublewords of its operands, then the register of its result."""
        registers = (CALL_NUMBER_REGISTER, *(operand.register for operand in CALL_BY_NUMBER[step.left].operands))
        values = (step.left, *step.pointers)
        places = [(Space.REGISTERS, register, value, value) for register, value in zip(registers, values, strict=True)]
        places += [(Space.MEMORY, access.address, access.before, access.after) for access in step.memory]
        result_register = CALL_BY_NUMBER[step.left].result_register
        if result_register is not None and step.result is not None:
            before = self._registers[result_register]
            self._registers[result_register] = step.result
            places.append((Space.REGISTERS, result_register, before, step.result))
        clocks = range(self.now, self.now + chip.accesses)
        names = chip.access_names
        return {name: self._take(*place, now) for name, place, now in zip(names, places, clocks, strict=True)}

    def _accesses(self, chip: Chip, fetched: ProgramRow, step: Step) -> dict[str, Access]:
        accesses = {}
        for position, name in enumerate(chip.access_names):
            if name == "memory_next" and len(step.memory) == 1:
                continue  # It does not cross into the next doubleword; the sub-clock passes all the same.
            accesses[name] = self._access(name, fetched, step, self.now + position)
        return accesses

    def _access(self, name: str, fetched: ProgramRow, step: Step, now: int) -> Access:
        match name:
            case "source1":
                return self._take(Space.REGISTERS, fetched.source1, step.left, step.left, now)
            case "source2":
                return self._take(Space.REGISTERS, fetched.source2, step.right, step.right, now)
            case "call_number":
                return self._take(Space.REGISTERS, CALL_NUMBER_REGISTER, step.left, step.left, now)
            case "exit_code":
                return self._take(Space.REGISTERS, CALL_ARGUMENT_REGISTER, step.right, step.right, now)
            case "destination":
                before = self._registers[fetched.destination]
                # A fence writes 0 to the sink.
                after = 0 if step.result is None else step.result
                self._registers[fetched.destination] = after
                return self._take(Space.REGISTERS, fetched.destination, before, after, now)
            case "memory":
                low = step.memory[0]
                return self._take(Space.MEMORY, low.address, low.before, low.after, now)
            case "memory_next":
                high = step.memory[1]
                return self._take(Space.MEMORY, high.address, high.before, high.after, now)
        raise WitnessError(f"no step says what the access {name} does")

    def _take(self, space: Space, address: int, before: int, after: int, now: int) -> Access:
        touched = self.touched.setdefault((space, address), Touched(before, before, 0))
        previous_clock = touched.last_clock
        touched.value_out, touched.last_clock = after, now
        return Access(address, before, after, previous_clock, now)


def chip_of(fetched: ProgramRow, step: Step) -> Chip:
    """The chip whose domain contains this execution of the instruction."""
    meaning = step.decoded.instruction.meaning
    if meaning is System.ENVIRONMENT_CALL and step.left in CALL_BY_NUMBER:
        return CHIP_BY_NAME[CALL_BY_NUMBER[step.left].name]
    aligned, misaligned_chip = chips_of(fetched)
    if misaligned_chip is not None and isinstance(meaning, Load | Store):
        words = INTEGER_WORDS
        address = effective_address(words, step.left, words.constant(step.decoded.immediate))
        if address % meaning.width_bytes:
            return misaligned_chip
    return aligned


def chips_of(fetched: ProgramRow) -> tuple[Chip, Chip | None]:
    """The chips that can execute an instruction: the second one a load or store at a misaligned address, if any.

    Calls have chips of their own.
    """
    return USUAL_CHIPS[fetched.opcode], _MISALIGNED_CHIPS.get(fetched.opcode)


def register_accesses(fetched: ProgramRow) -> dict[str, int]:
    """The register of every access to one that a row of this instruction may have, by the access's name."""
    return {
        "source1": fetched.source1,
        "source2": fetched.source2,
        "call_number": CALL_NUMBER_REGISTER,
        "exit_code": CALL_ARGUMENT_REGISTER,
        "destination": fetched.destination,
    }
