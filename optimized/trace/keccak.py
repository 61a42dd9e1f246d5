"""Cells of the call of Keccak-f[1600] and of its work table: the reference's, the work table's compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.execution.keccak import CONSTANTS, LANES, ROUNDS, SIDE, mix_columns, move_and_mix_rows
from optimized.trace.calls import CallRows, call_cells
from optimized.trace.rows import Cells, limb_array
from optimized.words import Words
from spec import keccak
from spec.air.chip import Chip
from spec.air.chips import keccak as declaration
from spec.air.chips.keccak import (
    ALL_ONES,
    CHANGED_BYTES,
    LANE_BYTES,
    MIXED_BASE,
    PARITY_CUT,
    STATE_BASE,
    STATE_BYTES,
    spread,
)
from spec.air.chips.keccak_tables import GROUPS
from spec.rv64im.chips.keccak import TABLE
from spec.word import BYTE_BITS

States = NDArray[np.uint64]
Places = NDArray[np.int64]
Counts = NDArray[np.uint32]

BYTE_MASK = np.uint64(ALL_ONES)

KNOWN_LAYOUTS = 2
"""Bounds the memory that layouts take: what was not used for long goes."""


def _by_byte(base: int) -> Words:
    return np.array([spread(byte, base) for byte in range(ALL_ONES + 1)], dtype=np.uint32)


IN_STATE, IN_MIXED = _by_byte(STATE_BASE), _by_byte(MIXED_BASE)
"""By byte, its bits as digits of either base."""

CUTS = np.array(declaration.CUTS, dtype=np.int64)
CHANGED = np.array(CHANGED_BYTES, dtype=np.int64)


def call(rows: CallRows) -> Cells:
    """The call's own row."""
    before, after = rows.calls.before[:, :LANES].T, rows.calls.after[:, :LANES].T
    cells = call_cells(rows) | _limbs("before", before) | _limbs("after", after)
    return cells | _state("sent", before) | _state("received", after)


def _limbs(name: str, lanes: States) -> Cells:
    of_lanes = [limb_array("limb", words).values() for words in lanes]
    return {f"{name}_{i}": limb for i, limb in enumerate(limb for of in of_lanes for limb in of)}


def _state(name: str, lanes: States) -> Cells:
    places = [(lane, np.uint64(BYTE_BITS * i)) for lane in range(LANES) for i in range(LANE_BYTES)]
    return {f"{name}_{i}": IN_STATE[lanes[lane] >> shift & BYTE_MASK] for i, (lane, shift) in enumerate(places)}


