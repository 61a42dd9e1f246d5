"""jalr: an indirect jump. (jal is a constant, see constant.py.)"""

from spec.air.chip import Chip
from spec.air.gadgets import LIMB_BASE, LIMB_MAXIMUM, effective_address, immediate_of
from spec.air.instruction_row import InstructionRow


def _jalr() -> Chip:
    row = InstructionRow(
        "jalr", "Goes to source1 + immediate with bit 0 cleared; destination = the next address.", ["jalr"]
    )
    link = row.column_array("link", 3)
    immediate = immediate_of(row)
    address = effective_address(row, immediate)
    # The high limb stays, or counts up or down by 1: its range needs no more than that it does not start at the edge.
    to_edge = row.define("to_edge", address.base[1] + immediate.negative * LIMB_MAXIMUM - LIMB_MAXIMUM)
    row.zero("high_limb_counts_off_the_edge", to_edge * row.column("inverse") - (address.carry - immediate.negative))
    # The low limb is 4 * quarter + bit: bit 0 is dropped, bit 1 must be 0 or the execution ends abnormally.
    bit = row.column("dropped_bit")
    row.boolean("dropped_bit_is_boolean", bit)
    quarter = row.define("target_low", (address.low - bit).divided_by(4))
    row.in_range("target_low_is_aligned", quarter, 14, row.real)
    target = row.define("target", quarter + address.high * (LIMB_BASE // 4))
    row.read_source1(address.base)
    row.write_destination([*link, 0])
    return row.finish(
        constants=[*link, *immediate.limbs[:2]],
        next_pc=target,
        outputs=["target", "link_0", "link_1", "link_2"],
    )


CHIPS = (_jalr(),)
