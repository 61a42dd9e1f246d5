"""Modular arithmetic on long integers: result = (left * right + addend) modulo the modulus, with result < modulus.

The row knows the quotient: left * right + addend = quotient * modulus + result over the integers. A product of numbers
of n bytes is a schoolbook's: 2 n columns of products of bytes, joined two at a time to limbs of 16 bits. Each limb's
equation carries into the next one, and nothing is carried out of the last.

Every equation is one over the integers. A column has at most n terms of at most 255^2, so a joined pair lies below
257 * n * 255^2, which for n = 48 is less than 3 * 2^28, and so does the difference of two. A carry of at most 2^14 in
absolute value, times 2^16, adds 2^30, and two limbs and the carry that comes in less than 2^18: all together are below
p. Of honest rows no carry exceeds 3 * 2^28 / 2^16 by more than 2, which is less than 2^14.
"""

from __future__ import annotations

from collections.abc import Sequence

from spec.air.chip import Chip
from spec.air.expression import Expression, lift, total
from spec.isa.calls import MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, Call
from spec.memory_map import DOUBLEWORD_BYTES
from spec.rv64im.buses import LIMB_BITS
from spec.rv64im.call_row import CallRow, doublewords_of_limbs
from spec.rv64im.gadgets import LIMB_BASE, byte_pairs, limbs_of_bytes, ranged_limbs

CARRY_BITS = 15
"""Carries lie in [-2^14, 2^14)."""

CARRY_BIAS = 1 << CARRY_BITS - 1


def _multiply_add_modulo(call: Call) -> Chip:
    size = DOUBLEWORD_BYTES * call.operands[0].doublewords
    row = CallRow(call, f"result = (left * right + addend) modulo the modulus, of {8 * size} bits each.")
    left, right, modulus = (byte_pairs(row, name, size) for name in ("left", "right", "modulus"))
    quotient = byte_pairs(row, "quotient", size)
    addend, before = row.column_array("addend", size // 2), row.column_array("before", size // 2)
    result = ranged_limbs(row, "result", size // 2)
    product = _limbs_of_product(row, "product", left, right)
    multiple = _limbs_of_product(row, "multiple", quotient, modulus)
    incoming: Expression = lift(0)
    for i in range(size):
        difference = product[i] - multiple[i] + incoming
        if i < len(result):
            difference = difference + addend[i] - result[i]
        if i < size - 1:
            incoming = row.column(f"carry_{i}")
            row.in_range(f"carry_{i}_has_{CARRY_BITS}_bits", incoming + CARRY_BIAS, CARRY_BITS, row.real)
            difference = difference - incoming * LIMB_BASE
        row.zero(f"limb_{i}_of_the_division", difference)
    _is_below(row, result, limbs_of_bytes(modulus))
    row.operand("left", doublewords_of_limbs(limbs_of_bytes(left)))
    row.operand("right", doublewords_of_limbs(limbs_of_bytes(right)))
    row.operand("addend_and_modulus", doublewords_of_limbs([*addend, *limbs_of_bytes(modulus)]))
    row.operand("result", doublewords_of_limbs(before), doublewords_of_limbs(result))
    return row.finish_call(result)


def _limbs_of_product(
    row: CallRow, name: str, left: Sequence[Expression], right: Sequence[Expression]
) -> list[Expression]:
    """The product of two numbers of as many bytes, as limbs that are not reduced: a name for each."""
    size = len(left)
    columns = [
        total(left[i] * right[k - i] for i in range(max(0, k - size + 1), min(k + 1, size))) for k in range(2 * size)
    ]
    return [row.define(f"{name}_{i}", columns[2 * i] + columns[2 * i + 1] * 256) for i in range(size)]


def _is_below(row: CallRow, smaller: Sequence[Expression], larger: Sequence[Expression]) -> None:
    """smaller < larger: one limb decides, the limbs above it are equal, and in it the margin is at least 1.

    Both have 16 bits, so a margin less 1 of 16 bits is one over the integers.
    """
    flags = [row.column(f"decides_{i}") for i in range(1, len(larger))]
    for i, flag in enumerate(flags, start=1):
        row.boolean(f"decides_{i}_is_boolean", flag)
    undecided = row.real
    differences = [above - below for above, below in zip(larger, smaller, strict=True)]
    for i in reversed(range(1, len(larger))):
        undecided = undecided - flags[i - 1]
        row.zero(f"undecided_limb_{i}_is_equal", undecided * differences[i])
    lowest = row.define("decides_0", undecided)
    row.boolean("one_limb_decides", lowest)
    margin = row.column("margin")
    deciding = total(flag * difference for flag, difference in zip([lowest, *flags], differences, strict=True))
    row.zero("margin_is_of_the_deciding_limb", deciding - margin)
    row.in_range("margin_is_positive", margin - 1, LIMB_BITS, row.real)


CHIPS = (_multiply_add_modulo(MULTIPLY_ADD_MODULO_256), _multiply_add_modulo(MULTIPLY_ADD_MODULO_384))
