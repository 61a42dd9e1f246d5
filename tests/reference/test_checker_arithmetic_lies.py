"""Wrong results with a consistent witness: another instruction's, another quotient's, another cut of a limb.

Single changed cells cannot show the constraints that pin a witness as a whole. Each lie here is complete: its
row satisfies everything but the constraint or lookup that is named.
"""

from __future__ import annotations

import pytest

from reference.checker import check_trace
from reference.tables import Trace
from reference.trace.build import build_trace
from reference.trace.cells import Cells, byte_array, limb_array
from reference.trace.multiply import product_carries
from spec.field import P, inverse
from tests.changed_traces import changed, recounted, row_where, table_of, with_table
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.every_instruction import BASE, LEFT, RESULT, RIGHT
from tests.reference.violations import accused

MODULUS = 2**64
NEGATIVE, POSITIVE = -7 % MODULUS, 7


def _arithmetic_trace(name: str, left: int, right: int) -> Trace:
    """x7 = name(x5, x6), which nothing reads; the only row of its chip."""
    assembly = Assembly()
    assembly.constant(LEFT, left)
    assembly.constant(RIGHT, right)
    assembly.add(name, RESULT, LEFT, RIGHT)
    assembly.exit()
    return build_trace(assembly.program())


def _load_trace(name: str, offset: int) -> Trace:
    """Loads from sixteen bytes of ones, at an offset, into x7, which nothing reads."""
    assembly = Assembly()
    assembly.constant(BASE, SCRATCH.start)
    assembly.constant(RIGHT, MODULUS - 1)
    assembly.add("sd", rs1=BASE, rs2=RIGHT)
    assembly.add("sd", rs1=BASE, rs2=RIGHT, immediate=8)
    assembly.add(name, RESULT, BASE, immediate=offset)
    assembly.exit()
    return build_trace(assembly.program())


def _disguised(honest: Trace, other: Trace, chip: str, honest_name: str, other_name: str) -> set[str]:
    """Who is accused when the chip's row comes from another instruction of the same chip on the same operands."""
    row = row_where(honest, chip, **{f"is_{honest_name}": 1})
    table = table_of(other, chip)
    cells = dict(zip(table.chip.columns, table.main[row].tolist(), strict=True))
    cells |= {f"is_{other_name}": 0, f"is_{honest_name}": 1}
    forged = changed(honest, chip, row, **cells)
    for follows in ("boundary", "memory"):
        forged = with_table(forged, table_of(other, follows))
    return accused(check_trace(recounted(forged)))


@pytest.mark.parametrize(
    ("honest", "other", "chip", "left", "right", "expected"),
    [
        ("divu", "div", "divide", NEGATIVE, 2, {"unsigned_dividend_has_no_sign"}),
        ("divu", "div", "divide", 7, -2 % MODULUS, {"unsigned_divisor_has_no_sign"}),
        ("remu", "rem", "divide", NEGATIVE, 2, {"unsigned_dividend_has_no_sign"}),
        ("divuw", "divw", "divide_word", NEGATIVE, NEGATIVE - 1, {"dividend", "divisor"}),
        ("mulhu", "mulh", "multiply_high", NEGATIVE, 3, {"unsigned_left_has_no_sign"}),
        ("mulhu", "mulh", "multiply_high", 3, NEGATIVE, {"unsigned_right_has_no_sign"}),
        ("mulhsu", "mulh", "multiply_high", 3, NEGATIVE, {"unsigned_right_has_no_sign"}),
        ("mulhu", "mulhsu", "multiply_high", NEGATIVE, 3, {"unsigned_left_has_no_sign"}),
    ],
)
def test_unsigned_instruction_done_as_the_signed_one_is_caught(
    honest: str, other: str, chip: str, left: int, right: int, expected: set[str]
) -> None:
    names = {name if "_" in name else f"unsigned_{name}_has_no_sign" for name in expected}
    honest_trace, other_trace = _arithmetic_trace(honest, left, right), _arithmetic_trace(other, left, right)
    assert _disguised(honest_trace, other_trace, chip, honest, other) == {f"{chip}.{name}" for name in names}


