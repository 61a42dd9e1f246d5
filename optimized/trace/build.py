"""The honest trace of a run of one segment, table by table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimized.executor import Recording, record
from optimized.roots import Words
from optimized.threads import in_parallel
from optimized.trace.continuation import boundary_cells, claimed_output, memory_cells, touched_cells
from optimized.trace.fill import instruction_cells, matrices
from optimized.trace.lookups import Lookups
from optimized.trace.rows import Rows
from reference.prover.field_arrays import Matrix
from spec.air.chip import Chip
from spec.air.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.air.limits import CLOCK_LIMIT, clock_end
from spec.air.machine import CHIPS, INSTRUCTION_CHIPS
from spec.air.program_row import HALTED, limbs_of
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.program import Program
from spec.protocol.heights import instance_heights, padded_height

MAXIMUM_INSTRUCTIONS = CLOCK_LIMIT
"""Every instruction advances the clock."""


class ClockFullError(Exception):
    """The execution does not fit in one segment."""


@dataclass(frozen=True)
class FilledTable:
    """The cells of one instance of a chip."""

    chip: Chip
    main: Words
    fixed: Matrix


@dataclass(frozen=True)
class FilledSegment:
    """All tables of a segment in machine order, its public values, and the output of the run."""

    tables: tuple[FilledTable, ...]
    public_values: dict[str, int]
    output: bytes
    instructions: int


def build_segment(program: Program, private_input: bytes, lookups: Lookups) -> FilledSegment:
    """Executes the program and fills in every table, as a run of one segment.

    Raises TrapError, InputTooLongError, CodeTooLargeError, ExecutionTooLongError, UnprovableError, ClockFullError.
    """
    recording = record(program, private_input, MAXIMUM_INSTRUCTIONS)
    output = claimed_output(recording)
    instruction_tables = _instruction_tables(recording)
    end = clock_end([(chip, len(main)) for chip, main in instruction_tables])
    if end > CLOCK_LIMIT:
        raise ClockFullError(f"the clock would pass {end - 1} ticks, a segment has room for {CLOCK_LIMIT - 1}")
    touched = touched_cells(recording)
    memory, memory_rows, cursor_out = memory_cells(program, touched, output)
    asking = [*instruction_tables]
    for chip, cells, count in (
        (BOUNDARY, boundary_cells(touched), len(touched.key)),
        (MEMORY_TABLE, memory, memory_rows),
    ):
        asking += [(chip, main) for main in matrices(chip, cells, count, [padded_height(count)])]
    public_values = {
        "segment": 0,
        "pc_in": program.entry // INSTRUCTION_BYTES,
        "cursor_in": 0,
        "pc_out": HALTED,
        "clock_out": recording.clock_out,
        "cursor_out": cursor_out,
        **{f"exit_code_{i}": limb for i, limb in enumerate(limbs_of(recording.run.exit_code))},
    }
    counted = lookups.multiplicities(asking, public_values)
    tables = [FilledTable(chip, main, np.empty((len(main), 0), dtype=np.uint32)) for chip, main in asking]
    chips = {chip.name: chip for chip in CHIPS}
    tables += [FilledTable(chips[name], main, lookups.fixed[name]) for name, main in counted.items()]
    order = {chip.name: position for position, chip in enumerate(CHIPS)}
    tables.sort(key=lambda table: order[table.chip.name])
    return FilledSegment(tuple(tables), public_values, output, recording.run.instructions)


def _instruction_tables(recording: Recording) -> list[tuple[Chip, Words]]:
    """The tables of all instruction chips with a row, in machine order, the highest instance first."""
    events, table = recording.events, recording.table
    pc = events.word + np.uint32(table.first_pc // INSTRUCTION_BYTES)
    next_pc = np.append(pc[1:], np.uint32(HALTED))
    order = np.argsort(events.chip, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(events.chip, minlength=len(INSTRUCTION_CHIPS)))])
    filled: list[list[tuple[Chip, Words]]] = [[] for _ in INSTRUCTION_CHIPS]

    def fill(start: int, stop: int) -> None:
        for number in range(start, stop):
            chip, chosen = INSTRUCTION_CHIPS[number], order[bounds[number] : bounds[number + 1]]
            if len(chosen):
                rows = Rows(chip, events.taken(chosen), table, next_pc[chosen])
                heights = instance_heights(len(chosen))
                filled[number] = [(chip, m) for m in matrices(chip, instruction_cells(rows), len(chosen), heights)]

    in_parallel(fill, len(INSTRUCTION_CHIPS))
    return [instance for instances in filled for instance in instances]