def work(chip: Chip, rows: CallRows, first: int, stop: int, main: Words) -> None:
    """Writes rows of the work table from one number to before another; rows of the calls, in their order, are given."""
    calls = slice(first // ROUNDS, -(-stop // ROUNDS))
    held = np.ascontiguousarray(rows.calls.before[calls, :LANES])
    keys = np.ascontiguousarray(rows.events.clock[calls])
    _write_rows(_layout(chip), CONSTANTS, keys, held, first % ROUNDS, main[: stop - first])


class Layout(NamedTuple):
    """Where the columns of the work table stand: the first one of each array."""

    key: int
    selectors: int
    before: int
    after: int
    three: Places
    """By column of the state; likewise the next two."""

    parity_low: Places
    parity_high: Places
    mixed_low: Places
    """By lane."""

    mixed_high: Places
    """By lane; -1 for one whose bytes are not cut."""

    plain: Places
    """Each of them."""


@lru_cache(maxsize=KNOWN_LAYOUTS)
def _layout(chip: Chip) -> Layout:
    """Raises ValueError for a chip with other columns than are written here."""
    columns = {name: place for place, name in enumerate(chip.columns)}
    taken: list[int] = []

    def array(name: str, count: int) -> int:
        places = [columns[f"{name}_{i}"] for i in range(count)]
        if places != list(range(places[0], places[0] + count)):
            raise ValueError(f"{chip.name}: columns {name} do not stand next to each other")
        taken.extend(places)
        return places[0]

    def arrays(name: str, numbers: Sequence[int]) -> Places:
        return np.array([array(f"{name}_{i}", LANE_BYTES) for i in numbers], dtype=np.int64)

    plain = [columns[f"plain_{i}"] for i in CHANGED_BYTES]
    taken += [columns["key"], *plain]
    mixed_high = np.full(LANES, -1, dtype=np.int64)
    are_cut = np.flatnonzero(CUTS < BYTE_BITS)
    mixed_high[are_cut] = arrays("mixed_high", are_cut.tolist())
    layout = Layout(
        columns["key"],
        array("is_round", ROUNDS),
        array("before", STATE_BYTES),
        array("after", STATE_BYTES),
        arrays("three", range(SIDE)),
        arrays("parity_low", range(SIDE)),
        arrays("parity_high", range(SIDE)),
        arrays("mixed_low", range(LANES)),
        mixed_high,
        np.array(plain, dtype=np.int64),
    )
    if len(taken) != len(columns):
        raise ValueError(f"{chip.name}: {len(columns)} columns, of which {len(taken)} are known here")
    return layout


@compiled
def _byte(lane: np.uint64, i: int) -> int:
    return int(lane >> np.uint64(BYTE_BITS * i) & BYTE_MASK)


@compiled
def _write_lane(row: Words, first: int, lane: np.uint64) -> None:
    for i in range(LANE_BYTES):
        row[first + i] = IN_STATE[_byte(lane, i)]


@compiled
def _write_cut(row: Words, low: int, high: int, lane: np.uint64, cut: int, digits: Words) -> None:
    """The lower and the upper part of every byte."""
    for i in range(LANE_BYTES):
        byte = _byte(lane, i)
        row[low + i] = digits[byte & (1 << cut) - 1]
        if high >= 0:
            row[high + i] = digits[byte >> cut]


@compiled
def _write_rows(
    layout: Layout, constants: States, keys: NDArray[np.uint32], held: States, skipped: int, main: Words
) -> None:
    """Rows of permutations one after the other, without the first `skipped` of the first one."""
    lanes, moved = np.empty(LANES, dtype=np.uint64), np.empty(LANES, dtype=np.uint64)
    parity = np.empty(SIDE, dtype=np.uint64)
    for place in range(len(held)):
        lanes[:] = held[place]
        for number in range(min(ROUNDS, len(main) + skipped - place * ROUNDS)):
            at = place * ROUNDS + number - skipped
            # A row before the first one is overwritten.
            row = main[max(0, at)]
            row[layout.key] = keys[place]
            for other in range(ROUNDS):
                row[layout.selectors + other] = 1 if other == number else 0
            for lane in range(LANES):
                _write_lane(row, layout.before + LANE_BYTES * lane, lanes[lane])
            for x in range(SIDE):
                _write_lane(row, layout.three[x], lanes[x] ^ lanes[x + SIDE] ^ lanes[x + 2 * SIDE])
            mix_columns(lanes, parity)
            for x in range(SIDE):
                _write_cut(row, layout.parity_low[x], layout.parity_high[x], parity[x], PARITY_CUT, IN_STATE)
            for lane in range(LANES):
                _write_cut(row, layout.mixed_low[lane], layout.mixed_high[lane], lanes[lane], CUTS[lane], IN_MIXED)
            move_and_mix_rows(lanes, moved)
            for i in range(len(CHANGED)):
                row[layout.plain[i]] = IN_STATE[_byte(lanes[0], CHANGED[i])]
            lanes[0] ^= constants[number]
            for lane in range(LANES):
                _write_lane(row, layout.after + LANE_BYTES * lane, lanes[lane])


MOVED_FROM = np.array(keccak.MOVED_FROM, dtype=np.int64)
WHOLE = np.array([rotation // BYTE_BITS for rotation in keccak.ROTATIONS], dtype=np.int64)
WEIGHTS = np.array([MIXED_BASE ** (rotation % BYTE_BITS) for rotation in keccak.ROTATIONS], dtype=np.uint32)
"""By lane before rho: by how many whole bytes it is rotated, and what the lower part of a byte then weighs."""

CONSTANT_BYTES = np.array(
    [
        [spread(constant >> BYTE_BITS * i & ALL_ONES, STATE_BASE) for i in CHANGED_BYTES]
        for constant in CONSTANTS.tolist()
    ],
    dtype=np.uint32,
)
"""By round and changed byte."""

CHI_OFFSET = np.uint32(declaration.CHI_DIGIT * spread(ALL_ONES, MIXED_BASE))
FIRST, SECOND = (np.uint32(MIXED_BASE**digits) for digits in GROUPS[:2])
LAST_BITS = np.uint32((MIXED_BASE ** GROUPS[2] - 1).bit_length())
MIDDLE_BITS = np.uint32((MIXED_BASE ** GROUPS[1] - 1).bit_length())
"""Groups of chi's digits: their numbers' bits in the number of a row of the table."""

ONE = np.uint32(1)
"""In the type of counts: they would be wider with a plain number."""


class RoundCounts(NamedTuple):
    """How often rows of the lookup tables were asked for, by their number."""

    parity: Counts
    cut_parity: Counts
    chi: Counts
    theta: tuple[Counts, ...]
    """By cut, from 1 on."""


def count_lookups(chip: Chip, main: Words, counts: Mapping[str, Counts]) -> None:
    """Counts what honest rows of the work table ask, on buses by their names. Each asks hundreds of times for numbers
    that tell the row of the table."""
    of_rows = RoundCounts(
        counts[TABLE.parity.name],
        counts[TABLE.cut_parity.name],
        counts[TABLE.chi.name],
        tuple(counts[bus.name] for bus in TABLE.theta.values()),
    )
    effect, moved = np.empty((SIDE, LANE_BYTES), dtype=np.uint32), np.empty(STATE_BYTES, dtype=np.uint32)
    _count_rows(_layout(chip), main, effect, moved, of_rows)


@compiled
def _count_rows(layout: Layout, main: Words, effect: Words, moved: Words, counts: RoundCounts) -> None:
    for place in range(len(main)):
        row = main[place]
        _count_parities(layout, row, effect, counts)
        for lane in range(LANES):
            first, of_cut = layout.before + LANE_BYTES * lane, counts.theta[CUTS[lane] - 1]
            for i in range(LANE_BYTES):
                of_cut[row[first + i] + effect[lane % SIDE, i]] += ONE
        _move(layout, row, moved)
        _count_chi(moved, counts.chi)
        number = 0
        while row[layout.selectors + number] == 0:
            number += 1
        for i in range(len(CHANGED)):
            counts.parity[row[layout.plain[i]] + CONSTANT_BYTES[number, i]] += ONE


@compiled
def _count_parities(layout: Layout, row: Words, effect: Words, counts: RoundCounts) -> None:
    """Counts the parities of columns, and writes what they add to every lane."""
    plane, highest = SIDE * LANE_BYTES, np.uint32(STATE_BASE**PARITY_CUT)
    for x in range(SIDE):
        before, after = (x + SIDE - 1) % SIDE, (x + 1) % SIDE
        for i in range(LANE_BYTES):
            at = layout.before + x * LANE_BYTES + i
            counts.parity[row[at] + row[at + plane] + row[at + 2 * plane]] += ONE
            counts.cut_parity[row[layout.three[x] + i] + row[at + 3 * plane] + row[at + 4 * plane]] += ONE
            effect[x, i] = (
                row[layout.parity_low[before] + i]
                + row[layout.parity_high[before] + i] * highest
                + row[layout.parity_low[after] + i] * np.uint32(STATE_BASE)
                + row[layout.parity_high[after] + (i + LANE_BYTES - 1) % LANE_BYTES]
            )


@compiled
def _move(layout: Layout, row: Words, moved: Words) -> None:
    """Writes the bytes after rho and pi."""
    for lane in range(LANES):
        source = MOVED_FROM[lane]
        low, high = layout.mixed_low[source], layout.mixed_high[source]
        for i in range(LANE_BYTES):
            from_byte = i - WHOLE[source] + LANE_BYTES
            byte = row[low + from_byte % LANE_BYTES] * WEIGHTS[source]
            if high >= 0:
                byte += row[high + (from_byte - 1) % LANE_BYTES]
            moved[LANE_BYTES * lane + i] = byte


@compiled
def _count_chi(moved: Words, counts: Counts) -> None:
    for y in range(SIDE):
        for x in range(SIDE):
            a = LANE_BYTES * (SIDE * y + x)
            b, c = LANE_BYTES * (SIDE * y + (x + 1) % SIDE), LANE_BYTES * (SIDE * y + (x + 2) % SIDE)
            for i in range(LANE_BYTES):
                digits = CHI_OFFSET - np.uint32(2) * moved[a + i] + moved[b + i] - moved[c + i]
                above = digits // FIRST
                last = above // SECOND
                number = (digits - above * FIRST) << MIDDLE_BITS | (above - last * SECOND)
                counts[number << LAST_BITS | last] += ONE
