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

    arguments: NDArray[np.uint32]
    """Addresses that are read, addresses that are written, and numbers; of a hint the hint's place behind these."""


@dataclass(frozen=True)
class ChipRows:
    """The rows of one chip, in their order."""

    reads: NDArray[np.uint32]
    """(rows, operands): addresses."""

    writes: NDArray[np.uint32]
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
    for row in circuit.rows:
        arguments += row.reads
        arguments += row.writes
        arguments += row.parameters
        if row.chip in HINTS:
            arguments.append(place_of[row.chip, row.writes[0]])
    return program_of(operation, np.array(arguments, dtype=np.uint32), circuit.public_values)


def program_of(operation: NDArray[np.int8], arguments: NDArray[np.uint32], public_values: int) -> CircuitProgram:
    """The circuit of these operations, whose arguments stand one after the other. Raises ValueError for arguments of
    another number."""
    widths = np.array([_width(chip) for chip in OPERATION_OF], dtype=np.int64)[operation]
    if widths.sum() != len(arguments):
        raise ValueError(f"{len(arguments)} arguments, the operations have {widths.sum()}")
    first = np.cumsum(widths) - widths
    taken = {chip: _arguments(chip, operation, first, arguments) for chip in SIGNATURES}
    counts = {bus.name: _read_counts(taken, bus.name, public_values) for bus in (VALUE, OCTET)}
    return CircuitProgram(
        Instructions(operation, first, arguments),
        {chip: _chip_rows(chip, of, counts) for chip, of in taken.items()},
        public_values,
        len(counts[VALUE.name]),
        len(counts[OCTET.name]),
    )


def _width(chip: str) -> int:
    signature = SIGNATURES[chip]
    return len(signature.operands) + len(signature.results) + signature.parameters + (chip in HINTS)


def _hint_places(recorded: Iterable[Row]) -> dict[tuple[str, int], int]:
    """By chip and address, which of the chip's hints it is."""
    found: dict[tuple[str, int], int] = {}
    counts = dict.fromkeys(HINTS, 0)
    for row in recorded:
        if row.chip in counts:
            found[row.chip, row.writes[0]] = counts[row.chip]
            counts[row.chip] += 1
    return found


def _arguments(
    chip: str, operation: NDArray[np.int8], first: Indices, arguments: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """(rows, arguments) of one chip."""
    rows = first[operation == OPERATION_OF[chip]]
    taken: NDArray[np.uint32] = arguments[rows[:, np.newaxis] + np.arange(_width(chip))]
    return taken


def _read_counts(taken: Mapping[str, NDArray[np.uint32]], bus: str, public_values: int) -> Indices:
    """By address, how often it is read."""
    addresses = public_values if bus == VALUE.name else 0
    read: list[NDArray[np.uint32]] = []
    for chip, of in taken.items():
        signature = SIGNATURES[chip]
        read += [of[:, i] for i, operand in enumerate(signature.operands) if operand.name == bus]
        for i, result in enumerate(signature.results, start=len(signature.operands)):
            if result.name == bus and len(of):
                addresses = max(addresses, int(of[:, i].max()) + 1)
    return np.bincount(np.concatenate(read), minlength=addresses)


def _chip_rows(chip: str, taken: NDArray[np.uint32], counts: Mapping[str, Indices]) -> ChipRows:
    signature = SIGNATURES[chip]
    operands, results = len(signature.operands), len(signature.results)
    reads, writes = taken[:, :operands], taken[:, operands : operands + results]
    parameters = taken[:, operands + results : operands + results + signature.parameters]
    flags = np.ones((len(taken), signature.flags), dtype=np.uint32)
    reads_of = [counts[bus.name][writes[:, i]] for i, bus in enumerate(signature.results)]
    counted = np.stack(reads_of, axis=1) if reads_of else np.empty((len(taken), 0), dtype=np.int64)
    fixed = np.concatenate([flags, reads, writes, counted, parameters], axis=1).astype(np.uint32)
    return ChipRows(reads, writes, fixed)
