"""The honest trace of a planned segment, table by table and block of rows by block of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from optimized.execution.calls import FIRST_CALL_CHIP
from optimized.execution.events import first_positions
from optimized.execution.guest_memory import guest_memory
from optimized.execution.predecoded import predecode
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.trace.calls import CallRows
from optimized.trace.continuation import Regions, boundary_cells, memory_cells
from optimized.trace.execution import executed_events
from optimized.trace.fill import CALL_FILLERS, WORK_WRITERS, instruction_cells, write_cells
from optimized.trace.lookups import Counts, Lookups
from optimized.trace.plan import PlannedSegment
from optimized.trace.rows import Cells, Rows
from optimized.words import Words
from reference.arrays.field_arrays import Matrix
from spec.air.chip import Chip
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.program import Program
from spec.rv64im.chips.continuation import BOUNDARY, MEMORY_TABLE
from spec.rv64im.heights import table_heights
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, INSTRUCTION_CHIPS, WORK_ROWS
from spec.rv64im.program_row import HALTED, limbs_of

FILLED_BLOCK_ROWS = 2**13
"""Columns of so many rows stay in a core's cache between the steps of a filler."""

BLOCK_CELLS = 2**19
"""Filled and counted at once, whichever is less: the cells of a block stay in a core's cache."""


@dataclass(frozen=True)
class FilledTable:
    """The cells of one instance of a chip."""

    chip: Chip
    main: Words
    fixed: Matrix


@dataclass(frozen=True)
class FilledSegment:
    """Tables of a segment in machine order, its public values, and the output of the run."""

    tables: tuple[FilledTable, ...]
    public_values: dict[str, int]
    output: bytes


@dataclass(frozen=True)
class _Content:
    """What the tables of a chip hold."""

    chip: Chip
    rows: int
    heights: tuple[int, ...]
    write: Callable[[int, int, Words], None]
    """Writes the rows from the first number to before the second."""


@dataclass(frozen=True)
class _Block:
    """Rows of one table."""

    content: _Content
    main: Words
    start: int
    """In the table."""

    first: int
    """The number of the first row among the chip's."""

    count: int


