"""The machine's fixed lookup tables: ranges, bytes, clock parts, shifts.

Fixed columns are part of the key; the one main column counts how often each row is looked up. Every table is
exactly a power of two high or padded by repeating a real row.
"""

from collections.abc import Callable, Sequence

from spec.air.bus import Bus
from spec.air.chip import Chip, Role
from spec.rv64im.buses import AND, BYTE_PAIR, CLOCK_HIGH, CLOCK_HIGH_BITS, LIMB_BITS, RANGE, SHIFT
from spec.rv64im.machine_row import MachineRow

TableRow = tuple[int, ...]


def padded(rows: list[TableRow], height: int = 2) -> list[TableRow]:
    """The rows up to the next power of two, at least `height`, by repeating the last one: never a row of zeros."""
    height = max(height, 1 << (len(rows) - 1).bit_length())
    return rows + [rows[-1]] * (height - len(rows))


def lookup_table(name: str, role: Role, purpose: str, fixed: Sequence[str], buses: Sequence[tuple[Bus, int]]) -> Chip:
    """A table that sends, on each bus, the first fields of its fixed columns as often as a main column says."""
    row = MachineRow(name, role, purpose)
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
CLOCK_TABLE = lookup_table(
    "clock_table", Role.MACHINE_TABLE, "Every triple of 6-bit values.", CLOCK_HIGH.fields, [(CLOCK_HIGH, 3)]
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


def _clock_rows() -> list[TableRow]:
    part = range(1 << CLOCK_HIGH_BITS)
    return [(first, second, third) for first in part for second in part for third in part]


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
    CLOCK_TABLE.name: _clock_rows,
    SHIFT_TABLE.name: _shift_rows,
}
"""By table, its rows before padding."""

CHIPS = (RANGE_TABLE, BYTE_TABLE, CLOCK_TABLE, SHIFT_TABLE)


def _number(point):  # interim
    total = point[0] * (1 << (len(point) - 1))
    for i, x in enumerate(point[1:], start=2):
        total = total + x * (1 << (len(point) - i))
    return total


def _range_form(point):
    # rows 2^w + v hold (v, w); row 0 repeats (0, 0)
    n = len(point)
    value = point[0] * 0
    width = point[0] * 0
    none_above = point[0] * 0 + 1
    for i in range(n):
        # leading one at coordinate i: weight none_above * x_i
        lead = none_above * point[i]
        w = n - 1 - i
        width = width + lead * w
        if w:
            value = value + lead * _number(point[i + 1 :])
        none_above = none_above - lead
    return (value, width)


def _byte_form(point):
    left, right = point[:8], point[8:]
    both = point[0] * 0
    for i in range(8):
        both = both + left[i] * right[i] * (1 << (7 - i))
    return (_number(left), _number(right), both)


def _clock_form(point):
    return (_number(point[:6]), _number(point[6:12]), _number(point[12:]))


def _shift_form(point):
    high, low = point[:2], point[2:]
    flags = tuple(
        ((high[0] if i >> 1 else high[0] * -1 + 1) * (high[1] if i & 1 else high[1] * -1 + 1)) for i in range(4)
    )
    power = point[0] * 0 + 1
    complement = point[0] * 0 + (1 << 16)
    from spec.field import inverse

    for i, x in enumerate(low):
        e = 1 << (3 - i)
        power = power * (x * ((1 << e) - 1) + 1)
        complement = complement * (x * (inverse(1 << e) - 1) + 1)
    return (_number(point), *flags, _number(low), power, complement)


from spec.air.machine import MachineTable  # noqa: E402


def _ordered_range_rows():
    rows = [(0, 0)] * (1 << 17)
    for w in range(17):
        for v in range(1 << w):
            rows[(1 << w) + v] = (v, w)
    return rows


FIXED_ROWS[RANGE_TABLE.name] = _ordered_range_rows
_FORMS = {
    "range_table": (17, _range_form),
    "byte_table": (16, _byte_form),
    "clock_table": (18, _clock_form),
    "shift_table": (6, _shift_form),
}
MACHINE_TABLES = {
    chip.name: MachineTable(_FORMS[chip.name][0], FIXED_ROWS[chip.name], _FORMS[chip.name][1], chip.name)
    for chip in CHIPS
}
