"""The honest trace of an execution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reference.execution import Step
from reference.executor import execute
from reference.fixed_tables import fixed_tables, program_tables
from reference.trace.clock import Clock
from reference.trace.continuation import boundary_rows, cells_of_single_segment, memory_rows
from reference.trace.errors import TraceTooLongError, UnprovableError
from reference.trace.fillers import in_order, instruction_cells, padded_matrix
from reference.trace.heights import instance_heights, padded_height
from reference.trace.multiplicities import indices_of, lookup_requests, lookup_table, machine_indices
from reference.trace.table import Table, Trace, without_fixed_columns
from spec.air.chip import Chip, Role
from spec.air.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.air.limits import CLOCK_LIMIT, LOOKUP_ROLES, clock_end
from spec.air.machine import CHIPS, INSTRUCTION_CHIPS, chips_of
from spec.air.program_row import HALTED, limbs_of
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.program import Program
from spec.protocol.tokens import output_doublewords


def build_trace(program: Program, private_input: bytes = b"") -> Trace:
    """Executes the program and fills in every table, as a run of one segment.

    Raises InputTooLongError, UnprovableError if no proof of the execution exists, TraceTooLongError if it does
    not fit in one segment.
    """
    clock = Clock()
    rows: dict[str, list[list[int]]] = {chip.name: [] for chip in INSTRUCTION_CHIPS}

    def record(step: Step) -> None:
        row = clock.row(step)
        rows[row.chip.name].append(instruction_cells(row))

    execution = execute(program, private_input, record=record)
    if execution.unprovable_reason is not None or execution.exit_code is None:
        raise UnprovableError(execution.unprovable_reason)
    _require_one_segment(rows)

    addresses = [address for address, _ in output_doublewords(execution.output)]
    boundary = boundary_rows(clock.touched)
    memory, cursor_out = memory_rows(program, cells_of_single_segment(clock.touched, addresses))
    public_values = {
        "segment": 0,
        "pc_in": program.entry // INSTRUCTION_BYTES,
        "cursor_in": 0,
        "pc_out": HALTED,
        "clock_out": clock.now,
        "cursor_out": cursor_out,
        **{f"exit_code_{i}": limb for i, limb in enumerate(limbs_of(execution.exit_code))},
    }
    asking = [table for chip in INSTRUCTION_CHIPS for table in instruction_tables(chip, rows[chip.name])]
    for chip, cells in ((BOUNDARY, boundary), (MEMORY_TABLE, memory)):
        asking.append(_table(chip, [in_order(chip, row) for row in cells], padded_height(len(cells))))
    tables = [*asking, *_lookup_tables(program, asking, public_values)]
    order = {chip.name: position for position, chip in enumerate(CHIPS)}
    tables.sort(key=lambda table: order[table.chip.name])
    return Trace(tuple(tables), public_values, execution.output)


def instruction_tables(chip: Chip, rows: Sequence[Sequence[int]]) -> list[Table]:
    """The instances of an instruction chip, filled in the order of execution, the highest first."""
    tables, start = [], 0
    for height in instance_heights(len(rows)):
        tables.append(_table(chip, rows[start : start + height], height))
        start += height
    return tables


def table_heights(row_counts: Mapping[str, int]) -> list[tuple[Chip, int]]:
    """The heights of the instruction tables for these numbers of rows by chip name, in machine order."""
    return [(chip, height) for chip in INSTRUCTION_CHIPS for height in instance_heights(row_counts.get(chip.name, 0))]


def _require_one_segment(rows: Mapping[str, Sequence[object]]) -> None:
    end = clock_end(table_heights({name: len(of_chip) for name, of_chip in rows.items()}))
    if end > CLOCK_LIMIT:
        raise TraceTooLongError(f"the clock would pass {end - 1} ticks, a segment has room for {CLOCK_LIMIT - 1}")


def _table(chip: Chip, rows: Sequence[Sequence[int]], height: int) -> Table:
    return Table(chip, padded_matrix(chip, rows, height), without_fixed_columns(height))


def _lookup_tables(program: Program, asking: Sequence[Table], public_values: Mapping[str, int]) -> list[Table]:
    lookup_chips = [chip for role in LOOKUP_ROLES for chip in chips_of(role)]
    bus_names = {interaction.bus.name for chip in lookup_chips for interaction in chip.interactions}
    requests = lookup_requests(asking, bus_names, public_values)
    of_program = program_tables(program)
    tables = []
    for chip in lookup_chips:
        if chip.role is Role.MACHINE_TABLE:
            fixed, indices = fixed_tables()[chip.name], machine_indices(chip.name)
        else:
            fixed = of_program[chip.name]
            indices = indices_of(chip, fixed)
        tables.append(lookup_table(chip, fixed, indices, requests, asking))
    return tables