@pytest.mark.parametrize(
    ("honest", "other", "chip", "left", "right"),
    [
        ("div", "divu", "divide", NEGATIVE, 2),
        ("div", "divu", "divide", 7, NEGATIVE),
        ("rem", "remu", "divide", NEGATIVE, 2),
        ("remw", "remuw", "divide_word", NEGATIVE, 2),
        ("mulh", "mulhu", "multiply_high", NEGATIVE, 3),
        ("mulh", "mulhsu", "multiply_high", 3, NEGATIVE),
        ("mulhsu", "mulhu", "multiply_high", NEGATIVE, 3),
    ],
)
def test_signed_instruction_done_as_the_unsigned_one_is_caught(
    honest: str, other: str, chip: str, left: int, right: int
) -> None:
    """The operand's top bit does not fit what the range check leaves without the sign."""
    honest_trace, other_trace = _arithmetic_trace(honest, left, right), _arithmetic_trace(other, left, right)
    assert _disguised(honest_trace, other_trace, chip, honest, other) == {"bus range"}


@pytest.mark.parametrize(("honest", "other"), [("div", "rem"), ("remu", "divu")])
def test_quotient_in_the_place_of_the_remainder_is_caught(honest: str, other: str) -> None:
    found = _disguised(_arithmetic_trace(honest, 7, 2), _arithmetic_trace(other, 7, 2), "divide", honest, other)
    assert found == {"divide.result_0_is_chosen"}


@pytest.mark.parametrize(
    ("honest", "other", "chip", "offset", "extending", "not_extending"),
    [
        ("lbu", "lb", "load_byte", 3, *["load_byte.sign_is_the_top_bit_where_signed"] * 2),
        ("lhu", "lh", "load_half", 2, "load_half.unsigned_has_no_sign", "bus range"),
        ("lwu", "lw", "load_word", 4, "load_word.unsigned_has_no_sign", "bus range"),
    ],
)
def test_load_that_extends_as_another_one_is_caught(
    honest: str, other: str, chip: str, offset: int, extending: str, not_extending: str
) -> None:
    honest_trace, other_trace = _load_trace(honest, offset), _load_trace(other, offset)
    assert _disguised(honest_trace, other_trace, chip, honest, other) == {extending}
    assert _disguised(other_trace, honest_trace, chip, other, honest) == {not_extending}


def test_byte_whose_top_bit_is_denied_is_caught_by_its_lookup() -> None:
    trace = _load_trace("lb", 3)
    forged = changed(trace, "load_byte", 0, top_bit=0, sign=0)
    for chip, column in (("boundary", "value_out"), ("memory", "final")):
        row = row_where(trace, chip, space=1, address=RESULT)
        forged = changed(forged, chip, row, **limb_array(column, 0xFF))
    assert accused(check_trace(recounted(forged))) == {"bus byte_pair"}


@pytest.mark.parametrize(("honest", "other", "offset"), [("lhu", "lh", 3), ("lwu", "lw", 5)])
def test_misaligned_zero_extending_load_that_extends_the_sign_is_caught(honest: str, other: str, offset: int) -> None:
    chip = "load_misaligned"
    honest_trace, other_trace = _load_trace(honest, offset), _load_trace(other, offset)
    found = _disguised(honest_trace, other_trace, chip, honest, other)
    assert found == {f"{chip}.only_signed_loads_have_a_sign"}
    assert _disguised(other_trace, honest_trace, chip, other, honest) == {"bus range"}


