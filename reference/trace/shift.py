"""Cells of the chips in spec/rv64im/chips/shift.py."""

from reference.trace.cells import Cells, Filler, array, limb_array, limbs, top_bit, written
from reference.trace.clock import Row
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.rv64im.chips import shift
from spec.rv64im.chips.shift import Direction
from spec.rv64im.shift_amount import amount_parts, bits_of


def _shift(row: Row) -> Cells:
    declared, step = shift.SHIFTS[row.chip.name], row.step
    width_limbs, width_bits, by_register = declared.width_limbs, declared.width_bits, declared.by_register
    arithmetic = declared.direction is Direction.RIGHT_ARITHMETIC
    amount = step.right % width_bits if by_register else step.decoded.immediate
    *by_limbs, half, power = amount_parts(bits_of(amount))
    rest = amount % LIMB_BITS
    word, sign = step.left % (1 << width_bits), top_bit(step.left, width_bits)
    if declared.direction is Direction.LEFT:
        moved = limbs(word << amount - rest, width_limbs)
        low_bits, piece_is_low = LIMB_BITS - rest, half == 1
        dropped = moved[-1] >> low_bits
    else:
        filled = word - (sign << width_bits) if arithmetic else word
        moved = limbs(filled >> amount - rest, width_limbs)
        low_bits, piece_is_low = rest, half == 0
        dropped = moved[0] % (1 << low_bits) << LIMB_BITS - rest
    cells = {
        **limb_array("left", step.left),
        **{f"by_limbs_{i}": by_limbs[i - 1] for i in range(1, width_limbs)},
        "half": half,
        "power": power,
        **array("moved", moved),
        **array("piece", [limb % (1 << low_bits) if piece_is_low else limb >> low_bits for limb in moved]),
        "dropped": dropped,
        **limb_array("result", written(row), width_limbs),
    }
    if by_register:
        cells |= {**limb_array("right", step.right), "amount": amount}
    if arithmetic:
        cells["left_sign"] = sign
    elif width_limbs < LIMBS:
        cells["sign"] = top_bit(written(row), width_bits)
    return cells


FILLERS: dict[str, Filler] = {chip.name: _shift for chip in shift.CHIPS}
