"""SHA-256 [FIPS 180-4] on messages side by side: Merkle leaves, inner nodes and proof of work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.lanes.transposition import SideBySide, transpose_rows
from optimized.lanes.vectors import (
    LANES,
    VECTOR,
    Builder,
    Emitted,
    binary,
    broadcast,
    cgutils,
    constant,
    intrinsic,
    load,
    store,
    transpose_square,
    types,
    unary,
)
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.words import Elements, Words
from spec.protocol.hash import NODE_INITIAL_VALUE, ROUND_CONSTANTS, SHA256_INITIAL_VALUE

Digests: TypeAlias = Words
"""(count, 8) digests as big-endian words."""

BLOCK_WORDS = 16
DIGEST_WORDS = 8
SMALLEST_TASK_GROUPS = 64
"""Groups of messages below which a thread is not worth its start."""

INITIAL_VALUE = np.array(SHA256_INITIAL_VALUE, dtype=np.uint32)
NODE_VALUE = np.array(NODE_INITIAL_VALUE, dtype=np.uint32)


def _shift_constant(count: int) -> Emitted:
    return ir.Constant(VECTOR, [count] * LANES)


def _rotate_right(builder: Builder, value: Emitted, count: int) -> Emitted:
    right = builder.lshr(value, _shift_constant(count))
    return builder.or_(right, builder.shl(value, _shift_constant(32 - count)))


def _exclusive_or(builder: Builder, *values: Emitted) -> Emitted:
    total = values[0]
    for value in values[1:]:
        total = builder.xor(total, value)
    return total


def _sum(builder: Builder, *values: Emitted) -> Emitted:
    total = values[0]
    for value in values[1:]:
        total = builder.add(total, value)
    return total


def _emit_compression(builder: Builder, state: Sequence[Emitted], block: Sequence[Emitted]) -> list[Emitted]:
    """The compression function [FIPS 180-4, 6.2.2], unrolled: eight words and sixteen words to eight words."""
    schedule = list(block)
    a, b, c, d, e, f, g, h = state
    for t, round_constant in enumerate(ROUND_CONSTANTS):
        if t >= BLOCK_WORDS:
            x, y = schedule[t - 15], schedule[t - 2]
            small_sigma_0 = _exclusive_or(
                builder,
                _rotate_right(builder, x, 7),
                _rotate_right(builder, x, 18),
                builder.lshr(x, _shift_constant(3)),
            )
            small_sigma_1 = _exclusive_or(
                builder,
                _rotate_right(builder, y, 17),
                _rotate_right(builder, y, 19),
                builder.lshr(y, _shift_constant(10)),
            )
            schedule.append(_sum(builder, schedule[t - 16], small_sigma_0, schedule[t - 7], small_sigma_1))
        big_sigma_0 = _exclusive_or(builder, *(_rotate_right(builder, a, count) for count in (2, 13, 22)))
        big_sigma_1 = _exclusive_or(builder, *(_rotate_right(builder, e, count) for count in (6, 11, 25)))
        # Two forms with one operation less than the standard's: majority and choice bit by bit.
        majority = _exclusive_or(builder, builder.and_(_exclusive_or(builder, a, b), _exclusive_or(builder, a, c)), a)
        choice = _exclusive_or(builder, g, builder.and_(e, _exclusive_or(builder, f, g)))
        first = _sum(builder, h, constant(round_constant), schedule[t], big_sigma_1, choice)
        second = builder.add(big_sigma_0, majority)
        a, b, c, d, e, f, g, h = builder.add(first, second), a, b, c, builder.add(d, first), e, f, g
    return [builder.add(old, new) for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True)]


def _emit_byte_swap(builder: Builder, value: Emitted) -> Emitted:
    swap = cgutils.get_or_insert_function(builder.module, ir.FunctionType(VECTOR, [VECTOR]), f"llvm.bswap.v{LANES}i32")
    return builder.call(swap, [value])


byte_swap = unary(lambda builder, value: [_emit_byte_swap(builder, value[0])])

shifted_by_a_byte = binary(
    lambda builder, previous, current: [
        builder.or_(
            builder.and_(previous[0], constant(0xFF000000)),
            builder.lshr(_emit_byte_swap(builder, current[0]), _shift_constant(8)),
        )
    ]
)
"""The message word of the last byte of one little-endian word and the first three of the next."""


@intrinsic  # type: ignore[untyped-decorator]
def compress_in_place(_context: Any, state: Any, block: Any) -> Any:
    """One compression of a message in each lane: eight words of state, changed, and sixteen of a block."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        pointers = []
        for kind, value, count in zip(signature.args, values, (DIGEST_WORDS, BLOCK_WORDS), strict=True):
            first = context.make_array(kind)(context, builder, value).data
            base = builder.bitcast(first, VECTOR.as_pointer())
            pointers.append([builder.gep(base, [ir.Constant(ir.IntType(64), i)]) for i in range(count)])
        loaded = []
        for of_array in pointers:
            loaded.append([builder.load(pointer) for pointer in of_array])
            for lanes in loaded[-1]:
                lanes.align = 4
        for result, pointer in zip(_emit_compression(builder, *loaded), pointers[0], strict=True):
            builder.store(result, pointer).align = 4
        return context.get_dummy_value()

    return types.void(state, block), code


@compiled
def _write_digests(state: Words, digests: Words, row: int, scratch: Words) -> None:
    """The state of every lane as a row of digests; the scratch takes two squares of lanes."""
    for i in range(DIGEST_WORDS):
        store(scratch, LANES * i, load(state, LANES * i))
    transpose_square(scratch, 0, LANES, scratch, LANES * LANES, LANES)
    for lane in range(LANES):
        for i in range(DIGEST_WORDS):
            digests[(row + lane) * DIGEST_WORDS + i] = scratch[(LANES + lane) * LANES + i]


