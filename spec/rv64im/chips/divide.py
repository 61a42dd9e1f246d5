"""Division and remainder: dividend = divisor * quotient + remainder over the integers, |remainder| < |divisor|.

All four are signed integers given by their limbs and a sign: x = limbs - sign * 2^width. Dividend and divisor have
the sign that their top bit and the opcode say. The quotient's sign is free, which lets it be 2^63: the one
overflow, -2^63 / -1, needs no case of its own. Equality holds modulo 2^(2 * width); both sides are smaller in
absolute value than half of that range, so it is exact, and the two conditions on the remainder make it unique.
A divisor of zero is the only case apart: the quotient is all ones and the equation leaves remainder = dividend.
"""

from spec.air.chip import Chip
from spec.air.expression import Expression, lift, total
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.rv64im.chips.multiply import product_columns
from spec.rv64im.gadgets import (
    LIMB_BASE,
    LIMB_MAXIMUM,
    byte_pairs,
    limbs_of_bytes,
    ranged_limbs,
    sign_extended,
    top_bit,
)
from spec.rv64im.instruction_row import InstructionRow

CARRY_BITS = 13
"""A joined pair of product columns, a remainder limb and the incoming carry are below 2^29."""

MARGIN_BIAS = 2
"""A limb of |divisor| - |remainder| - 1 carries between -2 and 1: biased by 2, small enough for a byte."""


def _divide(name: str, limb_count: int) -> Chip:
    suffix = "w" if limb_count < LIMBS else ""
    quotient_signed, quotient_unsigned = f"div{suffix}", f"divu{suffix}"
    remainder_signed, remainder_unsigned = f"rem{suffix}", f"remu{suffix}"
    width = limb_count * LIMB_BITS
    row = InstructionRow(
        name,
        f"destination = quotient or remainder of source1 by source2, {width} bits, signed or unsigned.",
        [quotient_signed, quotient_unsigned, remainder_signed, remainder_unsigned],
    )
    select = row.selectors
    signed = row.define("signed", select[quotient_signed] + select[remainder_signed])
    unsigned = row.define("unsigned", select[quotient_unsigned] + select[remainder_unsigned])

    dividend = row.column_array("dividend")
    divisor = byte_pairs(row, "divisor", 2 * limb_count)
    divisor_upper = row.column_array("divisor_upper", LIMBS - limb_count)
    quotient = byte_pairs(row, "quotient", 2 * limb_count)
    remainder = ranged_limbs(row, "remainder", limb_count)

    dividend_sign = top_bit(row, "dividend_sign", dividend[limb_count - 1], signed)
    divisor_sign = top_bit(row, "divisor_sign", divisor[-1], signed, 8)
    quotient_sign = row.column("quotient_sign")
    remainder_sign = row.column("remainder_sign")
    row.boolean("quotient_sign_is_boolean", quotient_sign)
    row.boolean("remainder_sign_is_boolean", remainder_sign)
    for operand, sign in (("dividend", dividend_sign), ("divisor", divisor_sign)):
        row.zero(f"unsigned_{operand}_has_no_sign", unsigned * sign)

    columns = product_columns(divisor, quotient, divisor_sign, quotient_sign, 4 * limb_count)
    carries = row.column_array("carry", 2 * limb_count)
    incoming: Expression = lift(0)
    for i in range(2 * limb_count):
        row.in_range(f"carry_{i}_has_{CARRY_BITS}_bits", carries[i], CARRY_BITS, row.real)
        added = remainder[i] if i < limb_count else remainder_sign * LIMB_MAXIMUM
        given = dividend[i] if i < limb_count else dividend_sign * LIMB_MAXIMUM
        joined = columns[2 * i] + columns[2 * i + 1] * 256 + added + incoming
        row.zero(f"limb_{i}_of_the_division", joined - given - carries[i] * LIMB_BASE)
        incoming = carries[i]

    # Any element but 0 says of divisor and quotient what 1 does. Bytes are small, so their sum vanishes only where all
    # of them do.
    by_zero = row.column("by_zero")
    row.zero("by_zero_means_divisor_is_zero", by_zero * total(divisor))
    for i, byte in enumerate(quotient):
        row.zero(f"by_zero_quotient_byte_{i}_is_ones", by_zero * (byte - 255))
    _bound_remainder(row, limbs_of_bytes(divisor), divisor_sign, remainder, remainder_sign, by_zero)
    for i, limb in enumerate(remainder):
        row.zero(f"remainder_limb_{i}_has_the_dividends_sign", (dividend_sign - remainder_sign) * limb)

    result = row.column_array("result", limb_count)
    of_quotient = select[quotient_signed] + select[quotient_unsigned]
    of_remainder = select[remainder_signed] + select[remainder_unsigned]
    quotient_limbs = limbs_of_bytes(quotient)
    for i, limb in enumerate(result):
        chosen = of_quotient * quotient_limbs[i] + of_remainder * remainder[i]
        row.zero(f"result_{i}_is_chosen", chosen - limb)
    outputs, written = result, result
    if limb_count < LIMBS:
        sign = top_bit(row, "sign", result[-1])
        outputs, written = [*result, sign], sign_extended(result, sign)
    row.read_source1(dividend)
    row.read_source2([*limbs_of_bytes(divisor), *divisor_upper])
    row.write_destination(written)
    return row.finish(outputs=outputs)


def _bound_remainder(
    row: InstructionRow,
    divisor: list[Expression],
    divisor_sign: Expression,
    remainder: list[Expression],
    remainder_sign: Expression,
    by_zero: Expression,
) -> None:
    """|divisor| - |remainder| - 1 = margin >= 0, limb by limb; for a zero divisor 2^width is added.

    |x| = (1 - 2 sign) * limbs + sign * 2^width, so the signs count again in what is carried out of the top. A
    zero divisor without the by_zero flag leaves no margin, so the flag needs no inverse.
    """
    margin = ranged_limbs(row, "margin", len(divisor))
    carries = row.column_array("margin_carry", len(divisor) - 1)
    incoming: Expression = lift(0)
    for i in range(len(divisor)):
        left = divisor[i] - 2 * divisor_sign * divisor[i]
        right = remainder[i] - 2 * remainder_sign * remainder[i]
        difference = left - right + incoming - margin[i]
        if i == 0:
            difference = difference - row.real
        if i < len(carries):
            row.byte(carries[i] + MARGIN_BIAS)
            row.zero(f"margin_limb_{i}", difference - carries[i] * LIMB_BASE)
            incoming = carries[i]
        else:
            beyond = divisor_sign - remainder_sign + by_zero
            row.zero("margin_is_not_negative", difference + beyond * LIMB_BASE)


CHIPS = (_divide("divide", 4), _divide("divide_word", 2))
