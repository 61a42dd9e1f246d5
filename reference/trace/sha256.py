"""Cells of the call of SHA-256's compression function, and of the rows of its work tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference.trace.cells import Cells, Filler, WorkFiller, array, byte_array, parts, pointer_cells
from reference.trace.clock import Row
from spec.air.chips.sha256 import (
    HALVES,
    LIMB_BASE,
    LIMB_BITS,
    MESSAGE_WORDS,
    ROUNDS,
    STATE_WORDS,
    WORD_BITS,
    Sha256Layout,
)
from spec.isa.calls import SHA256_COMPRESS, bytes_of, words_of
from spec.protocol.sha256 import ROUND_CONSTANTS
from spec.rv64im.chips.sha256 import BLOCK_BYTES, LAYOUT

WORD_MASK = (1 << WORD_BITS) - 1

Limbs = tuple[int, ...]
"""Lower and upper 16 bits; of a pending sum, not reduced."""


def _call(row: Row) -> Cells:
    accesses = row.accesses
    before = [limb for word in _state(row) for limb in _limbs(word)]
    after = [limb for i in range(4) for limb in parts(accesses[f"state_{i}"].after, LIMB_BITS, 4)]
    rounds = [limb for i in range(0, 16, 2) for limb in _limbs((_word(after, i) - _word(before, i)) & WORD_MASK)]
    cells = pointer_cells(row) | array("before", before) | array("rounds", rounds) | array("after", after)
    return cells | byte_array("block", int.from_bytes(_block(row), "little"), BLOCK_BYTES)


def _state(row: Row) -> list[int]:
    """The eight words that the compression starts from."""
    return words_of([row.accesses[f"state_{i}"].before for i in range(4)])


def _block(row: Row) -> bytes:
    """The 64 bytes that it takes in."""
    return bytes_of([row.accesses[f"block_{i}"].before for i in range(8)])


def _limbs(word: int) -> Limbs:
    return word % LIMB_BASE, word >> LIMB_BITS


def _word(limbs: Sequence[int], first: int) -> int:
    return limbs[first] + (limbs[first + 1] << LIMB_BITS)


def _work(row: Row) -> list[tuple[str, Cells]]:
    return compression_cells(LAYOUT, row.clock, _state(row), _block(row))


def compression_cells(layout: Sha256Layout, key: int, state: Sequence[int], block: bytes) -> list[tuple[str, Cells]]:
    """The rows of both work tables for one compression, as cells by column name, in the order of the rounds."""
    message = [int.from_bytes(block[i : i + 4], "big") for i in range(0, len(block), 4)]
    return compression_rows(layout, key, state, message)


def compression_rows(
    layout: Sha256Layout, key: Any, state: Sequence[Any], message: Sequence[Any]
) -> list[tuple[str, dict[str, Any]]]:
    """The same from the message's words; or for several compressions at once, where key and words are arrays of
    64-bit integers, and so are the cells."""
    return rows_from(layout, key, 0, state, [(0, 0)] * MESSAGE_WORDS, message)


def rows_from(
    layout: Sha256Layout,
    key: Any,
    first: int,
    working: Sequence[Any],
    pending: Sequence[Limbs],
    message: Sequence[Any],
) -> list[tuple[str, dict[str, Any]]]:
    """The rows from the round `first` on, before which working variables and pending sums stand like this."""
    rows = []
    for start in range(first, ROUNDS, layout.rounds_per_row):
        table = layout.first if start < MESSAGE_WORDS else layout.rest
        rounds = _RowRounds(start, working, pending)
        cells = _selectors(layout, start) | {"key": key} | rounds.entering(table.columns)
        for step in range(layout.rounds_per_row):
            cells |= rounds.round(step, message[start + step] if start < MESSAGE_WORDS else None)
        cells |= rounds.leaving(table.columns)
        working, pending = rounds.working, rounds.pending
        rows.append((table.name, cells))
    return rows


def _selectors(layout: Sha256Layout, start: int) -> Cells:
    """Which kind of row it is, among those of its table: a table with rows of one kind only says that they are real."""
    rounds = range(MESSAGE_WORDS) if start < MESSAGE_WORDS else range(MESSAGE_WORDS, ROUNDS)
    starts = rounds[:: layout.rounds_per_row]
    return {"real": 1} if len(starts) == 1 else {f"from_round_{kind}": int(kind == start) for kind in starts}


class _RowRounds:
    """The rounds of one row: working variables and pending sums as they stand."""

    def __init__(self, start: int, working: Sequence[int], pending: Sequence[Limbs]) -> None:
        self.start = start
        self.working = list(working)
        self.pending = list(pending)

    def entering(self, columns: Sequence[str]) -> Cells:
        """What the row takes from the one before."""
        cells: Cells = {}
        for name, word in zip(STATE_WORDS, self.working, strict=True):
            cells |= _halves(name, _limbs(word)) if name in "dh" else _bits(name, word)
        if "pending_0_low" in columns:
            for i, limbs in enumerate(self.pending):
                cells |= _halves(f"pending_{i}", limbs)
        return cells

    def leaving(self, columns: Sequence[str]) -> Cells:
        """The pending sums that have columns after the row's rounds."""
        cells: Cells = {}
        for i, limbs in enumerate(self.pending):
            cells |= _halves(f"left_{i}", limbs)
        return {name: limb for name, limb in cells.items() if name in columns}

    def round(self, step: int, message_word: int | None) -> Cells:
        """The cells of one round, whose word is the message's or the schedule's next."""
        cells: Cells = {}
        terms = self.pending.pop(0)
        if message_word is None:
            word, carries = _reduced(terms)
            cells |= _carries(f"word_{step}", carries, 2)
        else:
            word = message_word
        self._extend_schedule(word)
        a, b, c, d, e, f, g, h = self.working
        big_sigma_1 = _rotated(e, 6) ^ _rotated(e, 11) ^ _rotated(e, 25)
        choice = (e & f) ^ (~e & WORD_MASK & g)
        big_sigma_0 = _rotated(a, 2) ^ _rotated(a, 13) ^ _rotated(a, 22)
        majority = (a & b) ^ (a & c) ^ (b & c)
        constant = ROUND_CONSTANTS[self.start + step]
        new_e, e_carries = _reduced(_sum(d, h, big_sigma_1, choice, constant, word))
        low, high = _sum(new_e, big_sigma_0, majority)
        taken_low, taken_high = _limbs(d)
        new_a, a_carries = _reduced((low - taken_low, high - taken_high))
        self.working = [new_a, a, b, c, new_e, e, f, g]
        cells |= _bits(f"word_{step}", word) | _bits(f"new_e_{step}", new_e) | _bits(f"new_a_{step}", new_a)
        cells |= _carries(f"new_e_{step}", e_carries, 3)
        # A carry of -1 stands as 0.
        return cells | _carries(f"new_a_{step}", [carry + 1 for carry in a_carries], 2)

    def _extend_schedule(self, word: int) -> None:
        self.pending.append(_limbs(word))
        self._add(6, word)
        self._add(14, _rotated(word, 7) ^ _rotated(word, 18) ^ word >> 3)
        self._add(1, _rotated(word, 17) ^ _rotated(word, 19) ^ word >> 10)

    def _add(self, later: int, word: int) -> None:
        low, high = self.pending[later]
        added_low, added_high = _limbs(word)
        self.pending[later] = (low + added_low, high + added_high)


