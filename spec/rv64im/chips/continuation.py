"""Memory across segments: the boundary table of each segment and the memory table of the whole run."""

from spec.air.chip import Chip, Role
from spec.air.expression import Expression, Public, total
from spec.memory_map import RegionKind
from spec.rv64im.buses import CONTINUATION, CURSOR, IMAGE, LIMB_BITS, MEMORY, OUTPUT, REGION, SEGMENT_GAP_BITS
from spec.rv64im.machine_row import MachineRow

ADDRESS_BITS = 29
"""Doubleword addresses of the memory space; a register's index is far below."""

KEY_BITS = ADDRESS_BITS + 1
"""Memory rows are ordered by key = space * 2^29 + address."""


def _split_range(row: MachineRow, name: str, value: Expression, bits: int, times: Expression) -> None:
    """0 <= value < 2^bits for more than 16 bits: a column for the high part, the low part costs none."""
    high = row.column(f"{name}_high")
    row.in_range(f"{name}_low_is_16_bits", value - high * 2**LIMB_BITS, LIMB_BITS, times)
    row.in_range(f"{name}_high_is_{bits - LIMB_BITS}_bits", high, bits - LIMB_BITS, times)


def _boundary() -> Chip:
    row = MachineRow(
        "boundary",
        Role.CONTINUATION,
        "One row for each address the segment touches: its value on entry and on exit.",
    )
    real = row.column("real")
    row.boolean("real_is_boolean", real)
    space, address = row.column("space"), row.column("address")
    value_in, value_out = row.column_array("value_in"), row.column_array("value_out")
    last_clock = row.column("last_clock")
    origin = row.column("origin_segment")
    segment = Public("segment")
    row.send("enters", MEMORY, [space, address, *value_in, 0], real)
    row.receive("leaves", MEMORY, [space, address, *value_out, last_clock], real)
    row.receive("from_before", CONTINUATION, [space, address, *value_in, origin], real)
    row.send("to_after", CONTINUATION, [space, address, *value_out, segment + 1], real)
    # An older token only: so an address has one row per segment and its rows form one chain.
    _split_range(row, "gap", segment - origin, SEGMENT_GAP_BITS, real)
    return row.build()


def _memory() -> Chip:
    row = MachineRow(
        "memory",
        Role.CONTINUATION,
        "One row for each address of the run and each doubleword of the output: its first and its last value.",
    )
    kinds = {kind: row.column(f"is_{kind.name.lower()}") for kind in RegionKind}
    for kind, flag in kinds.items():
        row.boolean(f"is_{kind.name.lower()}_is_boolean", flag)
    real = row.define("real", total(kinds.values()))
    row.boolean("at_most_one_kind", real)
    space, address = row.column("space"), row.column("address")
    row.boolean("space_is_boolean", space)
    initial, final = row.column_array("initial"), row.column_array("final")
    last_segment = row.column("last_segment")

    row.send("initialises", CONTINUATION, [space, address, *initial, 0], real)
    row.receive("finalises", CONTINUATION, [space, address, *final, last_segment], real)

    cursor = row.column("cursor")
    key = row.define("key", space * 2**ADDRESS_BITS + address)
    row.receive("cursor_before", CURSOR, [cursor], real)
    row.send("cursor_after", CURSOR, [key + 1], real)
    _split_range(row, "step", key - cursor, KEY_BITS, real)

    # The address lies in a region of the program, which ends at or below 2^29: it needs no range of its own.
    start, end = row.column("region_start"), row.column("region_end")
    kind_number = total(flag * int(kind) for kind, flag in kinds.items())
    row.receive("region", REGION, [space, kind_number, start, end], real)
    _split_range(row, "above_start", address - start, ADDRESS_BITS, real)
    _split_range(row, "below_end", end - 1 - address, ADDRESS_BITS, real)

    zero = kinds[RegionKind.ZERO] + kinds[RegionKind.REGISTERS] + kinds[RegionKind.OUTPUT]
    for i, limb in enumerate(initial):
        row.zero(f"initial_{i}_is_zero_by_kind", zero * limb)
        # The private input is free, but every chip assumes limbs of 16 bits.
        row.in_range(f"initial_{i}_is_16_bits", limb, LIMB_BITS, real)
    row.receive("image", IMAGE, [address, *initial], kinds[RegionKind.IMAGE])
    row.send("output", OUTPUT, [address, *final], kinds[RegionKind.OUTPUT])
    return row.build()


BOUNDARY = _boundary()
MEMORY_TABLE = _memory()

CHIPS = (BOUNDARY, MEMORY_TABLE)
