"""How often each row of a lookup table is looked up, counted over all other tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.trace import keccak
from optimized.trace.requests import ChipRequests, Requests, chip_requests, message_of
from optimized.words import Words
from reference.arrays.field_arrays import Matrix
from spec.air.chip import Chip, Interaction
from spec.air.expression import FixedColumn
from spec.field import P
from spec.protocol.shape import LOOKUP_ROLES
from spec.rv64im.chips.keccak import TABLE
from spec.rv64im.machine import RV64IM, chips_of

LOOKUP_CHIPS: tuple[Chip, ...] = tuple(chip for role in LOOKUP_ROLES for chip in chips_of(role))

_ANSWERS = [(chip, column) for chip in LOOKUP_CHIPS for column in range(len(chip.interactions))]
"""For each bus that is asked, the table that answers and the column of its multiplicities."""

_BUS_NAMES = [chip.interactions[column].bus.name for chip, column in _ANSWERS]

LARGEST_DENSE_INDEX = 1 << 24
"""So many places take 64 MiB at most; what is larger is searched for."""

LOOKUP_BLOCK_ROWS = 512
"""Looked at together, so that what they ask stays in the nearest cache."""

SMALL_COEFFICIENT = 1 << 24
"""A form's terms with such coefficients are below 2^55 and its others below p: a sum of thirty is far below 2^61."""

LARGE_MULTIPLE = P << 30
"""Added to a sum of terms, it makes it positive."""

U64, I64, MODULUS = np.uint64, np.int64, np.uint64(P)

OWN_COUNTERS = {TABLE.chip.name: keccak.count_lookups}
"""By chip, what counts faster the lookups of rows that were filled in honestly."""

Counts = list[NDArray[np.uint32]]
"""For each bus that is asked, how often each row of its table has been asked for."""


class UnansweredLookupError(Exception):
    """A row asks a lookup table for a tuple that it does not hold."""


class LookupIndex(NamedTuple):
    """Finds the first row that holds each tuple, by the fewest leading fields that tell the rows apart."""

    rows: NDArray[np.uint32]
    """(height, fields)."""

    lowest: NDArray[np.int64]
    """By leading field."""

    spans: NDArray[np.int64]
    """By leading field. A key has the differences to the lowest values as digits to these bases, least first."""

    dense: NDArray[np.int32]
    """By key, the row, or -1; empty if there are too many keys."""

    keys: NDArray[np.int64]
    """Ascending; empty if there is a dense index."""

    first: NDArray[np.int64]
    """By position in `keys`, the row."""


def lookup_index(rows: Matrix) -> LookupIndex:
    """The index of a table's rows: (height, fields)."""
    wide = rows.astype(np.int64)
    lowest = wide.min(axis=0)
    spans = wide.max(axis=0) - lowest + 1
    key, size, numbers = np.zeros(len(rows), dtype=np.int64), 1, np.arange(len(rows))
    dense, keys, first = np.empty(0, dtype=np.int32), numbers[:0], numbers[:0]
    for field in range(rows.shape[1]):
        key += (wide[:, field] - lowest[field]) * size
        size *= int(spans[field])
        if size <= LARGEST_DENSE_INDEX:
            dense = np.full(size, -1, dtype=np.int32)
            # Where several rows have a key, the one that is written last stays.
            dense[key[::-1]] = numbers[::-1]
            same = dense[key].astype(np.int64)
        else:
            dense = dense[:0]
            keys, first, which = np.unique(key, return_index=True, return_inverse=True)
            same = first[which]
        if np.array_equal(same, numbers) or np.array_equal(wide[same], wide):
            break
    leading = slice(field + 1)
    packed = np.ascontiguousarray(rows, dtype=np.uint32)
    return LookupIndex(packed, lowest[leading], spans[leading], dense, keys, first)


@compiled
def _evaluate(main: Words, requests: Requests, form: int, values: NDArray[np.int64]) -> None:
    """The values of a linear form on all rows."""
    constant = requests.constant[form]
    values[:] = constant
    first, last = requests.first_term[form], requests.first_term[form + 1]
    for term in range(first, last):
        column, coefficient = requests.column[term], requests.coefficient[term]
        if abs(coefficient) <= SMALL_COEFFICIENT:
            for place in range(len(main)):
                values[place] += coefficient * I64(main[place, column])
        else:
            residue = U64(coefficient + P)
            for place in range(len(main)):
                values[place] += I64(U64(main[place, column]) * residue % MODULUS)
    if last - first > 1 or (last > first and (constant != 0 or requests.coefficient[first] != 1)):
        for place in range(len(main)):
            values[place] = I64(U64(values[place] + LARGE_MULTIPLE) % MODULUS)


@compiled
def _position(key: int, index: LookupIndex) -> np.int64:
    """The row with this key; without one, another row or -1."""
    if len(index.dense):
        return I64(index.dense[key])
    low, high = 0, len(index.keys) - 1
    while low < high:
        middle = (low + high) // 2
        if index.keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return I64(index.first[low])