def _rotated(word: int, count: int) -> int:
    return (word >> count | word << WORD_BITS - count) & WORD_MASK


def _sum(*words: int) -> Limbs:
    """The sums of the limbs, not reduced."""
    return sum(word % LIMB_BASE for word in words), sum(word >> LIMB_BITS for word in words)


def _reduced(limbs: Limbs) -> tuple[int, list[int]]:
    """The word that limbs are modulo 2^32, and the carries out of both limbs."""
    low_carry, low = divmod(limbs[0], LIMB_BASE)
    high_carry, high = divmod(limbs[1] + low_carry, LIMB_BASE)
    return low + (high << LIMB_BITS), [low_carry, high_carry]


def _bits(name: str, word: int) -> Cells:
    return array(name, parts(word, 1, WORD_BITS))


def _halves(name: str, limbs: Limbs) -> Cells:
    return {f"{name}_{half}": limb for half, limb in zip(HALVES, limbs, strict=True)}


def _carries(name: str, carries: Sequence[int], bits: int) -> Cells:
    """The bits of the carries out of both limbs."""
    return {
        f"{name}_{half}_carry_{i}": bit
        for half, carry in zip(HALVES, carries, strict=True)
        for i, bit in enumerate(parts(carry, 1, bits))
    }


FILLERS: dict[str, Filler] = {SHA256_COMPRESS.name: _call}
WORK_FILLERS: dict[str, WorkFiller] = {SHA256_COMPRESS.name: _work}
