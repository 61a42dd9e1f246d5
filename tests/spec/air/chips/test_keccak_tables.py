"""The fixed tables of Keccak's rows: every row by a formula of its own, and on corners the closed forms."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from reference.columns import RowColumns
from reference.fixed_tables import machine_table
from reference.tables import without_fixed_columns
from spec.air.chip import Chip
from spec.air.chips.keccak_tables import CHI_BITS, DIGITS_BITS, GROUPS, chi_of, chi_rows, digits_rows
from spec.air.machine import MachineTable
from spec.rv64im.chips.keccak import FIXED_TABLES, TABLE

(DIGITS, DIGITS_TABLE), (CHI, CHI_TABLE) = FIXED_TABLES


def _number(digits: str, base: int) -> int:
    """The number with these digits, lowest first."""
    return int(digits[::-1] or "0", base)


def _in_base(number: int, base: int) -> str:
    """Eight digits, lowest first."""
    return "".join(str(number // base**i % base) for i in range(8))


def test_row_of_digits_has_all_that_belongs_to_its_number() -> None:
    rows = digits_rows()
    assert len(rows) == 4**8
    for number in (0, 1, 3, 0x5555, 0xAAAA, 0xFFFF, *Random(1).sample(range(4**8), 500)):
        odd = _in_base(number, 4).translate(str.maketrans("23", "01"))
        low, high = (f"{byte:08b}"[::-1] for byte in (number % 256, number // 256))
        in_parts = [_number(part, 5) for cut in range(1, 8) for part in (odd[:cut], odd[cut:])]
        in_base_4 = [_number(digits, 4) for digits in (low, high, odd, odd[:7], odd[7:])]
        assert rows[number] == (number, *in_base_4, *in_parts, _number(odd, 5))


def test_rows_of_chi_are_every_eight_digits_and_no_other() -> None:
    rows = chi_rows()
    assert len(rows) == 2**CHI_BITS
    distinct = {row[0]: row[1] for row in rows}
    assert sorted(distinct) == list(range(5**8))
    assert len(set(rows)) == len(distinct)
    for number in (0, 5**8 - 1, *Random(2).sample(range(5**8), 500)):
        assert distinct[number] == _number(_in_base(number, 5).translate(str.maketrans("01234", "01100")), 4)


@pytest.mark.parametrize(("a", "b", "c"), list(product((0, 1), repeat=3)))
def test_digit_of_chi_tells_its_bit(a: int, b: int, c: int) -> None:
    assert chi_of(3 - 2 * a + b - c) == a ^ ((1 ^ b) & c)


@pytest.mark.parametrize("digit", [-1, 5])
def test_other_digit_tells_none(digit: int) -> None:
    with pytest.raises(ValueError, match=f"^{digit} is no digit of chi$"):
        chi_of(digit)


def _bits_of(groups: tuple[int, ...]) -> int:
    return sum((5**digits - 1).bit_length() for digits in groups)


def test_groups_of_digits_take_the_fewest_bits_and_then_the_fewest_corners() -> None:
    """Among all cuts of a byte: whole it takes as many bits, and a form over all 2^19 corners of its cube."""
    cuts = [cut for count in range(1, 9) for cut in product(range(1, 9), repeat=count) if sum(cut) == 8]
    assert _bits_of(GROUPS) == CHI_BITS == min(map(_bits_of, cuts)) == _bits_of((8,))
    corners = {cut: sum(2 ** _bits_of((digits,)) for digits in cut) for cut in cuts if _bits_of(cut) == CHI_BITS}
    assert corners[GROUPS] == min(corners.values())


@pytest.mark.parametrize(("chip", "table"), FIXED_TABLES, ids=lambda of: of.name if isinstance(of, Chip) else "")
def test_closed_form_has_the_rows_on_corners(chip: Chip, table: MachineTable) -> None:
    """That it extends them to every point is a check of the machine: tests/proofs_of_constraints/machine."""
    rows, bits = table.rows(), table.height_log2
    assert len(rows) == 2**bits
    for row in (0, 1, 2**bits - 1, *Random(3).sample(range(2**bits), 300)):
        assert table.closed_form([row >> i & 1 for i in reversed(range(bits))]) == rows[row]
    assert len(rows[0]) == len(chip.fixed_columns)


@pytest.mark.parametrize("chip", [DIGITS, CHI], ids=lambda chip: chip.name)
def test_answers_have_as_many_bits_as_their_buses_state(chip: Chip) -> None:
    fixed = machine_table(chip.name)
    columns = RowColumns(without_fixed_columns(len(fixed)), fixed, {})
    for interaction in chip.interactions:
        widest = [int(columns.values(part).max()).bit_length() for part in interaction.message]
        assert dict(zip(interaction.bus.fields, widest, strict=True)) == interaction.bus.field_bits


def test_every_lookup_of_the_work_table_has_one_table_that_answers() -> None:
    answered = [interaction.bus.name for chip in (DIGITS, CHI) for interaction in chip.interactions]
    assert sorted(answered) == sorted(bus.name for bus in TABLE.lookups)
    assert (DIGITS_TABLE.height_log2, CHI_TABLE.height_log2) == (DIGITS_BITS, CHI_BITS) == (16, 19)
    assert (DIGITS_TABLE.only_for, CHI_TABLE.only_for) == (("keccak_f", "keccak_round"), ("keccak_round",))