@compiled
def _hash_rows(
    addresses: NDArray[np.int64], widths: NDArray[np.int64], height: int, digests: Words, first: int, groups: int
) -> None:
    """The leaf digests of `groups` times the lanes neighbouring rows of matrices side by side, from row `first` on.

    The prefix byte 0 shifts every word by a byte: a message word has the last byte of one element and the
    first three of the next. The last word closes with the padding's 1 bit.
    """
    width = widths.sum()
    blocks = (1 + 4 * width + 9 + 63) // 64
    message = np.empty((width + LANES) * LANES, dtype=np.uint32)
    state = np.empty(DIGEST_WORDS * LANES, dtype=np.uint32)
    block = np.empty(BLOCK_WORDS * LANES, dtype=np.uint32)
    scratch = np.zeros(2 * LANES * LANES, dtype=np.uint32)
    for group in range(groups):
        row, column = first + group * LANES, 0
        for matrix in range(len(addresses)):
            taken = widths[matrix]
            transpose_rows(addresses[matrix], height * taken, taken, row, scratch, message, column * LANES, LANES)
            column += taken
        for i in range(DIGEST_WORDS):
            store(state, LANES * i, broadcast(INITIAL_VALUE[i]))
        previous = broadcast(0)
        for number in range(blocks):
            for i in range(BLOCK_WORDS):
                column = number * BLOCK_WORDS + i
                if column < width:
                    current = load(message, LANES * column)
                    store(block, LANES * i, shifted_by_a_byte(previous, current))
                    previous = current
                elif column == width:
                    # 0x80 in little-endian order is the byte after the last.
                    store(block, LANES * i, shifted_by_a_byte(previous, broadcast(0x80)))
                elif column == blocks * BLOCK_WORDS - 1:
                    store(block, LANES * i, broadcast(8 * (1 + 4 * width)))
                else:
                    store(block, LANES * i, broadcast(0))
            compress_in_place(state, block)
        _write_digests(state, digests, row, scratch)


@compiled
def _compress_nodes(
    left: Words, left_stride: int, right: Words, right_stride: int, last: int, digests: Words, first: int, groups: int
) -> None:
    """Inner nodes over digests a stride apart, from node `first` on; those behind node `last` are that one again."""
    state = np.empty(DIGEST_WORDS * LANES, dtype=np.uint32)
    # A square of lanes from the right digests ends behind the block.
    block = np.empty((DIGEST_WORDS + LANES) * LANES, dtype=np.uint32)
    messages = np.zeros((LANES + 1) * BLOCK_WORDS, dtype=np.uint32)
    scratch = np.zeros(2 * LANES * LANES, dtype=np.uint32)
    for group in range(groups):
        row = first + group * LANES
        # Behind the last digest there may be nothing to load.
        if row + LANES < last:
            transpose_square(left, row * left_stride, left_stride, block, 0, LANES)
            transpose_square(right, row * right_stride, right_stride, block, DIGEST_WORDS * LANES, LANES)
        else:
            for lane in range(LANES):
                taken, at = min(row + lane, last), lane * BLOCK_WORDS
                for i in range(DIGEST_WORDS):
                    messages[at + i] = left[taken * left_stride + i]
                    messages[at + DIGEST_WORDS + i] = right[taken * right_stride + i]
            for column in range(0, BLOCK_WORDS, LANES):
                transpose_square(messages, column, BLOCK_WORDS, block, column * LANES, LANES)
        for i in range(DIGEST_WORDS):
            store(state, LANES * i, broadcast(NODE_VALUE[i]))
        compress_in_place(state, block)
        _write_digests(state, digests, row, scratch)


def leaf_digests(matrices: Sequence[Elements]) -> Digests:
    """The leaf digest of each row of matrices of one height, side by side: (height, 8)."""
    height = len(matrices[0])
    padded = -(-height // LANES) * LANES
    digests = arrays.empty(padded, DIGEST_WORDS)
    rows, flat = SideBySide.of(matrices), digests.reshape(-1)

    def hash_groups(start: int, stop: int) -> None:
        _hash_rows(rows.addresses, rows.widths, height, flat, start * LANES, stop - start)

    in_parallel(hash_groups, padded // LANES, SMALLEST_TASK_GROUPS)
    return digests[:height]


def _rows_as_words(digests: Digests) -> tuple[Words, int]:
    """The memory behind rows of digests as flat words, and how many of them lie from one row to the next."""
    stride, word = digests.strides
    if word != digests.itemsize or stride % word or stride < 0:
        return np.ascontiguousarray(digests).reshape(-1), DIGEST_WORDS
    count = (len(digests) - 1) * (stride // word) + DIGEST_WORDS
    return as_strided(digests, (count,), (word,)), stride // word


def compress(left: Digests, right: Digests) -> Digests:
    """The inner Merkle node over each pair of digests: (count, 8)."""
    count = len(left)
    padded = -(-count // LANES) * LANES
    nodes = arrays.empty(padded, DIGEST_WORDS)
    operands = (*_rows_as_words(left), *_rows_as_words(right), count - 1, nodes.reshape(-1))

    def hash_groups(start: int, stop: int) -> None:
        _compress_nodes(*operands, start * LANES, stop - start)

    in_parallel(hash_groups, padded // LANES, SMALLEST_TASK_GROUPS)
    return nodes[:count]
