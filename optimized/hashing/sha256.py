"""The compression function of SHA-256 [FIPS 180-4]: of messages side by side in lanes, or of one message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from optimized.lanes.vectors import (
    VECTOR,
    Builder,
    Emitted,
    constant,
    intrinsic,
    types,
)
from spec.protocol.sha256 import ROUND_CONSTANTS

BLOCK_WORDS = 16
DIGEST_WORDS = 8
"""Words of 32 bits (FIPS 180-4)."""


def _constant_beside(value: Emitted, number: int) -> Emitted:
    """A constant to calculate with beside a value: in all lanes, or one word."""
    return constant(number) if value.type == VECTOR else ir.Constant(value.type, number)


def _shift_right(builder: Builder, value: Emitted, count: int) -> Emitted:
    return builder.lshr(value, _constant_beside(value, count))


def _rotate_right(builder: Builder, value: Emitted, count: int) -> Emitted:
    left = builder.shl(value, _constant_beside(value, 32 - count))
    return builder.or_(_shift_right(builder, value, count), left)


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


def emit_compression(builder: Builder, state: Sequence[Emitted], block: Sequence[Emitted]) -> list[Emitted]:
    """The compression function [FIPS 180-4, 6.2.2], unrolled: eight words and sixteen words to eight words, in lanes
    or single ones."""
    schedule = list(block)
    a, b, c, d, e, f, g, h = state
    for t, round_constant in enumerate(ROUND_CONSTANTS):
        if t >= BLOCK_WORDS:
            x, y = schedule[t - 15], schedule[t - 2]
            small_sigma_0 = _exclusive_or(
                builder,
                _rotate_right(builder, x, 7),
                _rotate_right(builder, x, 18),
                _shift_right(builder, x, 3),
            )
            small_sigma_1 = _exclusive_or(
                builder,
                _rotate_right(builder, y, 17),
                _rotate_right(builder, y, 19),
                _shift_right(builder, y, 10),
            )
            schedule.append(_sum(builder, schedule[t - 16], small_sigma_0, schedule[t - 7], small_sigma_1))
        big_sigma_0 = _exclusive_or(builder, *(_rotate_right(builder, a, count) for count in (2, 13, 22)))
        big_sigma_1 = _exclusive_or(builder, *(_rotate_right(builder, e, count) for count in (6, 11, 25)))
        # Two forms with one operation less than the standard's: majority and choice bit by bit.
        majority = _exclusive_or(builder, builder.and_(_exclusive_or(builder, a, b), _exclusive_or(builder, a, c)), a)
        choice = _exclusive_or(builder, g, builder.and_(e, _exclusive_or(builder, f, g)))
        first = _sum(builder, h, _constant_beside(h, round_constant), schedule[t], big_sigma_1, choice)
        second = builder.add(big_sigma_0, majority)
        a, b, c, d, e, f, g, h = builder.add(first, second), a, b, c, builder.add(d, first), e, f, g
    return [builder.add(old, new) for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True)]


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
        for result, pointer in zip(emit_compression(builder, *loaded), pointers[0], strict=True):
            builder.store(result, pointer).align = 4
        return context.get_dummy_value()

    return types.void(state, block), code
