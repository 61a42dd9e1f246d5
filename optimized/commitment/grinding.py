"""The search for a nonce, as many at a time as there are lanes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir

from optimized.commitment.compression import initial_value
from optimized.compilation import compiled
from optimized.hashing.instructions import (
    HAS_INSTRUCTIONS,
    INDEX,
    QUARTER,
    ROW,
    SIDE_BY_SIDE,
    add_states,
    emit_rounds,
    function_alone,
    load_rows,
    to_rows,
    to_state,
)
from optimized.hashing.sha256 import compress_in_place
from optimized.lanes.vectors import (
    LANES,
    WORD,
    Builder,
    Emitted,
    broadcast,
    cgutils,
    intrinsic,
    load,
    store,
    types,
)
from optimized.threads import in_parallel
from optimized.words import Words
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, Domain
from spec.protocol.sha256 import ROUND_CONSTANTS

SMALLEST_TASK_GROUPS = 1 << 9
"""Less is done sooner than another thread is woken."""

ROUND_NONCES = 1 << 16
"""Nonces tried by all threads before anyone looks whether one was found."""

HIGH_WORD, LOW_WORD = STATE_WORDS, STATE_WORDS + 1
"""Where a block has the nonce."""

INITIAL_VALUE = initial_value(Domain.GRINDING)


@compiled
def _first_words_in_lanes(state: Words, block: Words, low: int, target: Words) -> None:
    """The first words of the compressions with these low words of the nonce: low, low + 1, ..."""
    words = np.empty(BLOCK_WORDS * LANES, dtype=np.uint32)
    states = np.empty(STATE_WORDS * LANES, dtype=np.uint32)
    for i in range(BLOCK_WORDS):
        store(words, i * LANES, broadcast(block[i]))
    for i in range(STATE_WORDS):
        store(states, i * LANES, broadcast(state[i]))
    for lane in range(LANES):
        words[LOW_WORD * LANES + lane] = low + lane
    compress_in_place(states, words)
    store(target, 0, load(states, 0))


def _write_first_words(builder: Builder, state: Emitted, block: Emitted, low: Emitted, target: Emitted) -> None:
    """The same by instructions. The rounds before the nonce's are the same for all."""
    before = to_state(builder, load_rows(builder, state, STATE_WORDS // QUARTER))
    rows = load_rows(builder, block, BLOCK_WORDS // QUARTER)
    shared = LOW_WORD // QUARTER * QUARTER
    (after_shared,) = emit_rounds(builder, [before], [list(rows)], 0, shared)
    with cgutils.for_range(builder, ir.Constant(INDEX, LANES // SIDE_BY_SIDE)) as loop:
        lanes, schedules = [], []
        for i in range(SIDE_BY_SIDE):
            lane = builder.add(builder.mul(loop.index, ir.Constant(INDEX, SIDE_BY_SIDE)), ir.Constant(INDEX, i))
            nonce = builder.add(low, builder.trunc(lane, WORD))
            schedule = list(rows)
            schedule[LOW_WORD // QUARTER] = builder.insert_element(
                rows[LOW_WORD // QUARTER], nonce, ir.Constant(WORD, LOW_WORD % QUARTER)
            )
            lanes.append(lane)
            schedules.append(schedule)
        results = emit_rounds(builder, [after_shared] * SIDE_BY_SIDE, schedules, shared, len(ROUND_CONSTANTS))
        for lane, after in zip(lanes, results, strict=True):
            first = to_rows(builder, add_states(builder, before, after))[0]
            builder.store(builder.extract_element(first, ir.Constant(WORD, 0)), builder.gep(target, [lane]))


@intrinsic  # type: ignore[untyped-decorator]
def first_words_by_instructions(_context: Any, state: Any, block: Any, low: Any, target: Any) -> Any:
    """`_first_words_in_lanes` by the processor's instructions; only where it has them."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        state_words, block_words, target_words = (
            context.make_array(signature.args[i])(context, builder, values[i]).data for i in (0, 1, 3)
        )
        kinds = [ROW.as_pointer(), ROW.as_pointer(), WORD, WORD.as_pointer()]
        function = function_alone(builder.module, "limpid_sha256_nonces", kinds, _write_first_words)
        rows = [builder.bitcast(words, ROW.as_pointer()) for words in (state_words, block_words)]
        first = context.cast(builder, values[2], signature.args[2], types.uint32)
        builder.call(function, [*rows, first, target_words])
        return context.get_dummy_value()

    return types.void(state, block, low, target), code


first_words: Callable[..., None] = first_words_by_instructions if HAS_INSTRUCTIONS else _first_words_in_lanes


@compiled
def _search(block: Words, mask: np.uint32, start: int, stop: int) -> int:
    """The smallest nonce from `start` on whose first word vanishes under the mask, or -1; the lanes divide the range,
    which has one high word."""
    words = block.copy()
    words[HIGH_WORD] = start >> 32
    found = np.empty(LANES, dtype=np.uint32)
    for first in range(start, stop, LANES):
        first_words(INITIAL_VALUE, words, first, found)
        for lane in range(LANES):
            if found[lane] & mask == np.uint32(0):
                return first + lane
    return -1


def grind(block: Sequence[int], bits: int) -> int:
    """`Kernels.grind`."""
    words, mask = np.array(block, dtype=np.uint32), np.uint32((1 << bits) - 1)
    start = 0
    while True:
        found: list[int] = []

        def search(first: int, last: int, offset: int = start, into: list[int] = found) -> None:
            nonce = _search(words, mask, offset + first * LANES, offset + last * LANES)
            if nonce >= 0:
                into.append(nonce)

        in_parallel(search, ROUND_NONCES // LANES, SMALLEST_TASK_GROUPS)
        if found:
            return min(found)
        start += ROUND_NONCES
