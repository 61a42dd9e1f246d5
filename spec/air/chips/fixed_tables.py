"""The machine's fixed lookup tables: ranges, bytes, shifts.

Fixed columns are part of the key; the one main column counts how often each row is looked up. Every table is
exactly a power of two high or padded by repeating a real row.
"""

from collections.abc import Callable, Sequence

from spec.air.bus import AND, BYTE_PAIR, LIMB_BITS, RANGE, SHIFT, Bus
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.closed_form import ClosedForm, Value, number_of
from spec.air.shift_amount import AMOUNT_BITS, amount_parts, bits_of

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
    """Row 2^w + v holds the value v of width w; row 0, which is left over, holds what row 1 does."""
    return [(0, 0), *((value, width) for width in range(LIMB_BITS + 1) for value in range(1 << width))]


def _range_columns(point: Sequence[Value]) -> tuple[Value, ...]:
    """The value is the row's number less its leading bit, the width the leading bit's place."""
    first, *rest = point
    none_above, width, leading_power = 1 - first, first * LIMB_BITS, first * (1 << LIMB_BITS)
    for place, bit in zip(reversed(range(LIMB_BITS)), rest, strict=True):
        leads = none_above * bit
        none_above, width, leading_power = (
            none_above - leads,
            width + leads * place,
            leading_power + leads * (1 << place),
        )
    return (number_of(point) - leading_power, width)


def _byte_rows() -> list[TableRow]:
    return [(left, right, left & right) for left in range(256) for right in range(256)]


def _byte_columns(point: Sequence[Value]) -> tuple[Value, ...]:
    left, right = point[:8], point[8:]
    both = number_of([one * other for one, other in zip(left, right, strict=True)])
    return (number_of(left), number_of(right), both)


def _shift_rows() -> list[TableRow]:
    return [(amount, *amount_parts(bits_of(amount))) for amount in range(1 << AMOUNT_BITS)]


def _shift_columns(point: Sequence[Value]) -> tuple[Value, ...]:
    return (number_of(point), *amount_parts(point))


FIXED_ROWS: dict[str, Callable[[], list[TableRow]]] = {
    RANGE_TABLE.name: _range_rows,
    BYTE_TABLE.name: _byte_rows,
    SHIFT_TABLE.name: _shift_rows,
}
"""By table, its rows before padding."""

CLOSED_FORMS: dict[str, ClosedForm] = {
    RANGE_TABLE.name: ClosedForm(LIMB_BITS + 1, _range_columns),
    BYTE_TABLE.name: ClosedForm(16, _byte_columns),
    SHIFT_TABLE.name: ClosedForm(AMOUNT_BITS, _shift_columns),
}
"""By table, its columns as functions of a point; the padded rows are their values on bits."""

CHIPS = (RANGE_TABLE, BYTE_TABLE, SHIFT_TABLE)
