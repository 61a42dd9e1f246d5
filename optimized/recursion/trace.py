"""The tables of a circuit from its memory, byte for byte the reference's (`reference.recursion.witness`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from optimized.memory import arrays
from optimized.recursion.memory import Memory, Memory64, octet_limbs
from optimized.recursion.program import ChipRows, CircuitProgram
from optimized.threads import in_parallel
from optimized.trace.sha256_rounds import calls_of, compressions, write_work_rows
from optimized.words import Words
from reference.arrays.field_arrays import inverses
from reference.tables import Table, Trace, without_fixed_columns
from spec.air.chip import Chip
from spec.air.chips.sha256 import Sha256Layout
from spec.air.machine import Machine
from spec.circuit.buses import LIMB_BITS, SHA256
from spec.circuit.chips.words import HIGHEST_LIMB, OCTET_WORDS
from spec.circuit.circuit import SIGNATURES
from spec.circuit.machine import HALTED, LIMB_TABLE, limb_rows
from spec.field import P
from spec.protocol.shape import MINIMUM_HEIGHT_LOG2

CIRCUIT_BLOCK_ROWS = 256
"""Rows of a work table that are filled in at once: half a million cells."""

Columns = Mapping[str, Memory64]
"""By name of a column, or of an array of columns: (rows,) or (rows, columns)."""

Heights = Mapping[str, int]
"""By chip, the base-2 logarithm of its table's height. Tables that are not named are as high as their rows need."""

NATURAL: Heights = MappingProxyType({})
"""Every table as high as its rows need."""

Filler = Callable[[ChipRows, Memory], Columns]


def circuit_trace(
    machine: Machine,
    program: CircuitProgram,
    memory: Memory,
    publics: Sequence[int],
    heights: Heights = NATURAL,
    layout: Sha256Layout = SHA256,
) -> Trace:
    """All tables of a circuit, as a run of one segment. Raises ValueError if a table has more rows than its height."""
    tables: list[Table] = []
    counts = np.zeros(1 << LIMB_BITS, dtype=np.int64)
    for name, rows in program.rows.items():
        chip = machine.chip_by_name[name]
        columns = _FILLERS[name](rows, memory)
        main = _empty_table(len(rows.fixed), len(chip.columns), name, heights)
        _write(chip, columns, main[: len(rows.fixed)])
        for asked in _LIMBS.get(name, _no_limbs)(columns):
            counts += np.bincount(asked.reshape(-1).astype(np.int64), minlength=len(counts))
        tables.append(Table(chip, main, fixed_cells(program, chip, heights)))
    tables += _work_tables(program.rows["compress"], memory, heights, layout)
    tables.append(_limb_table(counts))
    order = {chip.name: position for position, chip in enumerate(machine.chips)}
    tables.sort(key=lambda table: order[table.chip.name])
    public = dict(zip(machine.public_values, (0, 0, HALTED, *publics), strict=True))
    return Trace(machine, tuple(tables), public, b"")


def program_tables(machine: Machine, program: CircuitProgram, heights: Heights = NATURAL) -> list[Table]:
    """The circuit's tables as its key commits to them."""
    tables = []
    for name in SIGNATURES:
        chip = machine.chip_by_name[name]
        fixed = fixed_cells(program, chip, heights)
        tables.append(Table(chip, np.zeros((len(fixed), len(chip.columns)), dtype=np.uint32), fixed))
    return tables


def fixed_cells(program: CircuitProgram, chip: Chip, heights: Heights = NATURAL) -> Words:
    """The fixed cells of the chip's table, with rows of zeros behind. Raises ValueError where these do not fit."""
    fixed = program.rows[chip.name].fixed
    cells = _empty_table(len(fixed), len(chip.fixed_columns), chip.name, heights)
    cells[: len(fixed)] = fixed
    return cells


