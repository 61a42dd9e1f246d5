"""jalr: an indirect jump. (jal is a constant, see constant.py.)"""

from spec.air.chip import Chip
from spec.rv64im.buses import LIMB_BITS
from spec.rv64im.gadgets import LIMB_BASE, effective_address, immediate_of
from spec.rv64im.instruction_row import InstructionRow


def _jalr() -> Chip:
    row = InstructionRow(
        "jalr", "Goes to source1 + immediate with bit 0 cleared; destination = the next address.", ["jalr"]
    )
    base = row.column_array("base")
    link = row.column_array("link", 3)
    immediate = immediate_of(row).limbs
    low, high = effective_address(row, base, immediate)
    row.in_range("address_high_is_16_bits", high, LIMB_BITS, row.real)
    # The low limb is 4 * quarter + bit: bit 0 is dropped, bit 1 must be 0 or the execution ends abnormally.
    bit = row.column("dropped_bit")
    row.boolean("dropped_bit_is_boolean", bit)
    quarter = row.define("target_low", (low - bit).divided_by(4))
    row.in_range("target_low_is_aligned", quarter, 14, row.real)
    target = row.define("target", quarter + high * (LIMB_BASE // 4))
    row.read_source1(base)
    row.write_destination([*link, 0])
    return row.finish(
        constants=[*link, *immediate[:2]],
        next_pc=target,
        outputs=[target, *link],
    )


CHIPS = (_jalr(),)
