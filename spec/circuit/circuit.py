"""A circuit: rows that read and write addresses, in an order in which each address is written before it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from spec.air.bus import Bus
from spec.air.chip import Chip
from spec.circuit.buses import LIMB_BITS, OCTET, VALUE
from spec.circuit.machine import CIRCUIT_CHIPS
from spec.circuit.row import FLAG
from spec.field import P


@dataclass(frozen=True)
class Signature:
    """What kind of memory the operands and results of a chip's rows lie in, and how many numbers a row fixes."""

    operands: tuple[Bus, ...]
    results: tuple[Bus, ...]
    parameters: int
    flags: int
    """1 if the chip has the column that tells its rows from padding, else 0."""


def signature_of(chip: Chip) -> Signature:
    """Read off the chip's declaration."""
    memory = [i for i in chip.interactions if i.bus in (VALUE, OCTET)]
    operands = tuple(i.bus for i in memory if i.sign < 0)
    results = tuple(i.bus for i in memory if i.sign > 0)
    flags = int(FLAG in chip.fixed_columns)
    parameters = len(chip.fixed_columns) - flags - len(operands) - 2 * len(results)
    return Signature(operands, results, parameters, flags)


SIGNATURES: Mapping[str, Signature] = {chip.name: signature_of(chip) for chip in CIRCUIT_CHIPS}


@dataclass(frozen=True, slots=True)
class Row:
    """One operation of a circuit."""

    chip: str
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    parameters: tuple[int, ...] = ()


@dataclass(frozen=True)
class Circuit:
    """Public values stand at the addresses from 0 on, written by the verifier. Values and octets have addresses of
    their own: the same number may be one of each."""

    public_values: int
    rows: tuple[Row, ...]

    @cached_property
    def reads(self) -> Mapping[tuple[str, int], int]:
        """How often each address is read, by the name of its bus and its number."""
        counts: Counter[tuple[str, int]] = Counter()
        for row in self.rows:
            operands = SIGNATURES[row.chip].operands
            counts.update((bus.name, address) for bus, address in zip(operands, row.reads, strict=True))
        return counts

    @cached_property
    def rows_by_chip(self) -> Mapping[str, Sequence[Row]]:
        """The rows of each chip, in order."""
        rows: dict[str, list[Row]] = {chip: [] for chip in SIGNATURES}
        for row in self.rows:
            rows[row.chip].append(row)
        return rows

    def fixed_rows(self, chip: str) -> list[tuple[int, ...]]:
        """The fixed cells of the chip's rows in the order of the circuit."""
        results, flags = SIGNATURES[chip].results, SIGNATURES[chip].flags
        return [
            (
                *[1] * flags,
                *row.reads,
                *row.writes,
                *(self.reads.get((bus.name, at), 0) for bus, at in zip(results, row.writes, strict=True)),
                *row.parameters,
            )
            for row in self.rows_by_chip[chip]
        ]


WORD_WRITERS = ("hint_word", "canonical", "unpack")
"""Chips all of whose results are words."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a circuit, and at which row; None for the circuit as a whole."""

    row: int | None
    what: str


def faults(circuit: Circuit) -> list[Fault]:
    """Everything because of which the circuit's memory could hold what no row has computed, or a row is useless.

    An address is written by one row, before any reads it; rows have the operands, results and numbers of their chips,
    and all these numbers are canonical, or two of them could be one element; what is packed has been written as a word,
    and constants of octets have 16 bits; the keys of compressions differ; public values are read once each; something
    reads what a row writes.
    """
    found: list[Fault] = []
    written = {(VALUE.name, address) for address in range(circuit.public_values)}
    words: set[int] = set()
    keys: set[int] = set()
    for number, row in enumerate(circuit.rows):
        signature = SIGNATURES.get(row.chip)
        if signature is None:
            found.append(Fault(number, f"{row.chip} is no chip of the circuit"))
            continue
        counts = (len(row.reads), len(row.writes), len(row.parameters))
        expected = (len(signature.operands), len(signature.results), signature.parameters)
        if counts != expected:
            found.append(Fault(number, f"{row.chip} has {counts} operands, results and numbers, expected {expected}"))
            continue
        if not all(0 <= cell < P for cell in (*row.reads, *row.writes, *row.parameters)):
            found.append(Fault(number, "has a number that is not canonical"))
        for bus, address in zip(signature.operands, row.reads, strict=True):
            if (bus.name, address) not in written:
                found.append(Fault(number, f"reads the {bus.name} {address} before it is written"))
            if row.chip == "pack" and address not in words:
                found.append(Fault(number, f"packs the value {address}, which is no word"))
        if row.chip == "constant_octet" and max(row.parameters) >> LIMB_BITS:
            found.append(Fault(number, "has a limb of more than 16 bits"))
        if _writes_words(row):
            words.update(row.writes)
        for bus, address in zip(signature.results, row.writes, strict=True):
            if (bus.name, address) in written:
                found.append(Fault(number, f"writes the {bus.name} {address} once more"))
            written.add((bus.name, address))
        if row.chip == "compress":
            if row.parameters[0] in keys:
                found.append(Fault(number, f"has the key {row.parameters[0]} of an earlier compression"))
            keys.add(row.parameters[0])
    return found or _useless(circuit)


def _writes_words(row: Row) -> bool:
    """Whether what a row writes is two limbs of 16 bits with zeros behind."""
    if row.chip == "constant":
        low, high, *others = row.parameters
        return max(low, high) >> LIMB_BITS == 0 and not any(others)
    return row.chip in WORD_WRITERS


def without_useless_rows(circuit: Circuit) -> Circuit:
    """The circuit without rows of which nothing reads any result, and those that only such rows need."""
    needed: set[tuple[str, int]] = set()
    kept: list[Row] = []
    for row in reversed(circuit.rows):
        signature = SIGNATURES[row.chip]
        results = {(bus.name, at) for bus, at in zip(signature.results, row.writes, strict=True)}
        if results and not results & needed:
            continue
        needed |= {(bus.name, at) for bus, at in zip(signature.operands, row.reads, strict=True)}
        kept.append(row)
    return replace(circuit, rows=tuple(reversed(kept)))


def _useless(circuit: Circuit) -> list[Fault]:
    reads = circuit.reads
    found = [
        Fault(None, f"the public value {address} is read {reads.get((VALUE.name, address), 0)} times, expected once")
        for address in range(circuit.public_values)
        if reads.get((VALUE.name, address), 0) != 1
    ]
    for number, row in enumerate(circuit.rows):
        results = SIGNATURES[row.chip].results
        is_read = any((bus.name, at) in reads for bus, at in zip(results, row.writes, strict=True))
        if results and not is_read:
            found.append(Fault(number, f"nothing reads what {row.chip} writes"))
    return found
