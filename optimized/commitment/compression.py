"""SHA-256's compression function on as many messages as there are lanes.

Where the processor has instructions for it, the lanes can be turned into rows, two messages at a time go through them,
and rows are turned back: half the time of calculating in eight lanes, one and a half times that of sixteen, whose
registers rotate words and take any function of three bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir

from optimized.hashing.instructions import (
    HAS_INSTRUCTIONS,
    INDEX,
    QUARTER,
    ROW,
    SIDE_BY_SIDE,
    emit_compressions,
    function_alone,
)
from optimized.hashing.sha256 import compress_in_place
from optimized.lanes.vectors import (
    LANES,
    VECTOR,
    WORD,
    Builder,
    Emitted,
    cgutils,
    emit_transposed,
    intrinsic,
    types,
)
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, WORD_BYTES, Domain


def initial_value(domain: Domain) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """A domain's initial value as an array of words."""
    return np.array(domain.initial_value, dtype=np.uint32)


def _write_compression(builder: Builder, state: Emitted, block: Emitted) -> None:
    """One compression of each lane's message: states and blocks of all lanes, one after the other."""
    state_rows, block_rows = (ir.Constant(INDEX, words // QUARTER) for words in (STATE_WORDS, BLOCK_WORDS))
    with cgutils.for_range(builder, ir.Constant(INDEX, LANES // SIDE_BY_SIDE)) as loop:
        first = builder.mul(loop.index, ir.Constant(INDEX, SIDE_BY_SIDE))
        lanes = [builder.add(first, ir.Constant(INDEX, i)) for i in range(SIDE_BY_SIDE)]
        states = [builder.gep(state, [builder.mul(lane, state_rows)]) for lane in lanes]
        emit_compressions(builder, states, [builder.gep(block, [builder.mul(lane, block_rows)]) for lane in lanes])


def _vectors(builder: Builder, words: Emitted, first: int, count: int, step: int = LANES) -> list[Emitted]:
    """Pointers to vectors in words of memory."""
    return [
        builder.bitcast(builder.gep(words, [ir.Constant(INDEX, first + step * i)]), VECTOR.as_pointer())
        for i in range(count)
    ]


def _copy_transposed(builder: Builder, sources: Sequence[Emitted], targets: Sequence[Emitted], kept: int) -> None:
    """A square whose first vectors are given, transposed, into as many vectors as are given or kept."""
    square = [builder.load(source) for source in sources]
    for vector in square:
        vector.align = WORD_BYTES
    square += [ir.Constant(VECTOR, ir.Undefined)] * (LANES - len(square))
    half = [ir.Constant(ir.IntType(32), i) for i in range(kept)]
    for vector, target in zip(emit_transposed(builder, square), targets, strict=False):
        if kept < LANES:
            narrow = ir.VectorType(WORD, kept)
            vector = builder.shuffle_vector(vector, vector, ir.Constant(narrow, half))
            target = builder.bitcast(target, narrow.as_pointer())
        builder.store(vector, target).align = WORD_BYTES


@intrinsic  # type: ignore[untyped-decorator]
def compress_by_instructions(_context: Any, state: Any, block: Any) -> Any:
    """`compress_in_place` by the processor's instructions; only where it has them."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        lanes_state, lanes_block = (
            context.make_array(kind)(context, builder, array).data
            for kind, array in zip(signature.args, values, strict=True)
        )
        # Behind the last row of a state a whole register may be written.
        rows_state, rows_block = (
            builder.bitcast(cgutils.alloca_once(builder, WORD, size=LANES * words + LANES), WORD.as_pointer())
            for words in (STATE_WORDS, BLOCK_WORDS)
        )
        for words, lanes, rows in ((STATE_WORDS, lanes_state, rows_state), (BLOCK_WORDS, lanes_block, rows_block)):
            for first in range(0, words, LANES):
                count = min(LANES, words - first)
                sources = _vectors(builder, lanes, first * LANES, count)
                _copy_transposed(builder, sources, _vectors(builder, rows, first, LANES, words), count)
        arguments = [builder.bitcast(rows, ROW.as_pointer()) for rows in (rows_state, rows_block)]
        function = function_alone(builder.module, "limpid_sha256_rows", [ROW.as_pointer()] * 2, _write_compression)
        builder.call(function, arguments)
        rows = _vectors(builder, rows_state, 0, LANES, STATE_WORDS)
        _copy_transposed(builder, rows, _vectors(builder, lanes_state, 0, STATE_WORDS), LANES)
        return context.get_dummy_value()

    return types.void(state, block), code


LANES_THAT_BEAT_INSTRUCTIONS = 16
"""So many messages at a time take less than by instructions, two at a time."""

compress: Callable[..., None] = (
    compress_by_instructions if HAS_INSTRUCTIONS and LANES < LANES_THAT_BEAT_INSTRUCTIONS else compress_in_place
)
"""(state, block): one compression of a message in each lane, eight words of state, changed, and sixteen of a block."""
