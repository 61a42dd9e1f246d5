"""Constraint patterns that several chips use, each with the argument why it says what it claims.

Limbs are 16 bits wide, so every left-hand side below stays far inside (-p, p) once its carry is boolean: a
vanishing expression is an equation over the integers.
"""

from __future__ import annotations

from collections.abc import Sequence

from spec.air.expression import Expression, lift
from spec.rv64im.buses import BYTE_PAIR, LIMB_BITS, LIMBS
from spec.rv64im.instruction_row import InstructionRow

LIMB_BASE = 1 << LIMB_BITS
LIMB_MAXIMUM = LIMB_BASE - 1


def ranged_limbs(row: InstructionRow, name: str, count: int = LIMBS) -> list[Expression]:
    """New columns of 16 bits each."""
    limbs = row.column_array(name, count)
    for i, limb in enumerate(limbs):
        row.in_range(f"{name}_{i}_is_16_bits", limb, LIMB_BITS, row.real)
    return limbs


def add_limbs(
    row: InstructionRow,
    carry_name: str,
    left: Sequence[Expression],
    right: Sequence[Expression],
    result: Sequence[Expression | int],
) -> Expression:
    """left + right = result modulo 2^(16 * length); returns the carry out of the last limb.

    A carry is what is left over divided by 2^16, and boolean: no column is committed for it.
    """
    carry: Expression | int = 0
    for i, (left_limb, right_limb, result_limb) in enumerate(zip(left, right, result, strict=True)):
        carry = row.define(f"{carry_name}_{i}", (left_limb + right_limb + carry - result_limb).divided_by(LIMB_BASE))
        row.boolean(f"{carry_name}_{i}_is_boolean", carry)
    return lift(carry)


def top_bit(
    row: InstructionRow, name: str, limb: Expression, times: Expression | None = None, bits: int = LIMB_BITS
) -> Expression:
    """A new boolean column: the most significant bit of a limb of `bits` bits, checked where `times` is 1."""
    bit = row.column(name)
    row.boolean(f"{name}_is_boolean", bit)
    row.in_range(f"{name}_leaves_{bits - 1}_bits", limb - bit * 2 ** (bits - 1), bits - 1, times or row.real)
    return bit


def sign_extended(low: Sequence[Expression], sign: Expression) -> list[Expression]:
    """Four limbs from fewer: the missing upper ones are all copies of the sign bit."""
    return [*low, *([sign * LIMB_MAXIMUM] * (LIMBS - len(low)))]


def byte_pairs(row: InstructionRow, name: str, count: int) -> list[Expression]:
    """`count` new columns of 8 bits each, looked up two at a time."""
    parts = row.column_array(name, count)
    for i in range(0, count, 2):
        row.receive(f"{name}_{i}_{i + 1}_are_bytes", BYTE_PAIR, [parts[i], parts[i + 1]], row.real)
    return parts


def limbs_of_bytes(parts: Sequence[Expression]) -> list[Expression]:
    """Limbs from bytes, least significant first."""
    return [parts[i] + parts[i + 1] * 256 for i in range(0, len(parts), 2)]


def immediate_limbs(row: InstructionRow) -> list[Expression]:
    """A sign-extended 12-bit immediate: a column for its low limb and one that is repeated for the upper three."""
    low = row.column("immediate_low")
    fill = row.column("immediate_fill")
    return [low, fill, fill, fill]


def effective_address(
    row: InstructionRow, base: Sequence[Expression], immediate: Sequence[Expression]
) -> tuple[Expression, Expression]:
    """The two limbs of base + immediate, which must be canonical: the carries run through all four limbs and
    the upper two limbs of the sum vanish, so it is below 2^32 as an integer modulo 2^64.

    The caller looks up the low limb, because that is where alignment shows.
    """
    low = row.column("address_low")
    high = row.column("address_high")
    row.in_range("address_high_is_16_bits", high, LIMB_BITS, row.real)
    add_limbs(row, "address_carry", base, immediate, [low, high, 0, 0])
    return low, high


def memory_operands(
    row: InstructionRow,
) -> tuple[list[Expression], list[Expression], Expression, Expression]:
    """The columns that a load or store starts with: base register, immediate, and the effective address's two limbs."""
    base = row.column_array("base")
    immediate = immediate_limbs(row)
    low, high = effective_address(row, base, immediate)
    return base, immediate, low, high


def doubleword_index(low: Expression, high: Expression, offset: Expression | int) -> Expression:
    """The doubleword that holds byte address low + 2^16 high, whose offset in it is given."""
    return (low - offset).divided_by(8) + high * (LIMB_BASE // 8)
