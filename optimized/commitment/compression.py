"""SHA-256's compression function on as many messages as there are lanes.

Where the processor has instructions for it, the lanes are turned into rows, two messages at a time go through them,
and rows are turned back: half the time of calculating in lanes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from llvmlite import binding, ir

from optimized.hashing.sha256 import compress_in_place
from optimized.lanes.vectors import (
    LANES,
    VECTOR,
    WORD,
    Builder,
    Emitted,
    cgutils,
    config,
    emit_transposed,
    intrinsic,
    types,
)
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, WORD_BYTES, Domain
from spec.protocol.sha256 import ROUND_CONSTANTS

INDEX = ir.IntType(64)

QUARTER = 4
"""Words of the instructions' registers."""

ROW = ir.VectorType(WORD, QUARTER)
SIDE_BY_SIDE = 2
"""Messages whose instructions hide each other's waiting."""

UNDEFINED = ir.Constant(ROW, ir.Undefined)

Rows: TypeAlias = list[Emitted]
"""Registers of four words."""


def _has_instructions() -> bool:
    """Whether compiled code may use x86's instructions for SHA-256: what numba tells LLVM about the processor."""
    features = config.CPU_FEATURES
    if features is None:
        features = binding.get_host_cpu_features().flatten()
    return "+sha" in features.split(",")


HAS_INSTRUCTIONS = _has_instructions()


def initial_value(domain: Domain) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """A domain's initial value as an array of words."""
    return np.array(domain.initial_value, dtype=np.uint32)


def _call(builder: Builder, name: str, *arguments: Emitted) -> Emitted:
    kind = ir.FunctionType(ROW, [ROW] * len(arguments))
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def _chosen(builder: Builder, left: Emitted, right: Emitted, *words: int) -> Emitted:
    """These words of two registers, numbered through."""
    return builder.shuffle_vector(left, right, ir.Constant(ir.VectorType(WORD, len(words)), words))


def _compress_rows(builder: Builder, messages: Sequence[tuple[Rows, Rows]]) -> list[Rows]:
    """One compression of each message: two registers of state and four of a block to two of state.

    The instructions take the state's words as f, e, b, a and h, g, d, c.
    """
    states = [
        (_chosen(builder, state[1], state[0], 1, 0, 5, 4), _chosen(builder, state[1], state[0], 3, 2, 7, 6))
        for state, _ in messages
    ]
    first = list(states)
    schedules = [list(block) for _, block in messages]
    for four_rounds in range(len(ROUND_CONSTANTS) // QUARTER):
        constants = ir.Constant(ROW, ROUND_CONSTANTS[QUARTER * four_rounds : QUARTER * (four_rounds + 1)])
        for number, (abef, cdgh) in enumerate(states):
            words = schedules[number]
            if four_rounds >= len(words):
                earlier = _call(builder, "llvm.x86.sha256msg1", words[-4], words[-3])
                earlier = builder.add(earlier, _chosen(builder, words[-2], words[-1], 1, 2, 3, 4))
                words.append(_call(builder, "llvm.x86.sha256msg2", earlier, words[-1]))
            summand = builder.add(words[four_rounds], constants)
            upper = _chosen(builder, summand, UNDEFINED, 2, 3, 2, 3)
            cdgh = _call(builder, "llvm.x86.sha256rnds2", cdgh, abef, summand)
            states[number] = (_call(builder, "llvm.x86.sha256rnds2", abef, cdgh, upper), cdgh)
    results = []
    for (abef, cdgh), (abef_before, cdgh_before) in zip(states, first, strict=True):
        left, right = builder.add(abef, abef_before), builder.add(cdgh, cdgh_before)
        results.append([_chosen(builder, left, right, 3, 2, 7, 6), _chosen(builder, left, right, 1, 0, 5, 4)])
    return results


def _load_rows(builder: Builder, pointer: Emitted, count: int) -> Rows:
    rows = [builder.load(builder.gep(pointer, [ir.Constant(INDEX, i)])) for i in range(count)]
    for row in rows:
        row.align = WORD_BYTES
    return rows


def _rows_function(module: Emitted) -> Emitted:
    """A function of LLVM: (state, block) of each lane one after the other, one compression of each.

    It stands alone, so that no register is in its wide form: the instructions are old ones, which would wait for it.
    """
    name = "limpid_sha256_rows"
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [ROW.as_pointer()] * 2), name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    builder = ir.IRBuilder(function.append_basic_block())
    state_rows, block_rows = STATE_WORDS // QUARTER, BLOCK_WORDS // QUARTER
    with cgutils.for_range(builder, ir.Constant(INDEX, LANES // SIDE_BY_SIDE)) as loop:
        pointers, messages = [], []
        for i in range(SIDE_BY_SIDE):
            lane = builder.add(builder.mul(loop.index, ir.Constant(INDEX, SIDE_BY_SIDE)), ir.Constant(INDEX, i))
            state, block = (
                builder.gep(argument, [builder.mul(lane, ir.Constant(INDEX, rows))])
                for argument, rows in zip(function.args, (state_rows, block_rows), strict=True)
            )
            pointers.append(state)
            messages.append((_load_rows(builder, state, state_rows), _load_rows(builder, block, block_rows)))
        for pointer, rows in zip(pointers, _compress_rows(builder, messages), strict=True):
            for i, row in enumerate(rows):
                builder.store(row, builder.gep(pointer, [ir.Constant(INDEX, i)])).align = WORD_BYTES
    builder.ret_void()
    return function


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
        builder.call(_rows_function(builder.module), arguments)
        rows = _vectors(builder, rows_state, 0, LANES, STATE_WORDS)
        _copy_transposed(builder, rows, _vectors(builder, lanes_state, 0, STATE_WORDS), LANES)
        return context.get_dummy_value()

    return types.void(state, block), code


compress: Callable[..., None] = compress_by_instructions if HAS_INSTRUCTIONS else compress_in_place
"""(state, block): one compression of a message in each lane, eight words of state, changed, and sixteen of a block."""
