"""Aligned stores, one chip for each width; the misaligned ones are in misaligned.py."""

from spec.air.chip import Chip
from spec.air.expression import Expression, total
from spec.memory_map import Space
from spec.rv64im.chips.load import doubleword_offset, limb_offset, limb_selectors
from spec.rv64im.gadgets import byte_pairs, doubleword_index, memory_operands
from spec.rv64im.instruction_row import InstructionRow


def _finish(
    row: InstructionRow,
    base: list[Expression],
    immediate: list[Expression],
    stored: list[Expression],
    index: Expression,
    before: list[Expression],
    after: list[Expression],
    domain: str,
) -> Chip:
    row.read_source1(base)
    row.read_source2(stored)
    row.access("memory", Space.MEMORY, index, before, after)
    return row.finish(constants=immediate, outputs=after, domain=domain)


def _sd() -> Chip:
    row = InstructionRow("sd", "Stores an aligned doubleword.", ["sd"])
    base, immediate, low, high = memory_operands(row)
    doubleword_offset(row, low, 0)
    stored = row.column_array("stored")
    before = row.column_array("before")
    index = doubleword_index(low, high, 0)
    return _finish(row, base, immediate, stored, index, before, stored, "address divisible by 8")


def _sw() -> Chip:
    row = InstructionRow("sw", "Stores an aligned word; the other half of the doubleword keeps its value.", ["sw"])
    base, immediate, low, high = memory_operands(row)
    upper = row.column("in_upper_word")
    row.boolean("in_upper_word_is_boolean", upper)
    doubleword_offset(row, low, upper * 4)
    stored = row.column_array("stored")
    before = row.column_array("before")
    after = row.column_array("after")
    for i in range(2):
        row.zero(f"after_{i}_is_stored_or_kept", stored[i] + upper * (before[i] - stored[i]) - after[i])
        kept = before[i + 2]
        row.zero(f"after_{i + 2}_is_stored_or_kept", kept + upper * (stored[i] - kept) - after[i + 2])
    index = doubleword_index(low, high, upper * 4)
    return _finish(row, base, immediate, stored, index, before, after, "address divisible by 4")


def _sh() -> Chip:
    row = InstructionRow(
        "sh", "Stores an aligned halfword; the other limbs of the doubleword keep their values.", ["sh"]
    )
    base, immediate, low, high = memory_operands(row)
    flags = limb_selectors(row)
    doubleword_offset(row, low, limb_offset(flags))
    stored = row.column_array("stored")
    before = row.column_array("before")
    after = row.column_array("after")
    for i, flag in enumerate(flags):
        row.zero(f"after_{i}_is_stored_or_kept", before[i] + flag * (stored[0] - before[i]) - after[i])
    index = doubleword_index(low, high, limb_offset(flags))
    return _finish(row, base, immediate, stored, index, before, after, "address divisible by 2")


def _sb() -> Chip:
    row = InstructionRow("sb", "Stores a byte; the other bytes of the doubleword keep their values.", ["sb"])
    base, immediate, low, high = memory_operands(row)
    flags = limb_selectors(row)
    odd = row.column("odd")
    row.boolean("odd_is_boolean", odd)
    offset = limb_offset(flags) + odd
    doubleword_offset(row, low, offset)
    stored = row.column_array("stored")
    before = row.column_array("before")
    after = row.column_array("after")
    stored_bytes = byte_pairs(row, "stored_byte", 2)
    row.zero("stored_bytes_make_the_limb", stored_bytes[0] + stored_bytes[1] * 256 - stored[0])
    parts = byte_pairs(row, "part", 2)
    selected = total(flag * limb for flag, limb in zip(flags, before, strict=True))
    row.zero("parts_make_the_limb", selected - parts[0] - parts[1] * 256)
    limb = row.column("new_limb")
    even_limb = stored_bytes[0] + parts[1] * 256
    odd_limb = parts[0] + stored_bytes[0] * 256
    row.zero("new_limb_has_the_byte", even_limb + odd * (odd_limb - even_limb) - limb)
    for i, flag in enumerate(flags):
        row.zero(f"after_{i}_is_stored_or_kept", before[i] + flag * (limb - before[i]) - after[i])
    index = doubleword_index(low, high, offset)
    return _finish(row, base, immediate, stored, index, before, after, "every execution")


CHIPS = (_sd(), _sw(), _sh(), _sb())
