"""Multiplication, byte by byte: columns of the schoolbook product, two to a limb, with carries between limbs.

A product column has at most 16 terms below 2^16, so two columns joined as low + 256 * high stay below 2^28 + 2^20,
far from p: every limb equation is an equation over the integers.
"""

from collections.abc import Sequence

from spec.air.chip import Chip
from spec.air.expression import Expression, lift, total
from spec.rv64im.gadgets import LIMB_BASE, byte_pairs, limbs_of_bytes, ranged_limbs, ranged_word, sign_extended, top_bit
from spec.rv64im.instruction_row import InstructionRow

CARRY_BITS = 12
"""A joined pair of columns and its incoming carry are below 2^28, so a carry is below 2^12."""


def product_columns(
    left: Sequence[Expression],
    right: Sequence[Expression],
    left_sign: Expression,
    right_sign: Expression,
    count: int,
) -> list[Expression]:
    """The first `count` byte columns of the product of two sign-extended integers.

    Bytes past the given ones are 255 times the sign. With count at most twice the operands' length no term
    multiplies two sign bytes.
    """
    size = len(left)
    columns = []
    for k in range(count):
        terms = [left[i] * right[k - i] for i in range(size) if 0 <= k - i < size]
        if k >= size:
            terms.append(right_sign * 255 * total(left[: k - size + 1]))
            terms.append(left_sign * 255 * total(right[: k - size + 1]))
        columns.append(total(terms))
    return columns


def limb_products(
    row: InstructionRow,
    columns: Sequence[Expression],
    added: Sequence[Expression | int],
    results: Sequence[Expression],
) -> None:
    """The joined columns plus `added` equal `results` modulo 2^(16 * length), with a carry column for each limb."""
    carries = row.column_array("carry", len(results))
    incoming: Expression | int = 0
    for i, limb in enumerate(results):
        row.in_range(f"carry_{i}_has_{CARRY_BITS}_bits", carries[i], CARRY_BITS, row.real)
        joined = columns[2 * i] + columns[2 * i + 1] * 256 + added[i] + incoming
        row.zero(f"limb_{i}_of_the_product", joined - limb - carries[i] * LIMB_BASE)
        incoming = carries[i]


def _mul() -> Chip:
    row = InstructionRow("mul", "destination = the low 64 bits of source1 * source2.", ["mul"])
    left, right = byte_pairs(row, "left", 8), byte_pairs(row, "right", 8)
    result = ranged_limbs(row, "result")
    columns = product_columns(left, right, lift(0), lift(0), 8)
    limb_products(row, columns, [0] * 4, result)
    row.read_source1(limbs_of_bytes(left))
    row.read_source2(limbs_of_bytes(right))
    row.write_destination(result)
    return row.finish(outputs=result)


def _mulw() -> Chip:
    row = InstructionRow("mulw", "destination = the sign-extended low 32 bits of source1 * source2.", ["mulw"])
    left, right = byte_pairs(row, "left", 4), byte_pairs(row, "right", 4)
    left_upper, right_upper = row.column_array("left_upper", 2), row.column_array("right_upper", 2)
    result, sign = ranged_word(row, "result")
    columns = product_columns(left, right, lift(0), lift(0), 4)
    limb_products(row, columns, [0] * 2, result)
    row.read_source1([*limbs_of_bytes(left), *left_upper])
    row.read_source2([*limbs_of_bytes(right), *right_upper])
    row.write_destination(sign_extended(result, sign))
    return row.finish(outputs=[*result, sign])


def _mulh() -> Chip:
    row = InstructionRow(
        "multiply_high",
        "destination = the high 64 bits of source1 * source2, of which none, the first or both are signed.",
        ["mulh", "mulhsu", "mulhu"],
    )
    select = row.selectors
    left, right = byte_pairs(row, "left", 8), byte_pairs(row, "right", 8)
    low = ranged_limbs(row, "low")
    result = ranged_limbs(row, "result")
    left_sign = top_bit(row, "left_sign", left[7], select["mulh"] + select["mulhsu"], 8)
    right_sign = top_bit(row, "right_sign", right[7], select["mulh"], 8)
    row.zero("unsigned_left_has_no_sign", select["mulhu"] * left_sign)
    row.zero("unsigned_right_has_no_sign", (select["mulhu"] + select["mulhsu"]) * right_sign)
    columns = product_columns(left, right, left_sign, right_sign, 16)
    limb_products(row, columns, [0] * 8, [*low, *result])
    row.read_source1(limbs_of_bytes(left))
    row.read_source2(limbs_of_bytes(right))
    row.write_destination(result)
    return row.finish(outputs=result)


CHIPS = (_mul(), _mulw(), _mulh())
