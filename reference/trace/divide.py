"""Cells of the chips in spec/rv64im/chips/divide.py."""

from reference.trace.cells import Cells, Filler, array, byte_array, limb_array, limbs, top_bit, written
from reference.trace.clock import Row
from reference.trace.multiply import product_carries
from spec.rv64im.buses import LIMB_BITS, LIMBS

_SIGNED = ("div", "rem", "divw", "remw")


def _division(dividend: int, divisor: int, signed: bool, width_bits: int) -> tuple[int, int]:
    """Quotient and remainder as integers, the quotient rounded towards zero."""
    if divisor == 0:
        return (-1 if signed else 2**width_bits - 1), dividend
    quotient = abs(dividend) // abs(divisor)
    if (dividend < 0) != (divisor < 0):
        quotient = -quotient
    return quotient, dividend - divisor * quotient


def _margin_cells(divisor: int, remainder: int, limb_count: int) -> Cells:
    """|divisor| - |remainder| - 1, or 2^width more for a zero divisor, and its carries, which may be negative."""
    modulus = 1 << LIMB_BITS * limb_count
    margin = (abs(divisor) - abs(remainder) - 1) % modulus
    divisor_factor, remainder_factor = (-1 if divisor < 0 else 1), (-1 if remainder < 0 else 1)
    carries: list[int] = []
    incoming = -1
    for divisor_limb, remainder_limb, margin_limb in zip(
        limbs(divisor % modulus, limb_count),
        limbs(remainder % modulus, limb_count),
        limbs(margin, limb_count),
        strict=True,
    ):
        difference = divisor_factor * divisor_limb - remainder_factor * remainder_limb + incoming - margin_limb
        incoming = difference >> LIMB_BITS
        carries.append(incoming)
    return limb_array("margin", margin, limb_count) | array("margin_carry", carries[:-1])


def _divide(row: Row) -> Cells:
    limb_count = LIMBS // 2 if row.chip.name == "divide_word" else LIMBS
    width_bits = limb_count * LIMB_BITS
    modulus, signed = 1 << width_bits, row.program_row.opcode in _SIGNED
    dividend, divisor = (
        operand % modulus - (signed and top_bit(operand, width_bits)) * modulus
        for operand in (row.step.left, row.step.right)
    )
    quotient, remainder = _division(dividend, divisor, signed, width_bits)
    # The equation holds modulo 2^(2 width), where a sign fills the upper half.
    carries = product_carries(
        divisor % modulus**2, quotient % modulus**2, remainder % modulus**2, dividend % modulus**2, 2 * limb_count
    )
    cells = {
        **limb_array("dividend", row.step.left),
        **byte_array("divisor", divisor % modulus, 2 * limb_count),
        **array("divisor_upper", limbs(row.step.right)[limb_count:]),
        **byte_array("quotient", quotient % modulus, 2 * limb_count),
        **limb_array("remainder", remainder % modulus, limb_count),
        "dividend_sign": int(dividend < 0),
        "divisor_sign": int(divisor < 0),
        "quotient_sign": int(quotient < 0),
        "remainder_sign": int(remainder < 0),
        **array("carry", carries),
        "by_zero": int(divisor == 0),
        **_margin_cells(divisor, remainder, limb_count),
        **limb_array("result", written(row), limb_count),
    }
    if limb_count < LIMBS:
        cells["sign"] = top_bit(written(row), width_bits)
    return cells


FILLERS: dict[str, Filler] = {"divide": _divide, "divide_word": _divide}
