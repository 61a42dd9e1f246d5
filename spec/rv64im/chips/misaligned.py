"""Misaligned loads and stores of every width (Zicclsm), within one doubleword or across two.

Sixteen bytes of memory are seen at once, the doubleword of the address and the next. The second is accessed
only by a row that crosses into it, so that the last doubleword of a region can be accessed misaligned.
"""

from spec.air.chip import Chip
from spec.air.expression import Expression, total
from spec.memory_map import Space
from spec.rv64im.chips.load import doubleword_offset
from spec.rv64im.gadgets import byte_pairs, doubleword_index, limbs_of_bytes, memory_operands
from spec.rv64im.instruction_row import InstructionRow

_WIDTHS = (2, 4, 8)
_OFFSETS = range(1, 8)


def _offsets(row: InstructionRow, low: Expression) -> dict[int, Expression]:
    """A flag for each byte offset in the doubleword; a real row sets exactly one. Offset 0 is never misaligned."""
    flags = {offset: row.column(f"offset_is_{offset}") for offset in _OFFSETS}
    for offset, flag in flags.items():
        row.boolean(f"offset_is_{offset}_is_boolean", flag)
    row.zero("one_offset", total(flags.values()) - row.real)
    doubleword_offset(row, low, _offset(flags))
    return flags


def _offset(flags: dict[int, Expression]) -> Expression:
    return total(flag * offset for offset, flag in flags.items())


def _misaligned_only(row: InstructionRow, flags: dict[int, Expression], widths: dict[int, Expression]) -> None:
    """An aligned access belongs to another chip: this asserts that the domains are disjoint."""
    for width, selected in widths.items():
        for offset in _OFFSETS:
            if offset % width == 0:
                row.zero(f"width_{width}_at_{offset}_is_aligned", selected * flags[offset])


def _crossing(row: InstructionRow, flags: dict[int, Expression], widths: dict[int, Expression]) -> Expression:
    """A column that is 1 where the access reaches the next doubleword."""
    crossing = row.column("crossing")
    reaches = total(
        widths[width] * total(flag for offset, flag in flags.items() if offset + width > 8) for width in _WIDTHS
    )
    row.zero("crossing_reaches_the_next_doubleword", reaches - crossing)
    return crossing


def _load() -> Chip:
    row = InstructionRow(
        "load_misaligned",
        "Loads of 2, 4 and 8 bytes at addresses they are not aligned to.",
        ["ld", "lw", "lwu", "lh", "lhu"],
    )
    base, immediate, low, high = memory_operands(row)
    flags = _offsets(row, low)
    select = row.selectors
    widths = {2: select["lh"] + select["lhu"], 4: select["lw"] + select["lwu"], 8: select["ld"]}
    _misaligned_only(row, flags, widths)
    crossing = _crossing(row, flags, widths)
    memory = byte_pairs(row, "byte", 16)
    moved = row.column_array("moved", 8)
    for i, byte in enumerate(moved):
        row.zero(
            f"moved_{i}_starts_at_the_offset",
            total(flag * memory[i + offset] for offset, flag in flags.items()) - byte,
        )
    # The sign is the top bit of the last byte of the access.
    last_byte = row.column("last_byte")
    row.zero("last_byte_by_width", total(widths[width] * moved[width - 1] for width in _WIDTHS) - last_byte)
    sign = row.column("sign")
    row.boolean("sign_is_boolean", sign)
    signed = select["lw"] + select["lh"]
    row.in_range("sign_leaves_7_bits", last_byte - sign * 128, 7, signed)
    row.zero("only_signed_loads_have_a_sign", (row.real - signed) * sign)
    loaded = limbs_of_bytes(moved)
    result = row.column_array("result")
    for i, limb in enumerate(result):
        inside = total(widths[width] for width in _WIDTHS if 2 * i < width)
        outside = row.real - inside
        row.zero(f"result_{i}_is_loaded_or_sign", inside * loaded[i] + outside * sign * 0xFFFF - limb)
    index = doubleword_index(low, high, _offset(flags))
    low_limbs, high_limbs = limbs_of_bytes(memory[:8]), limbs_of_bytes(memory[8:])
    row.read_source1(base)
    row.access("memory", Space.MEMORY, index, low_limbs, low_limbs)
    row.access("memory_next", Space.MEMORY, index + 1, high_limbs, high_limbs, crossing)
    row.write_destination(result)
    return row.finish(
        constants=immediate,
        outputs=result,
        domain="address not divisible by the width",
    )


def _store() -> Chip:
    row = InstructionRow(
        "store_misaligned",
        "Stores of 2, 4 and 8 bytes at addresses they are not aligned to.",
        ["sd", "sw", "sh"],
    )
    base, immediate, low, high = memory_operands(row)
    flags = _offsets(row, low)
    widths = {2: row.selectors["sh"], 4: row.selectors["sw"], 8: row.selectors["sd"]}
    _misaligned_only(row, flags, widths)
    crossing = _crossing(row, flags, widths)
    stored = byte_pairs(row, "stored", 8)
    before = byte_pairs(row, "before", 16)
    after = row.column_array("after", 16)
    for position in range(1, 15):
        covered = row.column(f"covered_{position}")
        covering = total(
            widths[width] * total(flag for offset, flag in flags.items() if offset <= position < offset + width)
            for width in _WIDTHS
        )
        row.zero(f"covered_{position}_by_the_access", covering - covered)
        incoming = total(
            flag * stored[position - offset] for offset, flag in flags.items() if 0 <= position - offset < 8
        )
        row.zero(
            f"after_{position}_is_stored_or_kept",
            before[position] + covered * (incoming - before[position]) - after[position],
        )
    for position in (0, 15):
        row.zero(f"after_{position}_is_kept", before[position] - after[position])
    index = doubleword_index(low, high, _offset(flags))
    row.read_source1(base)
    row.read_source2(limbs_of_bytes(stored))
    row.access("memory", Space.MEMORY, index, limbs_of_bytes(before[:8]), limbs_of_bytes(after[:8]))
    row.access(
        "memory_next",
        Space.MEMORY,
        index + 1,
        limbs_of_bytes(before[8:]),
        limbs_of_bytes(after[8:]),
        crossing,
    )
    return row.finish(
        constants=immediate,
        outputs=after,
        domain="address not divisible by the width",
    )


CHIPS = (_load(), _store())
