"""The proving cost of a run, from counts alone: rows by chip, heights of all tables, the metric of `spec.cost`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from reference.executor.profiling import Profile
from reference.trace.clock import declared_accesses
from reference.trace.heights import instance_heights, padded_height
from spec.air.chip import Chip, Role
from spec.air.chips import misaligned
from spec.air.chips.fixed_tables import FIXED_ROWS, padded
from spec.air.chips.program_tables import PROGRAM_FIXED_ROWS
from spec.air.limits import CLOCK_LIMIT, clock_end
from spec.air.machine import CHIPS, INSTRUCTION_CHIPS
from spec.air.program_row import ProgramRow, program_row
from spec.cost import Cost, row_cells, segment_cost
from spec.isa import decode
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT
from spec.program import Program
from spec.protocol.shape import SegmentShape

_MISALIGNED = {opcode: chip for chip in misaligned.CHIPS for opcode in chip.instructions}
_USUAL = {opcode: chip for chip in INSTRUCTION_CHIPS if chip not in misaligned.CHIPS for opcode in chip.instructions}


@dataclass(frozen=True)
class PcRows:
    """The rows of the executions of one instruction."""

    chip: Chip
    usual: int
    misaligned_chip: Chip | None
    """Only of loads and stores."""

    misaligned: int
    registers: tuple[int, ...]
    """Those that it accesses, the sink included."""

    @property
    def cells(self) -> int:
        """Main and LogUp cells of these rows, without padding."""
        cells = self.usual * row_cells(self.chip).total
        if self.misaligned_chip is not None:
            cells += self.misaligned * row_cells(self.misaligned_chip).total
        return cells


def rows_by_pc(profile: Profile) -> dict[int, PcRows]:
    """The rows of every executed instruction by program counter; an ecall that halts is one."""
    words = dict(profile.program.code)
    misaligned_accesses = profile.execution.misaligned_accesses
    rows = {}
    for pc, count in profile.instructions_by_pc.items():
        decoded = decode(words[pc])
        assert decoded is not None
        fetched = program_row(pc, decoded)
        assert fetched is not None
        misaligned_count = misaligned_accesses.get(pc, 0)
        rows[pc] = PcRows(
            _USUAL[fetched.opcode],
            count - misaligned_count,
            _MISALIGNED.get(fetched.opcode),
            misaligned_count,
            _registers(_USUAL[fetched.opcode], fetched),
        )
    return rows


def _registers(chip: Chip, fetched: ProgramRow) -> tuple[int, ...]:
    """The registers that a row of the chip accesses."""
    indices = {
        "source1": fetched.source1,
        "source2": fetched.source2,
        "destination": fetched.destination,
        "call_number": CALL_NUMBER_REGISTER,
        "exit_code": CALL_ARGUMENT_REGISTER,
    }
    return tuple(indices[access] for access in declared_accesses(chip) if access in indices)


def rows_by_chip(rows: Mapping[int, PcRows]) -> Counter[str]:
    """How many rows each instruction chip has, before padding."""
    counts: Counter[str] = Counter()
    for of_pc in rows.values():
        counts[of_pc.chip.name] += of_pc.usual
        if of_pc.misaligned_chip is not None:
            counts[of_pc.misaligned_chip.name] += of_pc.misaligned
    return +counts


@dataclass(frozen=True)
class RunCost:
    """What a run costs to prove, and how much of a segment it fills."""

    cost: Cost
    rows: Mapping[str, int]
    """Rows of instruction chips before padding, by chip name."""

    segments: int
    """As many as the clock makes necessary, all alike."""

    shape: SegmentShape
    """Of each segment."""

    @property
    def clock_fraction(self) -> float:
        """How much of a segment's clock each segment uses."""
        return float(_clock_end(self.shape) / CLOCK_LIMIT)


def run_cost(profile: Profile) -> RunCost:
    """The cost of proving the run. A run too long for one segment counts as evenly cut."""
    by_pc = rows_by_pc(profile)
    rows = rows_by_chip(by_pc)
    registers = {register for of_pc in by_pc.values() for register in of_pc.registers}
    addresses = len(profile.touched) + len(registers)
    first = OUTPUT.start // DOUBLEWORD_BYTES
    claimed = 1 + -(-len(profile.execution.output) // DOUBLEWORD_BYTES)
    untouched_output = sum(1 for address in range(first, first + claimed) if address not in profile.touched)
    segments = 1
    while True:
        share = {name: -(-count // segments) for name, count in rows.items()}
        shape = _shape(profile.program, share, addresses, -(-(addresses + untouched_output) // segments))
        if _clock_end(shape) <= CLOCK_LIMIT:
            cost = segment_cost(shape)
            total = Cost(
                {name: segments * cells for name, cells in cost.cells_by_chip.items()}, segments * cost.quotient_cells
            )
            return RunCost(total, rows, segments, shape)
        segments += 1


def _clock_end(shape: SegmentShape) -> int:
    return clock_end((table.chip, table.height) for table in shape.tables)


def _shape(program: Program, rows: Mapping[str, int], boundary_rows: int, memory_rows: int) -> SegmentShape:
    """The heights of a segment with these rows."""
    fixed = {**_machine_heights(), **{name: len(padded(of(program))) for name, of in PROGRAM_FIXED_ROWS.items()}}
    continuation = {"boundary": padded_height(boundary_rows), "memory": padded_height(memory_rows)}
    heights: dict[str, tuple[int, ...]] = {}
    for chip in CHIPS:
        if chip.role is Role.INSTRUCTION:
            heights[chip.name] = instance_heights(rows.get(chip.name, 0))
        else:
            heights[chip.name] = ((fixed | continuation)[chip.name],)
    return SegmentShape({name: tuple(h.bit_length() - 1 for h in of) for name, of in heights.items()})


@cache
def _machine_heights() -> dict[str, int]:
    return {name: len(padded(rows())) for name, rows in FIXED_ROWS.items()}
