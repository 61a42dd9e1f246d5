"""The fixed tables in which Keccak's rows look up bytes, and the closed forms of their columns.

`keccak_digits` has a row for every number of eight digits in base 4, which is every number of 16 bits. `keccak_chi` has
one for every number of eight digits from 0 to 4 in base 5, in groups of digits: a group's number is part of the row's.
So every column is a short formula in the bits of the row's number, of which a point's first coordinate stands for the
most significant.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce
from itertools import product
from operator import add

from spec.air.bus import Bus
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.chips.keccak import ADDENDS, CHI_DIGIT, MIXED_BASE, PARITY_CUT, STATE_BASE, KeccakTable
from spec.air.expression import Expression
from spec.air.machine import MachineTable
from spec.protocol.algebra import Value
from spec.word import BYTE_BITS

TableRow = tuple[int, ...]

DIGITS_BITS = 2 * BYTE_BITS
"""A digit in base 4 has two bits."""

GROUPS = (3, 3, 2)
"""The digits of a byte in base 5, the lowest ones first: 125 numbers take seven bits and 25 take five, the fewest that
a byte can be cut to take."""


def chi_of(digit: int) -> int:
    """a xor (not b and c) of the bits with 3 - 2 a + b - c = digit. Raises ValueError unless it is from 0 to 4."""
    found = {a ^ (1 - b) & c for a, b, c in product((0, 1), repeat=ADDENDS) if CHI_DIGIT - 2 * a + b - c == digit}
    if len(found) != 1:
        raise ValueError(f"{digit} is no digit of chi")
    return found.pop()


def _digits_number(digits: Sequence[Value], base: int) -> Value:
    """The number with these digits, lowest first."""
    return reduce(lambda total, digit: total * base + digit, reversed(digits))


def digits_form(point: Sequence[Value]) -> tuple[Value, ...]:
    """What belongs to the number whose bits the point has, most significant first: linear in each of them."""
    lowest_first = list(reversed(point))
    odd = lowest_first[::2]
    in_base_4 = [lowest_first[:BYTE_BITS], lowest_first[BYTE_BITS:], odd, odd[:PARITY_CUT], odd[PARITY_CUT:]]
    cuts = [part for cut in range(1, BYTE_BITS) for part in (odd[:cut], odd[cut:])]
    return (
        _digits_number(lowest_first, 2),
        *(_digits_number(digits, STATE_BASE) for digits in in_base_4),
        *(_digits_number(digits, MIXED_BASE) for digits in (*cuts, odd)),
    )


DIGITS_COLUMNS = (
    "digits",
    "low_byte",
    "high_byte",
    "parity",
    "parity_low",
    "parity_high",
    *(f"theta_{part}_{cut}" for cut in range(1, BYTE_BITS) for part in ("low", "high")),
    f"theta_low_{BYTE_BITS}",
)
"""The number, its two bytes in base 4, the lower bits of its digits in base 4, whole and in two parts, and in base 5,
in two parts by cut."""


def digits_rows() -> list[TableRow]:
    """Row v holds what belongs to the number v. What belongs to its two bytes adds up to that, as every column is
    linear in the bits."""
    low, high = (
        [digits_form([byte << shift >> i & 1 for i in reversed(range(DIGITS_BITS))]) for byte in range(1 << BYTE_BITS)]
        for shift in (0, BYTE_BITS)
    )
    return [tuple(map(add, of_high, of_low)) for of_high in high for of_low in low]


@cache
def _group_rows(digits: int) -> list[tuple[int, int]]:
    """By the number of a group of so many digits: the digits in base 5, and what they tell in base 4. Numbers that are
    left over repeat the last one."""
    count = MIXED_BASE**digits
    numbers = [*range(count), *[count - 1] * ((1 << (count - 1).bit_length()) - count)]
    of_digits = [[number // MIXED_BASE**i % MIXED_BASE for i in range(digits)] for number in numbers]
    results = [_digits_number([chi_of(digit) for digit in each], STATE_BASE) for each in of_digits]
    return list(zip(numbers, results, strict=True))


def _groups() -> list[list[tuple[int, int]]]:
    """The rows of every group, with the weights that they have in a byte."""
    found, below = [], 0
    for digits in GROUPS:
        weights = MIXED_BASE**below, STATE_BASE**below
        found.append([(n * weights[0], r * weights[1]) for n, r in _group_rows(digits)])
        below += digits
    return found


CHI_BITS = sum(len(_group_rows(digits)).bit_length() - 1 for digits in GROUPS)


def chi_rows() -> list[TableRow]:
    """The number of the first group is the most significant part of a row's number."""
    rows: list[TableRow] = [(0, 0)]
    for of_group in _groups():
        rows = [(n + m, r + s) for n, r in rows for m, s in of_group]
    return rows


