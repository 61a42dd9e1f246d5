"""Honest runs of the small machine with their proofs, and ways to write other cells into their tables."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey, proving_key
from reference.prover.plain_kernels import PlainKernels
from reference.prover.run import prove_run
from reference.tables import Table, Trace
from spec.air.machine import Machine
from spec.field import P
from spec.parameters import TINY, ParameterSet
from spec.protocol.form import SegmentForm
from spec.protocol.proof import RunProof
from tests.small_machine import SMALL_MACHINE, Move, SmallRun, program_cells, run_moves

KERNELS: Kernels = PlainKernels()

LEAST_HEIGHTS = sorted(TINY.schedules)[:2]
"""A key commits to a program at every listed stacking height, so the tests list two."""

SMALL = replace(TINY, name="small", schedules={height: TINY.schedule(height) for height in LEAST_HEIGHTS})
CAPPED = replace(SMALL, name="capped", cap_log2=2)
"""The same with caps, so that a path ends below the root."""

TEST_SETS = {parameters.name: parameters for parameters in (SMALL, CAPPED)}

Cell = tuple[str, int, str]
"""Table, row, column."""


def prove_claiming(kernels: Kernels, key: ProvingKey, segments: Sequence[Trace], output: bytes) -> RunProof:
    """The proof of a run of these segments that claims this output."""
    # The program is pinned anew: what a key holds would hide an altered transcript.
    fresh = replace(key, held={})
    return prove_run(kernels, fresh, [replace(segment, output=output) for segment in segments])


@dataclass(frozen=True)
class Example:
    """A program and how its run is cut into segments."""

    moves: tuple[Move, ...]
    cuts: tuple[int, ...] = ()
    exit_code: int = 0
    parameters: ParameterSet = SMALL

    @cached_property
    def run(self) -> SmallRun:
        """The cells of its segments, and its output."""
        return run_moves(self.moves, self.cuts, self.exit_code)

    @property
    def segments(self) -> tuple[Trace, ...]:
        return self.run.traces

    @cached_property
    def key(self) -> ProvingKey:
        return proving_key(KERNELS, SMALL_MACHINE, self.parameters, program_cells(self.moves, self.exit_code), [0])

    @cached_property
    def proof(self) -> RunProof:
        """The honest proof."""
        return prove_claiming(KERNELS, self.key, self.segments, self.run.output)

    @cached_property
    def form(self) -> SegmentForm:
        """The form of the first segment."""
        return SegmentForm(self.segments[0].shape, self.parameters)

    def proven(self, segments: Sequence[Trace], output: bytes | None = None) -> RunProof:
        """The proof of other segments under this program's key."""
        return prove_claiming(KERNELS, self.key, segments, self.run.output if output is None else output)


MOVES = (Move(1, 100), Move(2, 50), Move(1, -30))

ONE_SEGMENT = Example(MOVES)
TWO_SEGMENTS = Example(MOVES, (1,))
THREE_SEGMENTS = Example(MOVES, (1, 2))


def table_number(segment: Trace, name: str) -> int:
    """The position of a chip's first table among the segment's tables."""
    return [table.chip.name for table in segment.tables].index(name)


def cell(segment: Trace, at: Cell) -> int:
    """What stands in a committed or a fixed cell."""
    name, row, column = at
    table = segment.tables[table_number(segment, name)]
    if column in table.chip.columns:
        return int(table.main[row, table.chip.columns.index(column)])
    return int(table.fixed[row, table.chip.fixed_columns.index(column)])


def with_cells(segment: Trace, cells: Mapping[Cell, int]) -> Trace:
    """The segment with other numbers in some cells."""
    tables = list(segment.tables)
    for (name, row, column), number in cells.items():
        position = table_number(segment, name)
        main, fixed = tables[position].main.copy(), tables[position].fixed.copy()
        chip = tables[position].chip
        if column in chip.columns:
            main[row, chip.columns.index(column)] = number % P
        else:
            fixed[row, chip.fixed_columns.index(column)] = number % P
        tables[position] = Table(chip, main, fixed)
    return replace(segment, tables=tuple(tables))


def plus_cells(segment: Trace, differences: Mapping[Cell, int]) -> Trace:
    """The segment with something added to some cells."""
    return with_cells(segment, {at: cell(segment, at) + difference for at, difference in differences.items()})


def with_public(segment: Trace, /, **numbers: int) -> Trace:
    """The segment with other public values."""
    return replace(segment, public_values={**segment.public_values, **{name: n % P for name, n in numbers.items()}})


def with_tables(segment: Trace, tables: Sequence[Table]) -> Trace:
    """The segment with these tables, given in the order of the machine, instances by descending height."""
    return replace(segment, tables=tuple(tables))


def split(segment: Trace, name: str, heights_log2: Sequence[int]) -> Trace:
    """The segment with the rows of one table spread over instances of these heights, padded with zeros."""
    tables: list[Table] = []
    for table in segment.tables:
        if table.chip.name != name:
            tables.append(table)
            continue
        rows = np.zeros((sum(1 << height for height in heights_log2), table.main.shape[1]), dtype=np.uint64)
        count = min(len(rows), table.height)
        rows[:count] = table.main[:count]
        start = 0
        for height in heights_log2:
            tables.append(
                Table(table.chip, rows[start : start + (1 << height)], np.zeros((1 << height, 0), dtype=np.uint64))
            )
            start += 1 << height
    return with_tables(segment, tables)


def on_machine(segment: Trace, machine: Machine) -> Trace:
    """The segment with the same cells on another machine with the same chips."""
    return replace(segment, machine=machine)


Output = list[tuple[int, int, int]]
"""Account, balance, and the index after that of the segment which touched it last."""


def encoded(output: Output) -> bytes:
    """A claimed output's bytes."""
    return b"".join(struct.pack("<III", *entry) for entry in output)


def output_of(example: Example) -> Output:
    """An honest run's output."""
    return list(struct.iter_unpack("<III", example.run.output))


def counted(lookups: Mapping[int, int]) -> dict[Cell, int]:
    """Differences in how often values are looked up in the range table."""
    return {("range_table", value, "multiplicity"): difference for value, difference in lookups.items()}
