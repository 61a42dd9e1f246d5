"""Cells of the chips in spec/rv64im/chips/shift.py."""

from reference.trace.cells import Cells, Filler, array, limb_array, limbs, top_bit, written
from reference.trace.clock import Row
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.rv64im.chips import shift


def _shift(row: Row) -> Cells:
    name, step = row.chip.name, row.step
    width_limbs = LIMBS // 2 if name.endswith("w") else LIMBS
    width_bits = width_limbs * LIMB_BITS
    by_register = "source2" in row.accesses
    amount = step.right % width_bits if by_register else step.decoded.immediate
    by_limbs, bits = divmod(amount, LIMB_BITS)
    moving = limbs(step.left, width_limbs)
    low_bits = LIMB_BITS - bits if name.startswith("sll") else bits
    cells = {
        **limb_array("left", step.left),
        "amount": amount,
        **array("by_limbs", [int(i == by_limbs) for i in range(width_limbs)]),
        "bits": bits,
        "power": 1 << bits,
        "complement": 1 << (LIMB_BITS - bits),
        **array("low", [limb & (1 << low_bits) - 1 for limb in moving]),
        **array("high", [limb >> low_bits for limb in moving]),
        **limb_array("result", written(row), width_limbs),
    }
    if by_register:
        cells |= limb_array("right", step.right)
    if name.startswith("sra"):
        cells["left_sign"] = top_bit(step.left, width_bits)
    if width_limbs < LIMBS:
        cells["sign"] = top_bit(written(row), width_bits)
    return cells


FILLERS: dict[str, Filler] = {chip.name: _shift for chip in shift.CHIPS}