def _empty_table(rows: int, columns: int, chip: str, heights: Heights) -> Words:
    """A table of the chip with zeros behind so many rows. Raises ValueError where its height has no room for them."""
    least = max(MINIMUM_HEIGHT_LOG2, (rows - 1).bit_length() if rows else 0)
    height_log2 = heights.get(chip, least)
    if height_log2 < least:
        raise ValueError(f"{chip}: {rows} rows do not fit into 2^{height_log2}")
    main = arrays.empty(1 << height_log2, columns)
    main[rows:] = 0
    return main


def _write(chip: Chip, columns: Columns, main: Words) -> None:
    """Writes columns at the places that the chip declares, arrays of columns side by side."""
    written = 0
    for name, cells in columns.items():
        first = chip.columns.index(name if cells.ndim == 1 else f"{name}_0")
        width = 1 if cells.ndim == 1 else cells.shape[1]
        main[:, first : first + width] = cells.reshape(len(main), width)
        written += width
    if written != len(chip.columns):
        raise ValueError(f"{chip.name}: {written} of {len(chip.columns)} columns are filled in")


def _work_tables(rows: ChipRows, memory: Memory, heights: Heights, layout: Sha256Layout) -> Iterable[Table]:
    """The tables in which the rounds are done, filled in block by block."""
    state, left, right = (memory.octets[rows.reads[:, i]].astype(np.uint32).T for i in range(3))
    message = np.concatenate([left, right])
    keys = rows.fixed[:, -1]
    for chip in (layout.first, layout.rest):
        count = len(keys) * layout.work_rows[chip.name]
        if not count:
            continue
        main = _empty_table(count, len(chip.columns), chip.name, heights)

        def fill(start: int, stop: int, chip: Chip = chip, count: int = count, main: Words = main) -> None:
            for first in range(start * CIRCUIT_BLOCK_ROWS, min(stop * CIRCUIT_BLOCK_ROWS, count), CIRCUIT_BLOCK_ROWS):
                last = min(first + CIRCUIT_BLOCK_ROWS, count)
                calls = calls_of(layout, chip, first, last)
                done = compressions(state[:, calls], message[:, calls])
                write_work_rows(layout, chip, keys[calls], done, first, last, main[first:last])

        in_parallel(fill, -(-count // CIRCUIT_BLOCK_ROWS))
        yield Table(chip, main, without_fixed_columns(len(main)))


def _limb_table(counts: NDArray[np.int64]) -> Table:
    fixed = np.array(limb_rows(), dtype=np.uint32)
    return Table(LIMB_TABLE, counts.astype(np.uint32).reshape(-1, 1), fixed)


# What stands in the columns of each chip.


def _unused(rows: ChipRows, _: Memory) -> Columns:
    return {"unused": np.zeros(len(rows.fixed), dtype=np.uint64)}


def _read(rows: ChipRows, memory: Memory, operand: int) -> Memory64:
    """(rows, 6): what an operand holds."""
    return memory.values[rows.reads[:, operand]]


def _written(rows: ChipRows, memory: Memory, result: int = 0) -> Memory64:
    return memory.values[rows.writes[:, result]]


def _read_limbs(rows: ChipRows, memory: Memory, operand: int) -> Memory64:
    """(rows, 16): the limbs that an operand holds."""
    return octet_limbs(memory.octets[rows.reads[:, operand]])


def _written_limbs(rows: ChipRows, memory: Memory, result: int = 0) -> Memory64:
    return octet_limbs(memory.octets[rows.writes[:, result]])


def _inverses_or_zero(elements: Memory64) -> Memory64:
    """The inverse of each element, 0 for 0."""
    is_zero = elements == 0
    return np.where(is_zero, np.uint64(0), inverses(np.where(is_zero, np.uint64(1), elements)))


def _multiply_add(rows: ChipRows, memory: Memory) -> Columns:
    names = ("left", "right", "addend")
    read = {name: _read(rows, memory, i) for i, name in enumerate(names)}
    return read | {"result": _written(rows, memory)}


def _equals_number(rows: ChipRows, memory: Memory) -> Columns:
    element = _read(rows, memory, 0)[:, 0]
    difference = (element + np.uint64(P) - rows.fixed[:, -1]) % np.uint64(P)
    equals = _written(rows, memory)[:, 0]
    return {"element": element, "inverse": _inverses_or_zero(difference), "equals": equals}


def _canonical(rows: ChipRows, memory: Memory) -> Columns:
    low, high = _written(rows, memory)[:, 0], _written(rows, memory)[:, 1]
    below = np.uint64(HIGHEST_LIMB) - high
    at_top = (below == 0).astype(np.uint64)
    element = _read(rows, memory, 0)[:, 0]
    return {"element": element, "low": low, "high": high, "at_top": at_top, "inverse": _limb_inverses()[below]}


@cache
def _limb_inverses() -> Memory64:
    return _inverses_or_zero(np.arange(HIGHEST_LIMB + 1, dtype=np.uint64))


def _bits(rows: ChipRows, memory: Memory) -> Columns:
    return {"bit": memory.values[rows.writes, 0]}


def _challenge(rows: ChipRows, memory: Memory) -> Columns:
    limbs = _read_limbs(rows, memory, 0)
    octets = memory.octets[rows.reads[:, 0]][:, OCTET_WORDS - 2 :]
    shifts = np.array([24, 16, 8, 0], dtype=np.uint64)
    bytes_ = octets[:, :, None] >> shifts & np.uint64(0xFF)
    return {"limb": limbs[:, :-4], "byte": bytes_.reshape(len(limbs), 8)}


def _compress(rows: ChipRows, memory: Memory) -> Columns:
    names = ("before", "left", "right")
    read = {name: _read_limbs(rows, memory, i) for i, name in enumerate(names)}
    before, after = memory.octets[rows.reads[:, 0]], memory.octets[rows.writes[:, 0]]
    rounds = octet_limbs(after - before & np.uint64(2**32 - 1))
    return {**read, "rounds": rounds, "after": _written_limbs(rows, memory)}


def _choose(rows: ChipRows, memory: Memory) -> Columns:
    return {
        "bit": _read(rows, memory, 0)[:, 0],
        "zero": _read_limbs(rows, memory, 1),
        "one": _read_limbs(rows, memory, 2),
        "first": _written_limbs(rows, memory, 0),
        "second": _written_limbs(rows, memory, 1),
    }


_FILLERS: Mapping[str, Filler] = {
    "constant": _unused,
    "constant_octet": _unused,
    "hint": lambda rows, memory: {"hint": _written(rows, memory)},
    "hint_element": lambda rows, memory: {"hint": _written(rows, memory)[:, 0]},
    "hint_word": lambda rows, memory: {"hint": _written(rows, memory)[:, :2]},
    "hint_octet": lambda rows, memory: {"hint": _written_limbs(rows, memory)},
    "multiply_add": _multiply_add,
    "equal": lambda rows, memory: {"value": _read(rows, memory, 0)},
    "join": lambda rows, memory: {"value": _written(rows, memory)},
    "split": lambda rows, memory: {"value": _read(rows, memory, 0)},
    "equals_number": _equals_number,
    "canonical": _canonical,
    "bits": _bits,
    "pack": lambda rows, memory: {"limb": _written_limbs(rows, memory)},
    "unpack": lambda rows, memory: {"limb": _read_limbs(rows, memory, 0)},
    "challenge": _challenge,
    "compress": _compress,
    "choose": _choose,
}


def _no_limbs(_: Columns) -> Sequence[Memory64]:
    return ()


_LIMBS: Mapping[str, Callable[[Columns], Sequence[Memory64]]] = {
    "hint_word": lambda columns: (columns["hint"],),
    "hint_octet": lambda columns: (columns["hint"],),
    "canonical": lambda columns: (columns["low"], columns["high"], np.uint64(HIGHEST_LIMB) - columns["high"]),
    "challenge": lambda columns: (columns["byte"], columns["byte"] << np.uint64(8)),
    "compress": lambda columns: (columns["after"],),
}
"""By chip, what its rows look up."""
