"""A circuit as arrays for compiled code: what each row does, and where it reads and writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spec.circuit.buses import OCTET, VALUE
from spec.circuit.circuit import SIGNATURES, Circuit, Row

Indices = NDArray[np.int64]


@unique
class Operation(IntEnum):
    """What a row does. Members have their chips' names."""

    CONSTANT = 0
    CONSTANT_OCTET = 1
    HINT = 2
    HINT_ELEMENT = 3
    HINT_WORD = 4
    HINT_OCTET = 5
    MULTIPLY_ADD = 6
    EQUAL = 7
    JOIN = 8
    SPLIT = 9
    EQUALS_NUMBER = 10
    CANONICAL = 11
    BITS = 12
    PACK = 13
    UNPACK = 14
    CHALLENGE = 15
    COMPRESS = 16
    CHOOSE = 17


OPERATION_OF: Mapping[str, Operation] = {operation.name.lower(): operation for operation in Operation}
"""By chip."""

HINTS = ("hint", "hint_element", "hint_word", "hint_octet")


class Instructions(NamedTuple):
    """Every row of a circuit in its order. A row's operands, results and numbers stand one after the other."""

    operation: NDArray[np.int8]
    first: Indices
    """By row, where its operands start in `arguments`."""

    arguments: Indices
    """Addresses that are read, addresses that are written, and numbers; of a hint the hint's place behind these."""


@dataclass(frozen=True)
class ChipRows:
    """The rows of one chip, in their order."""

    reads: Indices
    """(rows, operands): addresses."""

    writes: Indices
    """(rows, results)."""

    fixed: NDArray[np.uint32]
    """(rows, fixed columns)."""


@dataclass(frozen=True)
class CircuitProgram:
    """A circuit as arrays."""

    instructions: Instructions
    rows: Mapping[str, ChipRows]
    """By chip."""

    public_values: int
    values: int
    """Addresses of values, used or not."""

    octets: int


def circuit_program(circuit: Circuit, recorded: Sequence[Row]) -> CircuitProgram:
    """The circuit as arrays. `recorded` are all rows that have been recorded, useless ones too: hints are counted
    among them, by chip, since whoever reads them from a proof does not know which of them are needed."""
    place_of = _hint_places(recorded)
    operation = np.array([OPERATION_OF[row.chip] for row in circuit.rows], dtype=np.int8)
    arguments: list[int] = []
    first = np.empty(len(circuit.rows), dtype=np.int64)
    for number, row in enumerate(circuit.rows):
        first[number] = len(arguments)
        arguments += row.reads
        arguments += row.writes
        arguments += row.parameters
        if row.chip in HINTS:
            arguments.append(place_of[row.chip, row.writes[0]])
    counts = {bus.name: _read_counts(circuit, bus.name) for bus in (VALUE, OCTET)}
    rows = {chip: _chip_rows(chip, of, counts) for chip, of in circuit.rows_by_chip.items()}
    return CircuitProgram(
        Instructions(operation, first, np.array(arguments, dtype=np.int64)),
        rows,
        circuit.public_values,
        len(counts[VALUE.name]),
        len(counts[OCTET.name]),
    )


def _hint_places(recorded: Iterable[Row]) -> dict[tuple[str, int], int]:
    """By chip and address, which of the chip's hints it is."""
    found: dict[tuple[str, int], int] = {}
    counts = dict.fromkeys(HINTS, 0)
    for row in recorded:
        if row.chip in counts:
            found[row.chip, row.writes[0]] = counts[row.chip]
            counts[row.chip] += 1
    return found


def _read_counts(circuit: Circuit, bus: str) -> Indices:
    """By address, how often it is read."""
    written = [at for row in circuit.rows for of, at in _places(row) if of == bus]
    counts = np.zeros(max([circuit.public_values if bus == VALUE.name else 0, *(at + 1 for at in written)]), np.int64)
    for (of, at), count in circuit.reads.items():
        if of == bus:
            counts[at] = count
    return counts


def _places(row: Row) -> Iterable[tuple[str, int]]:
    return zip((bus.name for bus in SIGNATURES[row.chip].results), row.writes, strict=True)


def _chip_rows(chip: str, rows: Sequence[Row], counts: Mapping[str, Indices]) -> ChipRows:
    signature = SIGNATURES[chip]
    reads = _matrix([row.reads for row in rows], len(signature.operands))
    writes = _matrix([row.writes for row in rows], len(signature.results))
    parameters = _matrix([row.parameters for row in rows], signature.parameters)
    reads_of = [counts[bus.name][writes[:, i]] for i, bus in enumerate(signature.results)]
    flags = np.ones((len(rows), signature.flags), dtype=np.int64)
    counted = np.stack(reads_of, axis=1) if reads_of else np.empty((len(rows), 0), dtype=np.int64)
    fixed = np.concatenate([flags, reads, writes, counted, parameters], axis=1).astype(np.uint32)
    return ChipRows(reads, writes, fixed)


def _matrix(rows: Sequence[Sequence[int]], width: int) -> Indices:
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)