class SegmentBuilder:
    """Fills in the tables of any segment of one program's runs.

    `fixed` has the fixed columns of every machine and program table by chip name. Raises CodeTooLargeError if the
    instructions lie too far apart.
    """

    def __init__(self, program: Program, fixed: Mapping[str, Matrix]) -> None:
        self._code = predecode(program)
        self._mapped = guest_memory(program)
        self._regions = Regions(program)
        self._lookups = Lookups(fixed)

    def segment(self, planned: PlannedSegment) -> FilledSegment:
        """Executes one planned segment again, from its own cells alone, and fills in every table.

        Raises PlanMismatchError if the execution is not the planned one, and RegionError if a region lies outside of
        its space.
        """
        public_values = public_values_of(planned)
        contents = [*self._executed(planned), *self._continuation(planned)]
        tables, blocks = _tables_and_blocks(contents)
        # One counter for each thread: whoever works takes one that is idle.
        idle: list[Counts] = []
        answering = self._lookups.answering({content.chip.name: content.heights for content in contents})

        def fill(start: int, stop: int) -> None:
            try:
                counts = idle.pop()
            except IndexError:
                counts = self._lookups.new_counts(answering)
            for block in blocks[start:stop]:
                rows = block.main[block.start : block.start + block.count]
                chip = block.content.chip
                block.content.write(block.first, block.first + block.count, rows)
                self._lookups.count(chip, rows, block.first, public_values, counts)
            idle.append(counts)

        in_parallel(fill, len(blocks))
        tables += [
            FilledTable(CHIP_BY_NAME[name], main, self._lookups.fixed[name])
            for name, main in self._lookups.tables(answering, idle).items()
        ]
        return _in_order(tables, public_values, planned.output)

    def continuation(self, planned: PlannedSegment) -> FilledSegment:
        """The continuation tables alone, which need no execution.

        Raises RegionError if a region lies outside of its space.
        """
        tables, blocks = _tables_and_blocks(self._continuation(planned))
        for block in blocks:
            rows = block.main[block.start : block.start + block.count]
            block.content.write(block.first, block.first + block.count, rows)
        return _in_order(tables, public_values_of(planned), planned.output)

    def _executed(self, planned: PlannedSegment) -> list[_Content]:
        """The tables of all instruction chips and of the work that they order.

        Raises PlanMismatchError if the execution is not the planned one.
        """
        plan, code = planned.plan, self._code
        events, call_events = executed_events(code, self._mapped, plan)
        firsts = first_positions(plan.rows)

        def content(chip: Chip, first: int, rows: int) -> _Content:
            def cells(start: int, stop: int) -> Cells:
                return instruction_cells(Rows(chip, events.between(first + start, first + stop), code))

            return _Content(chip, rows, table_heights(chip, rows, planned.shape), _writing(chip, cells))

        def calls(chip: Chip, first: int, rows: int) -> list[_Content]:
            own = call_events.between(first - firsts[FIRST_CALL_CHIP], first - firsts[FIRST_CALL_CHIP] + rows)
            made = CallRows(chip, events.between(first, first + rows), own, code)

            def ordered(work: Chip, count: int) -> _Content:
                write = partial(WORK_WRITERS[work.name], work, made)
                return _Content(work, count, table_heights(work, count, planned.shape), write)

            def cells(start: int, stop: int) -> Cells:
                return CALL_FILLERS[chip.name](made.between(start, stop))

            own_table = _Content(chip, rows, table_heights(chip, rows, planned.shape), _writing(chip, cells))
            of_work = [ordered(CHIP_BY_NAME[name], rows * each) for name, each in WORK_ROWS.get(chip.name, {}).items()]
            return [own_table, *of_work]

        tables = list(zip(INSTRUCTION_CHIPS, firsts, plan.rows, strict=False))
        contents = [content(*of) for of in tables[:FIRST_CALL_CHIP]]
        return contents + [table for of in tables[FIRST_CALL_CHIP:] for table in calls(*of)]

    def _continuation(self, planned: PlannedSegment) -> list[_Content]:
        """The boundary table, and the segment's part of the memory table if it has one."""
        plan, memory, shape = planned.plan, planned.memory, planned.shape

        def boundary(start: int, stop: int) -> Cells:
            return boundary_cells(plan.cells.between(start, stop), plan.index)

        def of_memory(start: int, stop: int) -> Cells:
            cursor = int(memory.key[start - 1]) + 1 if start else planned.cursor_in
            return memory_cells(self._regions, memory.between(start, stop), cursor)

        touched, shown = len(plan.cells.key), len(memory.key)
        return [
            _Content(BOUNDARY, touched, table_heights(BOUNDARY, touched, shape), _writing(BOUNDARY, boundary)),
            _Content(MEMORY_TABLE, shown, table_heights(MEMORY_TABLE, shown, shape), _writing(MEMORY_TABLE, of_memory)),
        ]


def _writing(chip: Chip, cells: Callable[[int, int], Cells]) -> Callable[[int, int, Words], None]:
    """Writes rows whose cells are given by column name."""
    return lambda first, stop, main: write_cells(chip, cells(first, stop), main)


def public_values_of(planned: PlannedSegment) -> dict[str, int]:
    """What the segment says in public, by the names in SEGMENT_PUBLIC_VALUES."""
    plan = planned.plan
    exit_code = planned.exit_code if plan.pc_out is None else 0
    return {
        "segment": plan.index,
        "pc_in": plan.pc_in // INSTRUCTION_BYTES,
        "cursor_in": planned.cursor_in,
        "pc_out": HALTED if plan.pc_out is None else plan.pc_out // INSTRUCTION_BYTES,
        "clock_out": plan.clock_out,
        "cursor_out": planned.cursor_out,
        **{f"exit_code_{i}": limb for i, limb in enumerate(limbs_of(exit_code))},
    }


def _tables_and_blocks(contents: Sequence[_Content]) -> tuple[list[FilledTable], list[_Block]]:
    """Tables whose rows behind the last are zeros, and the rows to be filled in."""
    tables, blocks = [], []
    for content in contents:
        first = 0
        for height in content.heights:
            main = arrays.empty(height, len(content.chip.columns))
            tables.append(FilledTable(content.chip, main, np.empty((height, 0), dtype=np.uint32)))
            last = min(first + height, content.rows)
            main[last - first :] = 0
            at_once = min(FILLED_BLOCK_ROWS, max(1, BLOCK_CELLS // len(content.chip.columns)))
            for start in range(first, last, at_once):
                blocks.append(_Block(content, main, start - first, start, min(at_once, last - start)))
            first = last
    return tables, blocks


def _in_order(tables: list[FilledTable], public_values: dict[str, int], output: bytes) -> FilledSegment:
    order = {chip.name: position for position, chip in enumerate(CHIPS)}
    return FilledSegment(tuple(sorted(tables, key=lambda table: order[table.chip.name])), public_values, output)