def _division(
    name: str, dividend: int, divisor: int, quotient: int, remainder: int, margin: int, margin_carries: list[int]
) -> set[str]:
    """Who is accused of a division with this quotient and remainder, which satisfy the equation."""
    assert dividend == divisor * quotient + remainder
    trace = _arithmetic_trace(name, dividend % MODULUS, divisor % MODULUS)
    wide = MODULUS**2
    carries = product_carries(divisor % wide, quotient % wide, remainder % wide, dividend % wide, 8)
    cells: Cells = {
        **byte_array("quotient", quotient % MODULUS, 8),
        **limb_array("remainder", remainder % MODULUS),
        "quotient_sign": int(quotient < 0),
        "remainder_sign": int(remainder < 0),
        **{f"carry_{i}": carry for i, carry in enumerate(carries)},
        **limb_array("margin", margin % MODULUS),
        **{f"margin_carry_{i}": carry for i, carry in enumerate(margin_carries)},
        **limb_array("result", quotient % MODULUS),
    }
    forged = changed(trace, "divide", 0, **cells)
    for chip, name_of_value in (("boundary", "value_out"), ("memory", "final")):
        row = row_where(trace, chip, space=1, address=RESULT)
        forged = changed(forged, chip, row, **limb_array(name_of_value, quotient % MODULUS))
    return accused(check_trace(recounted(forged)))


def test_true_division_is_not_accused() -> None:
    assert _division("div", -7, 2, -3, -1, 0, [1, 1, 1]) == set()
    assert _division("divu", 7, 2, 3, 1, 0, [0, 0, 0]) == set()


def test_remainder_as_large_as_the_divisor_is_caught_by_the_margin() -> None:
    assert _division("divu", 7, 2, 2, 3, -2, [-1, -1, -1]) == {"divide.margin_is_not_negative"}
    assert _division("divu", 6, 2, 2, 2, -1, [-1, -1, -1]) == {"divide.margin_is_not_negative"}


def test_quotient_rounded_down_is_caught_by_the_remainders_sign() -> None:
    expected = {"divide.remainder_limb_0_has_the_dividends_sign"}
    assert _division("div", -7, 2, -4, 1, 0, [0, 0, 0]) == expected
    signs = {f"divide.remainder_limb_{i}_has_the_dividends_sign" for i in range(4)}
    assert _division("div", 7, 2, 4, -1, 0, [1, 1, 1]) == signs


def test_division_by_zero_without_its_flag_is_caught_by_the_margin() -> None:
    """With a zero divisor every quotient satisfies the equation."""
    trace = _arithmetic_trace("divu", 7, 0)
    forged = changed(trace, "divide", 0, by_zero=0, quotient_0=5, result_0=0xFF05)
    for chip, column in (("boundary", "value_out_0"), ("memory", "final_0")):
        forged = changed(forged, chip, row_where(trace, chip, space=1, address=RESULT), **{column: 0xFF05})
    assert accused(check_trace(recounted(forged))) == {"divide.margin_is_not_negative"}


def test_division_by_zero_with_another_quotient_is_caught() -> None:
    trace = _arithmetic_trace("divu", 7, 0)
    forged = changed(trace, "divide", 0, quotient_0=5, result_0=0xFF05)
    for chip, column in (("boundary", "value_out_0"), ("memory", "final_0")):
        forged = changed(forged, chip, row_where(trace, chip, space=1, address=RESULT), **{column: 0xFF05})
    assert accused(check_trace(recounted(forged))) == {"divide.by_zero_quotient_byte_0_is_ones"}


@pytest.mark.parametrize(
    ("name", "left", "amount", "cells", "limb", "told"),
    [
        # 5 / 2 = 1 and 3 left over: the lowest piece has one bit too many.
        ("srl", 5, 1, {"piece_0": 3, "dropped": 0x18000}, 0, 1),
        # The piece that stays in the top limb is not that of the operand: what leaves is no integer.
        ("sll", 0x1234 << 48, 8, {"piece_3": 0x35, "dropped": (0x1234 - 0x35) * inverse(256) % P}, 3, 0x3500),
    ],
)
def test_limb_cut_elsewhere_is_caught_by_what_drops_out(
    name: str, left: int, amount: int, cells: Cells, limb: int, told: int
) -> None:
    trace = _arithmetic_trace(name, left, amount)
    forged = changed(trace, name, 0, **cells, **{f"result_{limb}": told})
    for chip, column in (("boundary", "value_out"), ("memory", "final")):
        forged = changed(forged, chip, row_where(trace, chip, space=1, address=RESULT), **{f"{column}_{limb}": told})
    assert accused(check_trace(recounted(forged))) == {"bus range"}