@compiled
def _count_block(
    main: Words,
    requests: Requests,
    interaction: int,
    index: LookupIndex,
    counts: NDArray[np.uint32],
    parts: NDArray[np.int64],
) -> int:
    """As `count_rows`, for as many rows as `parts` has columns; it has one row more than the message has parts."""
    times_form = requests.first_form[interaction]
    key_fields, width, count = len(index.lowest), index.rows.shape[1], len(main)
    for form in range(width + 1):
        _evaluate(main, requests, times_form + form, parts[form, :count])
    times, message = parts[0], parts[1:]
    keys = np.zeros(count, dtype=np.int64)
    scale = 1
    for field in range(key_fields):
        lowest, span = index.lowest[field], index.spans[field]
        for place in range(count):
            difference = message[field, place] - lowest
            if 0 <= difference < span:
                keys[place] += difference * scale
            elif times[place]:
                return place
        scale *= span
    for place in range(count):
        if times[place]:
            position = _position(keys[place], index)
            if position < 0:
                return place
            keys[place] = position
    # Where a dense key tells all fields, a row that is found is the one that is asked for.
    if not len(index.dense) or key_fields < width:
        for place in range(count):
            if times[place]:
                for field in range(width):
                    if I64(index.rows[keys[place], field]) != message[field, place]:
                        return place
    for place in range(count):
        if times[place]:
            counts[keys[place]] += np.uint32(times[place])
    return -1


@compiled
def count_rows(
    main: Words, requests: Requests, interaction: int, index: LookupIndex, counts: NDArray[np.uint32]
) -> int:
    """Counts what each row asks by one interaction; the first row whose message no row of the table holds, or -1."""
    parts = np.empty((1 + index.rows.shape[1], LOOKUP_BLOCK_ROWS), dtype=np.int64)
    for start in range(0, len(main), LOOKUP_BLOCK_ROWS):
        block = main[start : start + LOOKUP_BLOCK_ROWS]
        missing = _count_block(block, requests, interaction, index, counts, parts)
        if missing >= 0:
            return start + missing
    return -1


@cache
def _requests(chip: Chip) -> ChipRequests:
    return chip_requests(chip, _BUS_NAMES)


def _places(interaction: Interaction) -> list[int]:
    """The fixed columns that a lookup table sends. Raises ValueError for a message of anything else."""
    columns = [part for part in interaction.message if isinstance(part, FixedColumn)]
    if len(columns) < len(interaction.message):
        raise ValueError(f"{interaction.name}: a lookup table sends fixed columns")
    return [column.index for column in columns]


class Lookups:
    """The lookup tables of a program, ready to be counted for any number of traces."""

    def __init__(self, fixed: Mapping[str, Matrix]) -> None:
        self.fixed = fixed
        self._indices: dict[int, LookupIndex] = {}

    def answering(self, asking: Mapping[str, Sequence[int]]) -> list[Chip]:
        """The lookup tables of a segment in which the tables of these chips ask, by heights: ready to be counted."""
        absent = {name for name, heights in RV64IM.table_heights(asking).items() if not heights}
        for bus, (chip, column) in enumerate(_ANSWERS):
            if chip.name not in absent and bus not in self._indices:
                places = _places(chip.interactions[column])
                self._indices[bus] = lookup_index(self.fixed[chip.name][:, places])
        return [chip for chip in LOOKUP_CHIPS if chip.name not in absent]

    def new_counts(self, answering: Sequence[Chip]) -> Counts:
        """A counter for one segment, or a part of it, with these lookup tables."""
        rows = {chip.name: len(self.fixed[chip.name]) for chip in answering}
        return [np.zeros(rows.get(chip.name, 0), dtype=np.uint32) for chip, _ in _ANSWERS]

    def count(self, chip: Chip, main: Words, first_row: int, public_values: Mapping[str, int], counts: Counts) -> None:
        """Counts what rows of a chip ask, the first of which has this number.

        Raises UnansweredLookupError if the table lacks a tuple that a row wants.
        """
        if chip.name in OWN_COUNTERS:
            OWN_COUNTERS[chip.name](chip, main, dict(zip(_BUS_NAMES, counts, strict=True)))
            return
        asked = _requests(chip)
        requests = asked.with_public(public_values)
        for interaction, name in enumerate(asked.names):
            bus = int(requests.bus[interaction])
            missing = count_rows(main, requests, interaction, self._indices[bus], counts[bus])
            if missing >= 0:
                message = message_of(requests, interaction, self._indices[bus].rows.shape[1], main[missing])
                where = f"{chip.name}, row {first_row + missing}, {name}"
                raise UnansweredLookupError(f"{where}: {message} stands in no row of {_ANSWERS[bus][0].name}")

    def tables(self, answering: Sequence[Chip], counts: Sequence[Counts]) -> dict[str, Words]:
        """The main columns of these lookup tables, by chip name, from all counters."""
        mains = {
            chip.name: np.empty((len(self.fixed[chip.name]), len(chip.columns)), dtype=np.uint32) for chip in answering
        }
        for bus, (chip, column) in enumerate(_ANSWERS):
            if chip.name not in mains:
                continue
            total = np.zeros(len(self.fixed[chip.name]), dtype=np.uint32)
            for of in counts:
                total += of[bus]
            mains[chip.name][:, column] = total
        return mains
