"""Constraint patterns that several chips use, each with the argument why it says what it claims.

Limbs are 16 bits wide, so every left-hand side below stays far inside (-p, p) once its carry is boolean: a
vanishing expression is an equation over the integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


def ranged_word(row: InstructionRow, name: str) -> tuple[list[Expression], Expression]:
    """New columns: two limbs of 16 bits, and their sign, whose check ranges the upper limb as well."""
    limbs = row.column_array(name, LIMBS // 2)
    row.in_range(f"{name}_0_is_16_bits", limbs[0], LIMB_BITS, row.real)
    return limbs, top_bit(row, "sign", limbs[1])


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


@dataclass(frozen=True)
class Immediate:
    """A sign-extended 12-bit immediate: a column for its low limb, and one that is 1 where the upper three are ones."""

    low: Expression
    negative: Expression

    @property
    def limbs(self) -> list[Expression]:
        return [self.low, *([self.negative * LIMB_MAXIMUM] * (LIMBS - 1))]


def immediate_of(row: InstructionRow) -> Immediate:
    """The columns of an immediate. The program table says what they hold."""
    return Immediate(row.column("immediate_low"), row.column("immediate_is_negative"))


def add_immediate(row: InstructionRow, left: Sequence[Expression], immediate: Immediate) -> list[Expression]:
    """left + immediate modulo 2^64. Only the lowest limb of the sum needs a range.

    The other limbs count up where a carry comes in, if the immediate is positive; down where none comes in, if it is
    negative; else they stay. So a carry that is not what `negative` is counts, and goes on through limbs at the edge of
    their range, where the counting passes 2^16, and through no others. Where it stops, an inverse shows that the limb
    is not at the edge; there is one such limb at most, so one inverse does.
    """
    lowest = row.column("result_0")
    row.in_range("result_0_is_16_bits", lowest, LIMB_BITS, row.real)
    added, negative = immediate.limbs, immediate.negative
    carries = [row.define("carry_0", (left[0] + added[0] - lowest).divided_by(LIMB_BASE))]
    row.boolean("carry_0_is_boolean", carries[0])
    stopped: Expression = lift(0)
    result = [lowest]
    for i in range(1, LIMBS):
        incoming, outgoing = carries[-1], row.column(f"carry_{i}")
        to_edge = row.define(f"to_edge_{i}", left[i] + negative * LIMB_MAXIMUM - LIMB_MAXIMUM)
        row.zero(f"carry_{i}_counts_only_if_carry_{i - 1}_does", (outgoing - negative) * (outgoing - incoming))
        row.zero(f"carry_{i}_counts_only_at_the_edge", (outgoing - negative) * to_edge)
        stopped = stopped + (incoming - outgoing) * to_edge
        result.append(row.define(f"result_{i}", left[i] + added[i] + incoming - outgoing * LIMB_BASE))
        carries.append(outgoing)
    row.zero("carries_stop_off_the_edge", stopped * row.column("inverse") - (carries[0] - carries[-1]))
    return result


def effective_address(
    row: InstructionRow, base: Sequence[Expression], immediate: Sequence[Expression]
) -> tuple[Expression, Expression]:
    """The two limbs of base + immediate, which must be canonical: the carries run through all four limbs and
    the upper two limbs of the sum vanish, so it is below 2^32 as an integer modulo 2^64.

    The caller sees to both ranges: to the low limb's because that is where alignment shows, to the high limb's because
    an address that is accessed needs none.
    """
    low = row.column("address_low")
    high = row.column("address_high")
    add_limbs(row, "address_carry", base, immediate, [low, high, 0, 0])
    return low, high


def memory_operands(
    row: InstructionRow,
) -> tuple[list[Expression], list[Expression], Expression, Expression]:
    """The columns that a load or store starts with: base register, immediate, and the effective address's two limbs.

    The high limb has no lookup: were it not of 16 bits, no token would have the address of its doubleword, for those of
    memory are below 2^29.
    """
    base = row.column_array("base")
    immediate = immediate_of(row).limbs
    low, high = effective_address(row, base, immediate)
    return base, immediate, low, high


def doubleword_index(low: Expression, high: Expression, offset: Expression | int) -> Expression:
    """The doubleword that holds byte address low + 2^16 high, whose offset in it is given."""
    return (low - offset).divided_by(8) + high * (LIMB_BASE // 8)
