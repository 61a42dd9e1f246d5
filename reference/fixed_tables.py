"""The fixed columns of the lookup tables: the machine's, and those of a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from types import MappingProxyType

import numpy as np

from reference.arrays.field_arrays import Matrix
from spec.memory_map import REGISTER_FILE_SIZE, Space
from spec.program import Program, Region
from spec.protocol.shape import MINIMUM_HEIGHT_LOG2
from spec.rv64im.chips.continuation import ADDRESS_BITS
from spec.rv64im.chips.fixed_tables import TableRow, padded
from spec.rv64im.chips.program_tables import PROGRAM_FIXED_ROWS
from spec.rv64im.machine import RV64IM
from spec.rv64im.recursion_shapes import program_size


class ProgramTooLargeError(Exception):
    """A program with more code or data than the tables of any listed shape hold."""


class NoInstructionError(Exception):
    """A program of which no word can execute: it has no key, as every proof of it would be one of nothing."""


class RegionError(ValueError):
    """A program with a region outside its space: the memory table's cursor could wrap around p over its keys."""


REGION_END: Mapping[Space, int] = {Space.MEMORY: 1 << ADDRESS_BITS, Space.REGISTERS: REGISTER_FILE_SIZE}
"""By space, where its last region ends at most: doublewords, or registers. A cursor then stays so far below p that a
step backwards never looks like one of `KEY_BITS` bits forwards: the chip's own range does not see to that."""


@cache
def machine_table(name: str) -> Matrix:
    """The fixed columns of a machine table: (height, fixed width)."""
    return _matrix(list(RV64IM.tables[name].rows()))


class FixedTables(Mapping[str, Matrix]):
    """The fixed columns of every machine table by chip name, in machine order, and of other tables after them. Those of
    a machine table are made when they are first looked at: most segments have only some."""

    def __init__(self, others: Mapping[str, Matrix] = MappingProxyType({})) -> None:
        self._others = others

    def __getitem__(self, name: str) -> Matrix:
        return machine_table(name) if name in RV64IM.tables else self._others[name]

    def __iter__(self) -> Iterator[str]:
        return chain(RV64IM.tables, self._others)

    def __len__(self) -> int:
        return len(RV64IM.tables) + len(self._others)


def program_tables(program: Program, *, listed: bool = False) -> dict[str, Matrix]:
    """The fixed columns of every program table by chip name, in machine order: each (height, fixed width).

    The tables are as low as their rows allow, or of the smallest `listed` size. Raises NoInstructionError for a table
    without rows, ProgramTooLargeError if no listed size holds the program, RegionError.
    """
    _check_regions(program.regions)
    tables = {name: rows(program) for name, rows in PROGRAM_FIXED_ROWS.items()}
    for name, rows in tables.items():
        if not rows:
            raise NoInstructionError(f"{name} has no row: the program holds {len(program.code)} words that decode")
    heights = _listed_heights(tables) if listed else dict.fromkeys(tables, MINIMUM_HEIGHT_LOG2)
    return {name: _matrix(padded(rows, 1 << heights[name])) for name, rows in tables.items()}


def _check_regions(regions: Sequence[Region]) -> None:
    """Every region lies in its space, after the one before it.

    Raises RegionError if a region lies outside of its space.
    """
    end, space = 0, Space.MEMORY
    for region in regions:
        first = end if region.space is space else 0
        last = REGION_END[region.space]
        if region.space < space or not first <= region.start < region.end <= last:
            place = f"[{region.start:#x}, {region.end:#x}) of {region.space.name.lower()}"
            raise RegionError(f"the region {place} does not lie in [{first:#x}, {last:#x}), in order")
        end, space = region.end, region.space


def listed_program_heights(program: Program) -> Mapping[str, int]:
    """The heights of a program's tables under listed shapes, by chip, as base-2 logarithms.

    Raises ProgramTooLargeError if no listed size holds the program.
    """
    return _listed_heights({name: rows(program) for name, rows in PROGRAM_FIXED_ROWS.items()})


def _listed_heights(tables: Mapping[str, Sequence[TableRow]]) -> Mapping[str, int]:
    try:
        return program_size({name: len(rows) for name, rows in tables.items()})
    except ValueError as error:
        raise ProgramTooLargeError(str(error)) from error


def _matrix(rows: list[TableRow]) -> Matrix:
    # By way of one iterator: numpy looks at every row of a list of tuples first, which takes four times as long.
    matrix = np.fromiter(chain.from_iterable(rows), np.uint64, len(rows) * len(rows[0])).reshape(len(rows), -1)
    matrix.setflags(write=False)
    return matrix
