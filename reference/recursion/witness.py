"""A circuit and its memory as tables: the fixed cells that are the circuit's, and the prover's.

`optimized.recursion.trace` fills in the nodes of a tree. This is its plain twin: tests hold the one against the other
cell by cell, and fill in with this one what a recorder has just written down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from reference.arrays.field_arrays import Matrix
from reference.recursion.handles import Cells
from reference.recursion.recorder import Recorder
from reference.tables import Table, Trace, without_fixed_columns
from reference.trace.sha256 import compression_rows
from spec.air.chip import Chip
from spec.air.chips.sha256 import Sha256Layout
from spec.air.machine import Machine
from spec.circuit.buses import LIMB_BITS, OCTET_LIMBS, SHA256
from spec.circuit.chips.words import HIGHEST_LIMB
from spec.circuit.circuit import SIGNATURES, Circuit, Row
from spec.circuit.machine import HALTED, LIMB_TABLE, limb_rows
from spec.field import P, inverse
from spec.protocol.shape import MINIMUM_HEIGHT_LOG2

LIMB_MASK = (1 << LIMB_BITS) - 1


Heights = Mapping[str, int]
"""By chip, the base-2 logarithm of its table's height. Tables that are not named are as high as their rows need."""

NATURAL: Heights = MappingProxyType({})
"""Every table as high as its rows need."""


def circuit_trace(
    machine: Machine, recorder: Recorder, heights: Heights = NATURAL, layout: Sha256Layout = SHA256
) -> Trace:
    """All tables of a recorded circuit, as a run of one segment. Raises ValueError if a table has more rows than its
    height."""
    circuit = recorder.circuit
    tables, limbs = [], Counter[int]()
    for name, rows in circuit.rows_by_chip.items():
        chip = machine.chip_by_name[name]
        cells = [_cells(row, recorder) for row in rows]
        limbs.update(limb for of in cells for limb in _LIMBS.get(name, _no_limbs)(of))
        main = _matrix([[of[column] for column in chip.columns] for of in cells], chip.columns, name, heights)
        tables.append(Table(chip, main, fixed_matrix(circuit, chip, heights)))
        if name == "compress" and rows:
            tables += _work_tables(layout, [row.parameters[0] for row in rows], cells, heights)
    tables.append(_limb_table(limbs))
    order = {chip.name: position for position, chip in enumerate(machine.chips)}
    tables.sort(key=lambda table: order[table.chip.name])
    names = machine.public_values
    public = dict(zip(names, (0, 0, HALTED, *recorder.publics), strict=True))
    return Trace(machine, tuple(tables), public, b"")


def fixed_matrix(circuit: Circuit, chip: Chip, heights: Heights = NATURAL) -> Matrix:
    """The fixed cells of the chip's table, with rows of zeros behind, which read and write nothing."""
    return _matrix(circuit.fixed_rows(chip.name), chip.fixed_columns, chip.name, heights)


def program_tables(machine: Machine, circuit: Circuit, heights: Heights = NATURAL) -> list[Table]:
    """The circuit's tables as its key commits to them."""
    tables = []
    for name in SIGNATURES:
        chip = machine.chip_by_name[name]
        fixed = fixed_matrix(circuit, chip, heights)
        tables.append(Table(chip, np.zeros((len(fixed), len(chip.columns)), dtype=np.uint64), fixed))
    return tables


def least_height_log2(rows: int) -> int:
    """The least height of a table that holds so many rows."""
    return max(MINIMUM_HEIGHT_LOG2, (rows - 1).bit_length() if rows else 0)


def _zeros(rows: int, width: int, chip: str, heights: Heights) -> Matrix:
    """A table of the chip that has room for so many rows. Raises ValueError where its height has not."""
    least = least_height_log2(rows)
    height_log2 = heights.get(chip, least)
    if height_log2 < least:
        raise ValueError(f"{chip}: {rows} rows do not fit into 2^{height_log2}")
    return np.zeros((1 << height_log2, width), dtype=np.uint64)


def _matrix(rows: Sequence[Sequence[int]], columns: Sequence[str], chip: str, heights: Heights) -> Matrix:
    matrix = _zeros(len(rows), len(columns), chip, heights)
    if rows:
        matrix[: len(rows)] = np.array(rows, dtype=np.int64) % P
    return matrix


def _limb_table(limbs: Mapping[int, int]) -> Table:
    fixed = np.array(limb_rows(), dtype=np.uint64)
    main = np.zeros((len(fixed), 1), dtype=np.uint64)
    for value, count in limbs.items():
        main[value, 0] = count
    return Table(LIMB_TABLE, main, fixed)