def chi_form(point: Sequence[Value]) -> tuple[Value, ...]:
    """By group, the sum over its numbers of what belongs to a number times eq of it."""
    digits = result = point[0] * 0
    for rows in _groups():
        bits = len(rows).bit_length() - 1
        corners, point = _corners(point[:bits]), point[bits:]
        for corner, (number, told) in zip(corners, rows, strict=True):
            digits, result = digits + corner * number, result + corner * told
    return digits, result


def _corners(point: Sequence[Value]) -> list[Value]:
    """eq of the point with every corner of its cube, in order."""
    corners: list[Value] = [point[0] * 0 + 1]
    for bit in point:
        corners = [part for corner in corners for part in (corner - corner * bit, corner * bit)]
    return corners


def keccak_tables(table: KeccakTable, callers: Sequence[str]) -> tuple[tuple[Chip, MachineTable], ...]:
    """The tables that answer on a work table's buses, for a machine in which these chips order the work."""
    digits = ChipBuilder("keccak_digits", Role.MACHINE_TABLE, "Every sum of three bytes whose bits are digits.")
    of = {name: digits.fixed_column(name) for name in DIGITS_COLUMNS}
    _answer(digits, table.limb, [of["digits"], of["low_byte"], of["high_byte"]])
    _answer(digits, table.parity, [of["digits"], of["parity"]])
    _answer(digits, table.cut_parity, [of["digits"], of["parity_low"], of["parity_high"]])
    for cut, bus in table.theta.items():
        parts = [f"theta_low_{cut}", f"theta_high_{cut}"][: bus.width - 1]
        _answer(digits, bus, [of["digits"], *(of[part] for part in parts)])
    chi = ChipBuilder("keccak_chi", Role.MACHINE_TABLE, "Every eight digits that chi asks for.")
    _answer(chi, table.chi, [chi.fixed_column("digits"), chi.fixed_column("result")])
    asking = table.chip.name
    return (
        (digits.build(), MachineTable(DIGITS_BITS, digits_rows, digits_form, DIGITS_DESCRIPTION, (*callers, asking))),
        (chi.build(), MachineTable(CHI_BITS, chi_rows, chi_form, CHI_DESCRIPTION, (asking,))),
    )


def _answer(row: ChipBuilder, bus: Bus, message: Sequence[Expression]) -> None:
    row.send(bus.name, bus, message, row.column(f"{bus.name}_multiplicity"))


DIGITS_DESCRIPTION = (
    "with v_i = x_(15 - i) and o_i = v_(2i): digits sum_i 2^i v_i, low_byte sum_(i < 8) 4^i v_i, "
    "high_byte sum_(i < 8) 4^i v_(8 + i), parity sum_i 4^i o_i, parity_low sum_(i < 7) 4^i o_i, parity_high o_7, "
    "theta_low_c sum_(i < c) 5^i o_i, theta_high_c sum_(i >= c) 5^(i - c) o_i"
)
CHI_DESCRIPTION = (
    "groups of 3, 3 and 2 digits in base 5, lowest first, numbered by 7, 7 and 5 bits, numbers beyond the last group "
    "repeat it: digits the number in base 5, result with digits 0, 1, 1, 0, 0 for 0 to 4 in base 4"
)
"""What the machine's digest covers of the forms."""
