"""Cells of the chips in spec/rv64im/chips/multiply.py."""

from reference.trace.cells import (
    Cells,
    Filler,
    array,
    byte_array,
    bytes_of,
    limb_array,
    limbs,
    top_bit,
    written,
)
from reference.trace.clock import Row
from spec.rv64im.buses import LIMB_BITS
from spec.word import INTEGER_WORDS, REGISTER_MASK, XLEN

_WORD_32_BYTES, _WORD_32_LIMBS, _WORD_32_BITS = 4, 2, 32


def product_carries(left: int, right: int, added: int, total: int, count: int) -> list[int]:
    """The carry out of each of `count` limbs of left * right + added = total modulo 2^(16 count).

    The numbers are residues modulo 2^(16 count), so sign-extended where they stand for negative ones.
    """
    left_bytes, right_bytes = bytes_of(left, 2 * count), bytes_of(right, 2 * count)
    columns = [sum(left_bytes[i] * right_bytes[k - i] for i in range(k + 1)) for k in range(2 * count)]
    carries: list[int] = []
    for i, (added_limb, limb) in enumerate(zip(limbs(added, count), limbs(total, count), strict=True)):
        incoming = carries[-1] if carries else 0
        joined = columns[2 * i] + columns[2 * i + 1] * 256 + added_limb + incoming
        carries.append((joined - limb) >> LIMB_BITS)
    return carries


def _sign_extended(word: int, sign: int) -> int:
    """A 64-bit word as a residue modulo 2^128, its upper half filled with the sign."""
    return word | sign * REGISTER_MASK << XLEN


def _mul(row: Row) -> Cells:
    left, right, result = row.step.left, row.step.right, written(row)
    return {
        **byte_array("left", left, 8),
        **byte_array("right", right, 8),
        **limb_array("result", result),
        **array("carry", product_carries(left, right, 0, result, 4)),
    }


def _mulw(row: Row) -> Cells:
    left, right, result = row.step.left, row.step.right, written(row)
    return {
        **byte_array("left", left, _WORD_32_BYTES),
        **byte_array("right", right, _WORD_32_BYTES),
        **_upper("left_upper", left),
        **_upper("right_upper", right),
        **limb_array("result", result, _WORD_32_LIMBS),
        **array("carry", product_carries(left, right, 0, result, _WORD_32_LIMBS)),
        "sign": top_bit(result, _WORD_32_BITS),
    }


def _upper(name: str, word: int) -> Cells:
    return array(name, limbs(word)[_WORD_32_LIMBS:])


def _multiply_high(row: Row) -> Cells:
    left, right, result = row.step.left, row.step.right, written(row)
    left_sign = top_bit(left, XLEN) if row.program_row.opcode != "mulhu" else 0
    right_sign = top_bit(right, XLEN) if row.program_row.opcode == "mulh" else 0
    low = INTEGER_WORDS.multiply(left, right)
    signed_left, signed_right = _sign_extended(left, left_sign), _sign_extended(right, right_sign)
    return {
        **byte_array("left", left, 8),
        **byte_array("right", right, 8),
        **limb_array("low", low),
        **limb_array("result", result),
        "left_sign": left_sign,
        "right_sign": right_sign,
        **array("carry", product_carries(signed_left, signed_right, 0, low | result << XLEN, 8)),
    }


FILLERS: dict[str, Filler] = {"mul": _mul, "mulw": _mulw, "multiply_high": _multiply_high}
