"""The machine's fixed lookup tables: ranges, bytes, shifts.

Nobody commits to their columns: the verifier evaluates them itself, at a point, by the closed forms here. So the rows
stand in an order in which every column is a short formula in the bits of the row's number, of which a point's first
coordinate stands for the most significant. One main column for each bus counts how often a row is looked up.
"""

from collections.abc import Sequence
from functools import reduce

from spec.air.bus import Bus
from spec.air.chip import Chip, Role
from spec.air.machine import MachineTable
from spec.protocol.algebra import Value
from spec.rv64im.buses import AND, BYTE_PAIR, LIMB_BITS, RANGE, SHIFT
from spec.rv64im.machine_row import MachineRow
from spec.rv64im.shift_amount import AMOUNT_BITS, amount_parts, bits_of
from spec.word import BYTE_BITS

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
SHIFT_TABLE = lookup_table(
    "shift_table",
    Role.MACHINE_TABLE,
    "Every shift amount, taken apart.",
    SHIFT.fields,
    [(SHIFT, len(SHIFT.fields))],
)


def number(bits: Sequence[Value]) -> Value:
    """The number that the bits are, most significant first: linear in each."""
    return reduce(lambda total, bit: total * 2 + bit, bits)


def range_rows() -> list[TableRow]:
    """Row 2^width + value holds the value and its width; row 0 repeats value 0 of width 0."""
    return [(0, 0), *((value, width) for width in range(LIMB_BITS + 1) for value in range(1 << width))]


def range_form(point: Sequence[Value]) -> tuple[Value, ...]:
    """The row's highest bit tells the width, and the bits below it are the value."""
    none_above: Value = point[0] * 0 + 1
    value: Value = point[0] * 0
    width: Value = point[0] * 0
    for position, bit in enumerate(point):
        highest = none_above * bit
        below = point[position + 1 :]
        width = width + highest * len(below)
        if below:
            value = value + highest * number(below)
        none_above = none_above - highest
    return value, width


def byte_rows() -> list[TableRow]:
    """Row 256 left + right holds both bytes and their conjunction."""
    return [(left, right, left & right) for left in range(1 << BYTE_BITS) for right in range(1 << BYTE_BITS)]


def byte_form(point: Sequence[Value]) -> tuple[Value, ...]:
    """Both halves of the row's bits, and their products bit by bit."""
    left, right = point[:BYTE_BITS], point[BYTE_BITS:]
    return number(left), number(right), number([a * b for a, b in zip(left, right, strict=True)])


def shift_rows() -> list[TableRow]:
    """Row number is the amount."""
    return [(amount, *amount_parts(bits_of(amount))) for amount in range(1 << AMOUNT_BITS)]


def shift_form(point: Sequence[Value]) -> tuple[Value, ...]:
    """The parts of an amount are what they are for bits."""
    return number(point), *amount_parts(point)


CHIPS = (RANGE_TABLE, BYTE_TABLE, SHIFT_TABLE)

MACHINE_TABLES = {
    RANGE_TABLE.name: MachineTable(
        LIMB_BITS + 1,
        range_rows,
        range_form,
        "with m_i = x_i prod_{j < i} (1 - x_j): value sum_i m_i sum_{j > i} 2^(16 - j) x_j, width sum_i m_i (16 - i)",
    ),
    BYTE_TABLE.name: MachineTable(
        2 * BYTE_BITS,
        byte_rows,
        byte_form,
        "left sum_i 2^(7 - i) x_i, right sum_i 2^(7 - i) x_(8 + i), conjunction sum_i 2^(7 - i) x_i x_(8 + i)",
    ),
    SHIFT_TABLE.name: MachineTable(
        AMOUNT_BITS,
        shift_rows,
        shift_form,
        "amount sum_i 2^(5 - i) x_i, limbs_1 (1 - x_0) x_1, limbs_2 x_0 (1 - x_1), limbs_3 x_0 x_1, half x_2, "
        "power (1 + 15 x_3) (1 + 3 x_4) (1 + x_5)",
    ),
}
"""By table, its rows and closed form."""
