"""Rows of the work tables of SHA-256's compressions, for any machine that has them: the reference's, compiled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.execution.sha256 import CONSTANTS
from optimized.words import Words
from spec.air.chip import Chip
from spec.air.chips.sha256 import HALVES, MESSAGE_WORDS, ROUNDS, STATE_WORDS, WORD_BITS, Sha256Layout

HISTORY = 4
"""So many earlier values of a and e are the other working variables."""

WordArray = NDArray[np.uint32]
Places = NDArray[np.int64]

U32, I64 = np.uint32, np.int64
LIMB_BITS, LIMB_MASK = 16, 0xFFFF

ABSENT = -1
"""In the place of a column that the table does not have."""

KNOWN_LAYOUTS = 8
"""Bounds the memory that layouts take: what was not used for long goes."""


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


class Layout(NamedTuple):
    """Where the columns of a work table stand: the first of an array of bits, or one; `ABSENT` if there is none."""

    key: int
    selectors: Places
    """By kind of row, in the order of the rounds."""

    entering: Places
    """(8, 2): by working variable; of one in bits the first bit, and ABSENT."""

    pending: Places
    """(16, 2): by word and half."""

    left: Places
    """(16, 2)."""

    words: Places
    """By step; likewise the next two."""

    new_a: Places
    new_e: Places
    word_carries: Places
    """(steps, 2): by half, the first bit; likewise the next two."""

    new_a_carries: Places
    new_e_carries: Places
    first_round: int


WORD_CARRY_BITS, A_CARRY_BITS, E_CARRY_BITS = 2, 2, 3


def calls_of(layout: Sha256Layout, chip: Chip, first: int, stop: int) -> slice:
    """The compressions that rows of a work table are of, from one number to before another."""
    per_call = layout.work_rows[chip.name]
    return slice(first // per_call, -(-stop // per_call))


def write_work_rows(
    layout: Sha256Layout,
    chip: Chip,
    keys: NDArray[np.uint32],
    done: Compressions,
    first: int,
    stop: int,
    main: Words,
) -> None:
    """Writes rows of a work table from one number to before another into `main`, (stop - first, columns).

    Given are keys and rounds of `calls_of` these rows.
    """
    steps, per_call = layout.rounds_per_row, layout.work_rows[chip.name]
    _write_rows(_layout(layout, chip), done, CONSTANTS, keys, per_call, steps, first % per_call, main[: stop - first])


@lru_cache(maxsize=KNOWN_LAYOUTS)
def _layout(layout: Sha256Layout, chip: Chip) -> Layout:
    """Raises ValueError for a chip with columns of which nothing is known here."""
    columns = {name: place for place, name in enumerate(chip.columns)}
    taken: set[int] = set()

    def take(name: str) -> int:
        place = columns.get(name, ABSENT)
        taken.add(place)
        return place

    def array(name: str, count: int) -> int:
        """The first of columns that stand next to each other."""
        first = take(f"{name}_0")
        if first == ABSENT or [take(f"{name}_{i}") for i in range(count)] != list(range(first, first + count)):
            return ABSENT
        return first

    def halves(name: str, bits: int = 0) -> list[int]:
        return [array(f"{name}_{half}_carry", bits) if bits else take(f"{name}_{half}") for half in HALVES]

    steps = range(layout.rounds_per_row)
    first_round = 0 if chip is layout.first else MESSAGE_WORDS
    kinds = range(first_round, MESSAGE_WORDS if chip is layout.first else ROUNDS, layout.rounds_per_row)
    selectors = [take("real")] if "real" in columns else [take(f"from_round_{start}") for start in kinds]
    entering = []
    for name in STATE_WORDS:
        bits = array(name, WORD_BITS)
        entering.append(halves(name) if bits == ABSENT else [bits, ABSENT])
    found = Layout(
        take("key"),
        _places(selectors),
        _places(entering),
        _places([halves(f"pending_{i}") for i in range(MESSAGE_WORDS)]),
        _places([halves(f"left_{i}") for i in range(MESSAGE_WORDS)]),
        _places([array(f"word_{i}", WORD_BITS) for i in steps]),
        _places([array(f"new_a_{i}", WORD_BITS) for i in steps]),
        _places([array(f"new_e_{i}", WORD_BITS) for i in steps]),
        _places([halves(f"word_{i}", WORD_CARRY_BITS) for i in steps]),
        _places([halves(f"new_a_{i}", A_CARRY_BITS) for i in steps]),
        _places([halves(f"new_e_{i}", E_CARRY_BITS) for i in steps]),
        first_round,
    )
    unknown = [name for name, place in columns.items() if place not in taken]
    if unknown:
        raise ValueError(f"{chip.name}: nothing is known of column {unknown[0]}")
    return found


def _places(places: Sequence[int] | Sequence[Sequence[int]]) -> Places:
    return np.array(places, dtype=np.int64)


@compiled
def _write_bits(row: Words, first: int, word: np.int64, count: int) -> None:
    if first != ABSENT:
        for i in range(count):
            row[first + i] = word >> i & 1


@compiled
def _write_halves(row: Words, places: Places, low: np.int64, high: np.int64) -> None:
    if places[0] != ABSENT:
        row[places[0]], row[places[1]] = low, high


@compiled
def _write_carries(row: Words, places: Places, low: np.int64, high: np.int64, bits: int, borrow: int) -> None:
    """The bits of the carries out of both limbs of a sum, each more by `borrow`."""
    low_carry = low >> LIMB_BITS
    high_carry = (high + low_carry) >> LIMB_BITS
    _write_bits(row, places[0], low_carry + borrow, bits)
    _write_bits(row, places[1], high_carry + borrow, bits)


@compiled
def _turned(word: np.int64, count: int) -> np.int64:
    return (word >> count | word << (WORD_BITS - count)) & 0xFFFFFFFF


@compiled
def _pending(words: WordArray, place: int, start: int, step: int, known: int) -> tuple[np.int64, np.int64]:
    """What the first words, up to step `known` of the row, add to the word of a step, limb by limb."""
    low = high = I64(0)
    for earlier in (16, 15, 7, 2):
        index = start + step - earlier
        if index >= 0 and step - earlier < known:
            word = I64(words[index, place])
            if earlier == 15:
                word = _turned(word, 7) ^ _turned(word, 18) ^ word >> 3
            elif earlier == 2:
                word = _turned(word, 17) ^ _turned(word, 19) ^ word >> 10
            low += word & LIMB_MASK
            high += word >> LIMB_BITS
    return low, high


@compiled
def _last_four(history: WordArray, at: int, place: int) -> tuple[np.int64, np.int64, np.int64, np.int64]:
    return (
        I64(history[at - 1, place]),
        I64(history[at - 2, place]),
        I64(history[at - 3, place]),
        I64(history[at - 4, place]),
    )


@compiled
def _write_rows(
    layout: Layout,
    done: Compressions,
    constants: WordArray,
    keys: NDArray[np.uint32],
    per_call: int,
    steps: int,
    skipped: int,
    main: Words,
) -> None:
    """Rows of compressions one after the other, without the first `skipped` of the first one."""
    for number in range(len(main)):
        row = main[number]
        place, kind = (number + skipped) // per_call, (number + skipped) % per_call
        start = layout.first_round + kind * steps
        row[layout.key] = keys[place]
        for other in range(len(layout.selectors)):
            row[layout.selectors[other]] = 1 if other == kind else 0
        for i in range(2 * HISTORY):
            history = done.a if i < HISTORY else done.e
            word = I64(history[start + HISTORY - 1 - i % HISTORY, place])
            if layout.entering[i, 1] == ABSENT:
                _write_bits(row, layout.entering[i, 0], word, WORD_BITS)
            else:
                _write_halves(row, layout.entering[i], word & LIMB_MASK, word >> LIMB_BITS)
        for i in range(MESSAGE_WORDS):
            low, high = _pending(done.words, place, start, i, 0)
            _write_halves(row, layout.pending[i], low, high)
            low, high = _pending(done.words, place, start, steps + i, steps)
            _write_halves(row, layout.left[i], low, high)
        for step in range(steps):
            at = start + step + HISTORY
            a, b, c, d = _last_four(done.a, at, place)
            e, f, g, h = _last_four(done.e, at, place)
            word, new_a, new_e = I64(done.words[start + step, place]), I64(done.a[at, place]), I64(done.e[at, place])
            _write_bits(row, layout.words[step], word, WORD_BITS)
            _write_bits(row, layout.new_a[step], new_a, WORD_BITS)
            _write_bits(row, layout.new_e[step], new_e, WORD_BITS)
            low, high = _pending(done.words, place, start, step, step)
            _write_carries(row, layout.word_carries[step], low, high, WORD_CARRY_BITS, 0)
            low = high = I64(0)
            sigma_1 = _turned(e, 6) ^ _turned(e, 11) ^ _turned(e, 25)
            for term in (d, h, sigma_1, g ^ (e & (f ^ g)), I64(constants[start + step]), word):
                low += term & LIMB_MASK
                high += term >> LIMB_BITS
            _write_carries(row, layout.new_e_carries[step], low, high, E_CARRY_BITS, 0)
            low, high = -(d & LIMB_MASK), -(d >> LIMB_BITS)
            sigma_0 = _turned(a, 2) ^ _turned(a, 13) ^ _turned(a, 22)
            for term in (new_e, sigma_0, (a & b) ^ (a & c) ^ (b & c)):
                low += term & LIMB_MASK
                high += term >> LIMB_BITS
            _write_carries(row, layout.new_a_carries[step], low, high, A_CARRY_BITS, 1)
