"""Cells of the call of Keccak-f[1600] and of its work table: the reference's, the work table's compiled."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.execution.keccak import CONSTANTS, LANES, ROUNDS, SIDE, mix_columns, move_and_mix_rows
from optimized.trace.calls import CallRows, call_cells
from optimized.trace.rows import Cells, limb_array
from optimized.words import Words
from spec.air.chip import Chip
from spec.air.chips.keccak import LANE_LIMBS, LIMB_BITS, STATE_LIMBS
from spec.keccak import CONSTANT_POSITIONS, LANE_BITS

States = NDArray[np.uint64]
Places = NDArray[np.int64]

ONE, LIMB_MASK = np.uint64(1), np.uint64(2**LIMB_BITS - 1)

KNOWN_LAYOUTS = 2
"""Bounds the memory that layouts take: what was not used for long goes."""


def call(rows: CallRows) -> Cells:
    """The call's own row."""
    before, after = rows.calls.before[:, :LANES].T, rows.calls.after[:, :LANES].T
    return call_cells(rows) | _state("before", before) | _state("after", after)


def _state(name: str, lanes: States) -> Cells:
    cells: Cells = {}
    for lane, words in enumerate(lanes):
        limbs = limb_array("limb", words)
        cells |= {f"{name}_{LANE_LIMBS * lane + i}": limbs[f"limb_{i}"] for i in range(len(limbs))}
    return cells


def work(chip: Chip, rows: CallRows, first: int, stop: int, main: Words) -> None:
    """Writes rows of the work table from one number to before another; rows of the calls, in their order, are given."""
    calls = slice(first // ROUNDS, -(-stop // ROUNDS))
    held = np.ascontiguousarray(rows.calls.before[calls, :LANES])
    keys = np.ascontiguousarray(rows.events.clock[calls])
    _write_rows(_layout(chip), CONSTANTS, POSITIONS, keys, held, first % ROUNDS, main[: stop - first])


POSITIONS = np.array(CONSTANT_POSITIONS, dtype=np.uint64)


class Layout(NamedTuple):
    """Where the columns of the work table stand: the first one of each array."""

    key: int
    selectors: int
    before: int
    after: int
    parity: Places
    """By column of the state; likewise the next one."""

    pairs: Places
    mixed: Places
    """By lane."""

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

    def arrays(name: str, count: int) -> Places:
        return np.array([array(f"{name}_{i}", LANE_BITS) for i in range(count)], dtype=np.int64)

    plain = [columns[f"plain_{z}"] for z in CONSTANT_POSITIONS]
    taken += [columns["key"], *plain]
    layout = Layout(
        columns["key"],
        array("is_round", ROUNDS),
        array("before", STATE_LIMBS),
        array("after", STATE_LIMBS),
        arrays("parity", SIDE),
        arrays("pairs", SIDE),
        arrays("mixed", LANES),
        np.array(plain, dtype=np.int64),
    )
    if len(taken) != len(columns):
        raise ValueError(f"{chip.name}: {len(columns)} columns, of which {len(taken)} are known here")
    return layout


@compiled
def _write_bits(row: Words, first: int, word: np.uint64) -> None:
    for z in range(LANE_BITS):
        row[first + z] = word >> np.uint64(z) & ONE


@compiled
def _write_limbs(row: Words, first: int, lanes: States) -> None:
    for i in range(STATE_LIMBS):
        row[first + i] = lanes[i // LANE_LIMBS] >> np.uint64(i % LANE_LIMBS * LIMB_BITS) & LIMB_MASK


@compiled
def _write_pairs(row: Words, first: int, lanes: States, x: int) -> None:
    """By bit, the number of pairs of ones among five lanes: the carries of two full adders."""
    a, b, c, d, e = lanes[x], lanes[x + SIDE], lanes[x + 2 * SIDE], lanes[x + 3 * SIDE], lanes[x + 4 * SIDE]
    odd = a ^ b ^ c
    carried, carried_next = a & b | c & (a | b), odd & d | e & (odd | d)
    for z in range(LANE_BITS):
        row[first + z] = (carried >> np.uint64(z) & ONE) + (carried_next >> np.uint64(z) & ONE)


@compiled
def _write_rows(
    layout: Layout,
    constants: States,
    positions: States,
    keys: NDArray[np.uint32],
    held: States,
    skipped: int,
    main: Words,
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
            _write_limbs(row, layout.before, lanes)
            mix_columns(lanes, parity)
            for x in range(SIDE):
                _write_bits(row, layout.parity[x], parity[x])
                _write_pairs(row, layout.pairs[x], lanes, x)
            for lane in range(LANES):
                _write_bits(row, layout.mixed[lane], lanes[lane])
            move_and_mix_rows(lanes, moved)
            for i in range(len(positions)):
                row[layout.plain[i]] = lanes[0] >> positions[i] & ONE
            lanes[0] ^= constants[number]
            _write_limbs(row, layout.after, lanes)
