"""The levels of a transform that end with one block for each lane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from optimized.commitment.factors import LANES_LOG2, Factors, roots
from optimized.field.lanes import emit_add, emit_multiply, emit_multiply_by_known, emit_subtract
from optimized.lanes.vectors import (
    LANES,
    VECTOR,
    Builder,
    Emitted,
    constant,
    emit_transposed,
    intrinsic,
    types,
)
from spec.protocol.hash import WORD_BYTES

_FACTORS = Factors.of(roots(LANES_LOG2 - 1))
"""They are known when code is made."""


def _emit_split(builder: Builder, vectors: Sequence[Emitted]) -> list[Emitted]:
    """The first levels: vector k has neighbours of part k of a block, afterwards of block k."""
    parts = list(vectors)
    distance = LANES // 2
    while distance:
        for block in range(LANES // (2 * distance)):
            for low in range(2 * distance * block, 2 * distance * block + distance):
                high = parts[low + distance]
                if block:
                    factor, companion = (
                        constant(int(table[block])) for table in (_FACTORS.factors, _FACTORS.companions)
                    )
                    high = emit_multiply_by_known(builder, high, factor, companion)
                parts[low], parts[low + distance] = (
                    emit_add(builder, parts[low], high),
                    emit_subtract(builder, parts[low], high),
                )
        distance //= 2
    return parts


@intrinsic  # type: ignore[untyped-decorator]
def split_square(
    _context: Any, source: Any, at: Any, stride: Any, powers: Any, powers_at: Any, target: Any, target_at: Any
) -> Any:
    """Takes as many vectors as lanes, a stride apart, times powers in Montgomery's form that lie likewise; splits them
    into one block for each lane, and writes them transposed: entry after entry, the blocks side by side."""

    def code(context: Any, builder: Builder, signature: Any, values: Any) -> Emitted:
        def pointers(number: int, start: Emitted, step: Emitted) -> list[Emitted]:
            base = context.make_array(signature.args[number])(context, builder, values[number]).data
            positions = [start]
            while len(positions) < LANES:
                positions.append(builder.add(positions[-1], step))
            return [builder.bitcast(builder.gep(base, [i]), VECTOR.as_pointer()) for i in positions]

        products = []
        for pair in zip(pointers(0, values[1], values[2]), pointers(3, values[4], values[2]), strict=True):
            factors = [builder.load(pointer) for pointer in pair]
            for factor in factors:
                factor.align = WORD_BYTES
            products.append(emit_multiply(builder, *factors))
        rows = emit_transposed(builder, _emit_split(builder, products))
        for row, pointer in zip(rows, pointers(5, values[6], ir.Constant(ir.IntType(64), LANES)), strict=True):
            builder.store(row, pointer).align = WORD_BYTES
        return context.get_dummy_value()

    return types.void(source, types.intp, types.intp, powers, types.intp, target, types.intp), code
