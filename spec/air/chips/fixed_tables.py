"""The machine's fixed lookup tables: ranges, bytes, shifts.

Fixed columns are part of the key; the one main column counts how often each row is looked up. Every table is
exactly a power of two high or padded by repeating a real row.
"""

from collections.abc import Callable, Sequence

from spec.air.bus import AND, BYTE_PAIR, LIMB_BITS, RANGE, SHIFT, Bus
from spec.air.chip import Chip, ChipBuilder, Role

TableRow = tuple[int, ...]


def padded(rows: list[TableRow], height: int = 2) -> list[TableRow]:
    """The rows up to the next power of two, at least `height`, by repeating the last one: never a row of zeros."""
    height = max(height, 1 << (len(rows) - 1).bit_length())
    return rows + [rows[-1]] * (height - len(rows))


def lookup_table(name: str, role: Role, purpose: str, fixed: Sequence[str], buses: Sequence[tuple[Bus, int]]) -> Chip:
    """A table that sends, on each bus, the first fields of its fixed columns as often as a main column says."""
    row = ChipBuilder(name, role, purpose)
    cells = [row.fixed_column(column) for column in fixed]
    for bus, width in buses:
        row.send(bus.name, bus, cells[:width], row.column(f"{bus.name}_multiplicity"))
    return row.build()


RANGE_TABLE = lookup_table(
    "range_table", Role.MACHINE_TABLE, "Every value of every width up to 16 bits.", RANGE.fields, [(RANGE, 2)]
)
BYTE_TABLE = lookup_table(
    "byte_table",
    Role.MACHINE_TABLE,
    "Every pair of bytes and its conjunction.",
    AND.fields,
    [(AND, 3), (BYTE_PAIR, 2)],
)
SHIFT_TABLE = lookup_table(
    "shift_table",
    Role.MACHINE_TABLE,
    "Every shift amount, taken apart.",
    SHIFT.fields,
    [(SHIFT, len(SHIFT.fields))],
)


def _range_rows() -> list[TableRow]:
    return [(value, width) for width in range(LIMB_BITS + 1) for value in range(1 << width)]


def _byte_rows() -> list[TableRow]:
    return [(left, right, left & right) for left in range(256) for right in range(256)]


def _shift_rows() -> list[TableRow]:
    rows = []
    for amount in range(64):
        limbs, bits = divmod(amount, LIMB_BITS)
        flags = tuple(int(limbs == i) for i in range(4))
        rows.append((amount, *flags, bits, 1 << bits, 1 << (LIMB_BITS - bits)))
    return rows


FIXED_ROWS: dict[str, Callable[[], list[TableRow]]] = {
    RANGE_TABLE.name: _range_rows,
    BYTE_TABLE.name: _byte_rows,
    SHIFT_TABLE.name: _shift_rows,
}
"""By table, its rows before padding."""

CHIPS = (RANGE_TABLE, BYTE_TABLE, SHIFT_TABLE)
