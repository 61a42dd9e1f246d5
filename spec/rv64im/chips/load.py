"""Aligned loads, one chip for each width; the misaligned ones are in misaligned.py."""

from spec.air.chip import Chip
from spec.air.expression import Expression, total
from spec.memory_map import Space
from spec.rv64im.buses import LIMB_BITS
from spec.rv64im.gadgets import byte_pairs, doubleword_index, memory_operands, sign_extended, top_bit
from spec.rv64im.instruction_row import InstructionRow


def doubleword_offset(row: InstructionRow, address_low: Expression, offset: Expression | int) -> None:
    """address_low - offset is a multiple of 8 that fits a limb: alignment, and the limb's own range."""
    multiple = (address_low - offset).divided_by(8)
    row.in_range("address_low_is_aligned", multiple, LIMB_BITS - 3, row.real)


def limb_selectors(row: InstructionRow) -> list[Expression]:
    """Four flags of which a real row sets exactly one: the limb of the doubleword that the address is in."""
    flags = row.column_array("in_limb")
    for i, flag in enumerate(flags):
        row.boolean(f"in_limb_{i}_is_boolean", flag)
    row.zero("in_one_limb", total(flags) - row.real)
    return flags


def limb_offset(flags: list[Expression]) -> Expression:
    """The byte offset of the selected limb."""
    return total(flag * (2 * i) for i, flag in enumerate(flags))


def sign_where_signed(row: InstructionRow, signed: str, unsigned: str, top: Expression, bits: int) -> Expression:
    """The loaded value's sign under the signed opcode, and 0 under the unsigned one."""
    sign = top_bit(row, "sign", top, row.selectors[signed], bits)
    row.zero("unsigned_has_no_sign", row.selectors[unsigned] * sign)
    return sign


def _ld() -> Chip:
    row = InstructionRow("ld", "Loads an aligned doubleword.", ["ld"])
    base, immediate, low, high = memory_operands(row)
    doubleword_offset(row, low, 0)
    value = row.column_array("value")
    row.read_source1(base)
    row.access("memory", Space.MEMORY, doubleword_index(low, high, 0), value, value)
    row.write_destination(value)
    return row.finish(constants=immediate, outputs=value, domain="address divisible by 8")


def _lw() -> Chip:
    row = InstructionRow("load_word", "Loads an aligned word, sign- or zero-extended.", ["lw", "lwu"])
    base, immediate, low, high = memory_operands(row)
    upper = row.column("in_upper_word")
    row.boolean("in_upper_word_is_boolean", upper)
    doubleword_offset(row, low, upper * 4)
    value = row.column_array("value")
    word = row.column_array("word", 2)
    for i in range(2):
        row.zero(f"word_{i}_is_selected", value[i] + upper * (value[i + 2] - value[i]) - word[i])
    sign = sign_where_signed(row, "lw", "lwu", word[1], LIMB_BITS)
    row.read_source1(base)
    row.access("memory", Space.MEMORY, doubleword_index(low, high, upper * 4), value, value)
    row.write_destination(sign_extended(word, sign))
    return row.finish(constants=immediate, outputs=[*word, sign], domain="address divisible by 4")


def _lh() -> Chip:
    row = InstructionRow("load_half", "Loads an aligned halfword, sign- or zero-extended.", ["lh", "lhu"])
    base, immediate, low, high = memory_operands(row)
    flags = limb_selectors(row)
    doubleword_offset(row, low, limb_offset(flags))
    value = row.column_array("value")
    half = row.column("half")
    row.zero("half_is_selected", total(flag * limb for flag, limb in zip(flags, value, strict=True)) - half)
    sign = sign_where_signed(row, "lh", "lhu", half, LIMB_BITS)
    row.read_source1(base)
    row.access("memory", Space.MEMORY, doubleword_index(low, high, limb_offset(flags)), value, value)
    row.write_destination(sign_extended([half], sign))
    return row.finish(constants=immediate, outputs=[half, sign], domain="address divisible by 2")


def _lb() -> Chip:
    row = InstructionRow("load_byte", "Loads a byte, sign- or zero-extended.", ["lb", "lbu"])
    base, immediate, low, high = memory_operands(row)
    flags = limb_selectors(row)
    odd = row.column("odd")
    row.boolean("odd_is_boolean", odd)
    offset = limb_offset(flags) + odd
    doubleword_offset(row, low, offset)
    value = row.column_array("value")
    parts = byte_pairs(row, "part", 2)
    selected = total(flag * limb for flag, limb in zip(flags, value, strict=True))
    row.zero("parts_make_the_limb", selected - parts[0] - parts[1] * 256)
    byte = row.column("byte")
    row.zero("byte_is_selected", parts[0] + odd * (parts[1] - parts[0]) - byte)
    top = row.column("top_bit")
    row.boolean("top_bit_is_boolean", top)
    # The byte less its top bit has 7 bits just where twice that is a byte.
    row.byte((byte - top * 128) * 2)
    sign = row.column("sign")
    row.zero("sign_is_the_top_bit_where_signed", row.selectors["lb"] * top - sign)
    row.read_source1(base)
    row.access("memory", Space.MEMORY, doubleword_index(low, high, offset), value, value)
    # A byte's sign fills the upper half of the first limb as well.
    row.write_destination(sign_extended([byte + sign * 0xFF00], sign))
    return row.finish(constants=immediate, outputs=[byte, sign])


CHIPS = (_ld(), _lw(), _lh(), _lb())