def _work_tables(
    layout: Sha256Layout, keys: Sequence[int], cells: Sequence[Mapping[str, int]], heights: Heights
) -> list[Table]:
    """Both work tables, from the rows that order the compressions: all of them are done at once, on arrays."""

    def words(*names: str) -> list[Matrix]:
        halves = [(f"{name}_{2 * i}", f"{name}_{2 * i + 1}") for name in names for i in range(OCTET_LIMBS // 2)]
        return [np.array([of[low] + (of[high] << LIMB_BITS) for of in cells]) for low, high in halves]

    rows = compression_rows(layout, np.array(keys), words("before"), words("left", "right"))
    tables = []
    for chip in (layout.first, layout.rest):
        of_chip = [row for name, row in rows if name == chip.name]
        main = _zeros(len(keys) * len(of_chip), len(chip.columns), chip.name, heights)
        for place, row in enumerate(of_chip):
            for number, column in enumerate(chip.columns):
                main[place : len(keys) * len(of_chip) : len(of_chip), number] = row[column]
        tables.append(Table(chip, main, without_fixed_columns(len(main))))
    return tables


def _cells(row: Row, recorder: Recorder) -> dict[str, int]:
    memory = {"value": recorder.values, "octet": recorder.octets}
    signature = SIGNATURES[row.chip]
    operands = [memory[bus.name][at] for bus, at in zip(signature.operands, row.reads, strict=True)]
    results = [memory[bus.name][at] for bus, at in zip(signature.results, row.writes, strict=True)]
    return _FILLERS[row.chip](operands, results, row.parameters)


def _array(name: str, cells: Sequence[int]) -> dict[str, int]:
    return {f"{name}_{i}": cell for i, cell in enumerate(cells)}


Filler = Callable[[Sequence[Cells], Sequence[Cells], Sequence[int]], dict[str, int]]


def _unused(*_: object) -> dict[str, int]:
    return {"unused": 0}


def _multiply_add(operands: Sequence[Cells], results: Sequence[Cells], _: Sequence[int]) -> dict[str, int]:
    left, right, addend = operands
    return _array("left", left) | _array("right", right) | _array("addend", addend) | _array("result", results[0])


def _equals_number(operands: Sequence[Cells], results: Sequence[Cells], numbers: Sequence[int]) -> dict[str, int]:
    difference = (operands[0][0] - numbers[0]) % P
    return {
        "element": operands[0][0],
        "inverse": inverse(difference) if difference else 0,
        "equals": results[0][0],
    }


def _canonical(operands: Sequence[Cells], results: Sequence[Cells], _: Sequence[int]) -> dict[str, int]:
    low, high = results[0][:2]
    below = HIGHEST_LIMB - high
    at_top = int(below == 0)
    hint = inverse(below) if below else 0
    return {"element": operands[0][0], "low": low, "high": high, "at_top": at_top, "inverse": hint}


def _challenge(operands: Sequence[Cells], _: Sequence[Cells], __: Sequence[int]) -> dict[str, int]:
    limbs = operands[0]
    words = [limbs[i] + (limbs[i + 1] << LIMB_BITS) for i in (12, 14)]
    return _array("limb", limbs[:12]) | _array("byte", b"".join(word.to_bytes(4, "big") for word in words))


def _compress(operands: Sequence[Cells], results: Sequence[Cells], _: Sequence[int]) -> dict[str, int]:
    before, left, right = operands
    rounds: list[int] = []
    for i in range(0, OCTET_LIMBS, 2):
        old, new = (of[i] + (of[i + 1] << LIMB_BITS) for of in (before, results[0]))
        added = (new - old) % 2**32
        rounds += [added & LIMB_MASK, added >> LIMB_BITS]
    cells = _array("before", before) | _array("left", left) | _array("right", right)
    return cells | _array("rounds", rounds) | _array("after", results[0])


def _choose(operands: Sequence[Cells], results: Sequence[Cells], _: Sequence[int]) -> dict[str, int]:
    bit, zero, one = operands
    cells = {"bit": bit[0]} | _array("zero", zero) | _array("one", one)
    return cells | _array("first", results[0]) | _array("second", results[1])


_FILLERS: Mapping[str, Filler] = {
    "constant": _unused,
    "constant_octet": _unused,
    "hint": lambda _, results, __: _array("hint", results[0]),
    "hint_element": lambda _, results, __: {"hint": results[0][0]},
    "hint_word": lambda _, results, __: _array("hint", results[0][:2]),
    "hint_octet": lambda _, results, __: _array("hint", results[0]),
    "multiply_add": _multiply_add,
    "equal": lambda operands, _, __: _array("value", operands[0]),
    "join": lambda _, results, __: _array("value", results[0]),
    "split": lambda operands, _, __: _array("value", operands[0]),
    "equals_number": _equals_number,
    "canonical": _canonical,
    "bits": lambda _, results, __: _array("bit", [bit[0] for bit in results]),
    "pack": lambda _, results, __: _array("limb", results[0]),
    "unpack": lambda operands, _, __: _array("limb", operands[0]),
    "challenge": _challenge,
    "compress": _compress,
    "choose": _choose,
}


def _no_limbs(_: Mapping[str, int]) -> list[int]:
    return []


def _named(*names: str) -> Callable[[Mapping[str, int]], list[int]]:
    return lambda cells: [cells[name] for name in names]


_LIMBS: Mapping[str, Callable[[Mapping[str, int]], list[int]]] = {
    "hint_word": _named("hint_0", "hint_1"),
    "hint_octet": _named(*(f"hint_{i}" for i in range(OCTET_LIMBS))),
    "canonical": lambda cells: [cells["low"], cells["high"], HIGHEST_LIMB - cells["high"]],
    "challenge": lambda cells: [n for i in range(8) for n in (cells[f"byte_{i}"], cells[f"byte_{i}"] << 8)],
    "compress": _named(*(f"after_{i}" for i in range(OCTET_LIMBS))),
}
"""By chip, what a row looks up."""
