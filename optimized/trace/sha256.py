"""Cells of the call of SHA-256's compression function and of its work tables: the reference's, on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.execution.sha256 import CONSTANTS
from optimized.trace.calls import CallRows, call_cells
from optimized.trace.rows import Cells, Column, byte_array, limb_array
from spec.air.chip import Chip
from spec.air.chips.sha256 import HALVES, LIMB_BITS, MESSAGE_WORDS, ROUNDS, STATE_WORDS, WORD_BITS, Sha256Layout
from spec.rv64im.chips.sha256 import BLOCK_BYTES, LAYOUT

BLOCK, STATE = slice(0, 8), slice(8, 12)
"""Where the operands' doublewords stand among a call's."""

HISTORY = 4
"""So many earlier values of a and e are the other working variables."""

WordArray = NDArray[np.uint32]
Sums = NDArray[np.int64]
LimbPair = tuple[Sums, Sums]


def call(rows: CallRows) -> Cells:
    """The call's own row."""
    held, after = rows.calls.before, rows.calls.after
    cells = call_cells(rows)
    for i in range(BLOCK_BYTES // 8):
        moved = byte_array("block", held[:, i], 8)
        cells |= {f"block_{8 * i + j}": moved[f"block_{j}"] for j in range(8)}
    for i in range(4):
        before_limbs, after_limbs = limb_array("limb", held[:, 8 + i]), limb_array("limb", after[:, 8 + i])
        # In every half the difference modulo 2^32 is what the rounds have added.
        low = (after[:, 8 + i] - held[:, 8 + i]) & np.uint64(2**WORD_BITS - 1)
        high = (after[:, 8 + i] >> np.uint64(WORD_BITS)) - (held[:, 8 + i] >> np.uint64(WORD_BITS))
        added = limb_array("limb", low | high << np.uint64(WORD_BITS))
        for j in range(4):
            cells[f"before_{4 * i + j}"] = before_limbs[f"limb_{j}"]
            cells[f"rounds_{4 * i + j}"] = added[f"limb_{j}"]
            cells[f"after_{4 * i + j}"] = after_limbs[f"limb_{j}"]
    return cells


class Compressions(NamedTuple):
    """Everything that the rounds of some compressions make."""

    words: WordArray
    """(64, count): the schedule."""

    a: WordArray
    """(4 + 64, count): the variable a before the first round and after each, behind its three earlier values."""

    e: WordArray


def _rotated(word: WordArray, count: int) -> WordArray:
    return word >> np.uint32(count) | word << np.uint32(WORD_BITS - count)


def _small_sigma_0(word: WordArray) -> WordArray:
    return _rotated(word, 7) ^ _rotated(word, 18) ^ word >> np.uint32(3)


def _small_sigma_1(word: WordArray) -> WordArray:
    return _rotated(word, 17) ^ _rotated(word, 19) ^ word >> np.uint32(10)


def _big_sigma_0(a: WordArray) -> WordArray:
    return _rotated(a, 2) ^ _rotated(a, 13) ^ _rotated(a, 22)


def _big_sigma_1(e: WordArray) -> WordArray:
    return _rotated(e, 6) ^ _rotated(e, 11) ^ _rotated(e, 25)


def compressions(state: WordArray, message: WordArray) -> Compressions:
    """The rounds from states, (8, count), with blocks, (16, count)."""
    count = state.shape[1]
    words = np.empty((ROUNDS, count), dtype=np.uint32)
    words[:MESSAGE_WORDS] = message
    for t in range(MESSAGE_WORDS, ROUNDS):
        words[t] = _small_sigma_1(words[t - 2]) + words[t - 7] + _small_sigma_0(words[t - 15]) + words[t - 16]
    a, e = (np.empty((HISTORY + ROUNDS, count), dtype=np.uint32) for _ in range(2))
    a[:HISTORY], e[:HISTORY] = state[:4][::-1], state[4:][::-1]
    for t in range(ROUNDS):
        d, c, b, now_a = a[t : t + HISTORY]
        h, g, f, now_e = e[t : t + HISTORY]
        first = h + _big_sigma_1(now_e) + (g ^ (now_e & (f ^ g))) + CONSTANTS[t] + words[t]
        majority = (now_a & b) ^ (now_a & c) ^ (b & c)
        a[t + HISTORY] = first + _big_sigma_0(now_a) + majority
        e[t + HISTORY] = d + first
    return Compressions(words, a, e)


def _of_calls(held: NDArray[np.uint64]) -> Compressions:
    """The rounds of calls whose doublewords these are: (count, at least 12)."""
    in_memory = np.ascontiguousarray(held[:, BLOCK]).view("<u4")
    return compressions(np.ascontiguousarray(held[:, STATE]).view("<u4").T, in_memory.byteswap().T)


class _TableRows:
    """Rows of a work table: which compression each is of, and with which round it starts."""

    def __init__(self, done: Compressions, place: NDArray[np.int64], start: NDArray[np.int64]) -> None:
        self._done = done
        self._place = place
        self._start = start
        self._terms = (
            (16, done.words),
            (15, _small_sigma_0(done.words)),
            (7, done.words),
            (2, _small_sigma_1(done.words)),
        )

    def word(self, step: int) -> WordArray:
        """The schedule's word of a step."""
        return self._done.words[self._start + step, self._place]

    def a(self, step: int) -> WordArray:
        """The variable a before a step; of step -1 to -3 what b to d are before the row."""
        return self._done.a[self._start + step + HISTORY - 1, self._place]

    def e(self, step: int) -> WordArray:
        """The variable e before a step; of step -1 to -3 what f to h are before the row."""
        return self._done.e[self._start + step + HISTORY - 1, self._place]

    def pending(self, step: int, known: int) -> LimbPair:
        """What the first words, up to step `known` of the row, add to the word of a step, limb by limb."""
        sums = (np.zeros(len(self._place), dtype=np.int64), np.zeros(len(self._place), dtype=np.int64))
        for earlier, values in self._terms:
            index = self._start + step - earlier
            counts = (index >= 0) & (step - earlier < known)
            found = np.where(counts, values[np.clip(index, 0, ROUNDS - 1), self._place], np.uint32(0))
            for total, limb in zip(sums, _limbs(found), strict=True):
                total += limb
        return sums

    def constant(self, step: int) -> WordArray:
        return CONSTANTS[self._start + step]


def _limbs(word: WordArray) -> LimbPair:
    wide = word.astype(np.int64)
    return wide & 0xFFFF, wide >> LIMB_BITS


def _sum(*words: WordArray) -> LimbPair:
    pairs = [_limbs(word) for word in words]
    low, high = (sum((pair[half] for pair in pairs), np.int64(0)) for half in range(2))
    return np.asarray(low), np.asarray(high)


def _bits(name: str, word: WordArray) -> Cells:
    return {f"{name}_{i}": word >> np.uint32(i) & np.uint32(1) for i in range(WORD_BITS)}


def _halves(name: str, limbs: Sequence[Column]) -> Cells:
    return {f"{name}_{half}": limb for half, limb in zip(HALVES, limbs, strict=True)}


def _carries(name: str, sums: LimbPair, bits: int, borrow: int = 0) -> Cells:
    """The bits of the carries out of both limbs of a sum, each more by `borrow`."""
    low = sums[0] >> LIMB_BITS
    high = (sums[1] + low) >> LIMB_BITS
    return {
        f"{name}_{half}_carry_{i}": carry + borrow >> i & 1
        for half, carry in zip(HALVES, (low, high), strict=True)
        for i in range(bits)
    }


def work(chip: Chip, rows: CallRows, first: int, stop: int) -> Cells:
    """Rows of a work table from one number to before another; rows of the calls, in their order, are given."""
    calls = calls_of(LAYOUT, chip, first, stop)
    return work_cells(LAYOUT, chip, rows.events.clock[calls], _of_calls(rows.calls.before[calls]), first, stop)


def calls_of(layout: Sha256Layout, chip: Chip, first: int, stop: int) -> slice:
    """The compressions that rows of a work table are of, from one number to before another."""
    per_call = layout.work_rows[chip.name]
    return slice(first // per_call, -(-stop // per_call))


def work_cells(
    layout: Sha256Layout, chip: Chip, keys: NDArray[np.uint32], done: Compressions, first: int, stop: int
) -> Cells:
    """Rows of a work table from one number to before another: given are keys and rounds of `calls_of` these rows."""
    per_call = layout.work_rows[chip.name]
    numbers = np.arange(first, stop)
    place = numbers // per_call - first // per_call
    is_first = chip is layout.first
    start = (0 if is_first else MESSAGE_WORDS) + numbers % per_call * layout.rounds_per_row
    table = _TableRows(done, place, start)
    cells: Cells = {"key": keys[place]} | _selectors(chip, start) | _entering(chip, table)
    for step in range(layout.rounds_per_row):
        cells |= _round(table, step, from_schedule=not is_first)
    return cells | _leaving(chip, table, layout)


def _selectors(chip: Chip, start: NDArray[np.int64]) -> Cells:
    if "real" in chip.columns:
        return {"real": 1}
    names = [name for name in chip.columns if name.startswith("from_round_")]
    return {name: start == int(name.removeprefix("from_round_")) for name in names}


def _entering(chip: Chip, table: _TableRows) -> Cells:
    cells: Cells = {}
    earlier = [table.a(-i) for i in range(HISTORY)] + [table.e(-i) for i in range(HISTORY)]
    for name, word in zip(STATE_WORDS, earlier, strict=True):
        cells |= _halves(name, _limbs(word)) if name in "dh" else _bits(name, word)
    if "pending_0_low" in chip.columns:
        for i in range(MESSAGE_WORDS):
            cells |= _halves(f"pending_{i}", table.pending(i, 0))
    return cells


def _leaving(chip: Chip, table: _TableRows, layout: Sha256Layout) -> Cells:
    cells: Cells = {}
    for i in range(MESSAGE_WORDS):
        if f"left_{i}_low" in chip.columns:
            cells |= _halves(f"left_{i}", table.pending(layout.rounds_per_row + i, layout.rounds_per_row))
    return cells


def _round(table: _TableRows, step: int, *, from_schedule: bool) -> Cells:
    a, b, c, d = (table.a(step - i) for i in range(HISTORY))
    e, f, g, h = (table.e(step - i) for i in range(HISTORY))
    word, new_a, new_e = table.word(step), table.a(step + 1), table.e(step + 1)
    cells = _bits(f"word_{step}", word) | _bits(f"new_a_{step}", new_a) | _bits(f"new_e_{step}", new_e)
    if from_schedule:
        cells |= _carries(f"word_{step}", table.pending(step, step), 2)
    terms = _sum(d, h, _big_sigma_1(e), g ^ (e & (f ^ g)), table.constant(step), word)
    cells |= _carries(f"new_e_{step}", terms, 3)
    low, high = _sum(new_e, _big_sigma_0(a), (a & b) ^ (a & c) ^ (b & c))
    taken_low, taken_high = _limbs(d)
    return cells | _carries(f"new_a_{step}", (low - taken_low, high - taken_high), 2, borrow=1)