def test_limb_cut_into_a_piece_that_is_no_byte_is_caught_by_its_lookup() -> None:
    """0x1234 * 2^12: the high part is 0x123, of twelve bits, where the chip wants the low one."""
    trace = _arithmetic_trace("sll", 0x1234, 12)
    forged = changed(trace, "sll", 0, half=0, power=2**12, piece_0=0x123)
    assert accused(check_trace(recounted(forged))) == {"bus byte_pair", "bus shift"}


@pytest.mark.parametrize(
    ("left", "right", "cells", "expected"),
    [
        # 2^16 + 1 < 2^16 + 2, said the other way round: the margin would be negative.
        (0x1_0001, 0x1_0002, {"less": 0, "margin": -1}, {"bus range"}),
        # 2 < 1 by their lowest limbs, as if the next limb did not differ.
        (2 << 16 | 1, 1 << 16 | 2, {"less": 1, "margin": 0, "decides_1": 0}, {"sltu.undecided_limb_1_is_equal"}),
        # Equal limbs decide nothing: neither side is smaller by 1.
        (0x5_0000_0003, 0x5_0000_0003, {"decides_2": 1, "margin": -1}, {"bus range"}),
        (0x5_0000_0003, 0x5_0000_0003, {"decides_2": 1, "less": 1, "margin": -1}, {"bus range"}),
        # Two limbs decide at once, and the lowest less than not at all: 1 - 5 is negative.
        (1 << 32, 2 << 32 | 5, {"decides_1": 1, "less": 0, "margin": 2}, {"sltu.one_limb_decides"}),
    ],
)
def test_order_decided_otherwise_is_caught(left: int, right: int, cells: Cells, expected: set[str]) -> None:
    trace = _arithmetic_trace("sltu", left, right)
    told = cells.get("less", int(left < right))
    forged = changed(trace, "sltu", 0, **cells)
    for chip, column in (("boundary", "value_out_0"), ("memory", "final_0")):
        forged = changed(forged, chip, row_where(trace, chip, space=1, address=RESULT), **{column: told})
    assert accused(check_trace(recounted(forged))) == expected


def _addi_trace(left: int, immediate: int) -> Trace:
    assembly = Assembly()
    assembly.constant(LEFT, left)
    assembly.add("addi", RESULT, LEFT, immediate=immediate)
    assembly.exit()
    return build_trace(assembly.program())


@pytest.mark.parametrize(
    ("left", "cells", "told", "expected"),
    [
        # A carry that goes on through a limb of 4.
        (
            0x4_FFFF,
            {"carry_1": 1, "inverse": inverse(-0xFFFF % P)},
            {1: 5 - 2**16, 2: 1},
            "carry_1_counts_only_at_the_edge",
        ),
        # A carry that stops at a limb of ones.
        (0xFFFF_FFFF, {"carry_1": 0}, {1: 2**16, 2: 0}, "carries_stop_off_the_edge"),
        # A carry that comes from nowhere.
        (0xFFFF_0001, {"carry_1": 1, "inverse": 0}, {1: -1, 2: 1}, "carry_1_counts_only_if_carry_0_does"),
    ],
)
def test_carry_of_an_immediate_that_runs_otherwise_is_caught(
    left: int, cells: Cells, told: dict[int, int], expected: str
) -> None:
    """One is added: limbs above the lowest count only as far as the carry runs."""
    assembly = Assembly()
    assembly.constant(LEFT, left)
    assembly.add("addi", RESULT, LEFT, immediate=1)
    assembly.exit()
    trace = build_trace(assembly.program())
    forged = changed(trace, "addi", 0, **cells)
    for chip, column in (("boundary", "value_out"), ("memory", "final")):
        row = row_where(trace, chip, space=1, address=RESULT)
        forged = changed(forged, chip, row, **{f"{column}_{i}": limb for i, limb in told.items()})
    assert accused(check_trace(recounted(forged))) == {f"addi.{expected}"}
