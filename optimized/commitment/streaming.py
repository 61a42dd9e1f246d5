"""Stores past the caches, for what is too much to stay in them.

An ordinary store to a line that is in no cache first reads it from memory, although all of it will be overwritten.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from optimized.lanes.vectors import LANES, VECTOR, Builder, Emitted, intrinsic, lanes_type, types
from optimized.words import Words
from spec.protocol.hash import WORD_BYTES

VECTOR_BYTES = WORD_BYTES * LANES

SMALLEST_STREAMED_WORDS = 1 << 22
"""Less may still be in the last-level cache when it is read."""


def is_streamed(array: Words) -> bool:
    """Whether whole vectors of a flat array, counted from its start, are best stored so: they have to be aligned."""
    return array.size >= SMALLEST_STREAMED_WORDS and array.ctypes.data % VECTOR_BYTES == 0


@intrinsic  # type: ignore[untyped-decorator]
def store_streaming(_context: Any, array: Any, index: Any, lanes: Any) -> Any:
    """Writes neighbours of a flat array of words: all its lanes, from a multiple of them on."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        first = context.make_array(signature.args[0])(context, builder, values[0]).data
        pointer = builder.bitcast(builder.gep(first, [values[1]]), VECTOR.as_pointer())
        stored = builder.store(values[2], pointer)
        stored.align = VECTOR_BYTES
        stored.set_metadata("nontemporal", builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)]))
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes_type), code
