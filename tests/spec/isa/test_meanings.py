"""What instructions mean, at the values that the ISA manual singles out."""

from __future__ import annotations

import pytest

from spec.isa import INSTRUCTION_BY_NAME, INSTRUCTIONS
from spec.isa.instruction import Arithmetic, Branch, Jump, Load, Store, UpperImmediate
from spec.word import INTEGER_WORDS as WORDS

ALL_ONES = 2**64 - 1
SMALLEST = 2**63
SMALLEST_HALF = 0xFFFF_FFFF_8000_0000
"""-2^31, sign-extended."""


def _result(name: str, left: int, right: int) -> int:
    meaning = INSTRUCTION_BY_NAME[name].meaning
    assert isinstance(meaning, Arithmetic)
    return meaning.result(WORDS, left % 2**64, right % 2**64)


@pytest.mark.parametrize(
    ("name", "left", "right", "result"),
    [
        # M extension, table of division by zero and overflow.
        ("divu", 7, 0, ALL_ONES),
        ("remu", 7, 0, 7),
        ("div", 7, 0, -1),
        ("div", -7, 0, -1),
        ("rem", -7, 0, -7),
        ("div", SMALLEST, -1, SMALLEST),
        ("rem", SMALLEST, -1, 0),
        ("divuw", 7, 0, ALL_ONES),
        ("divuw", 7, 2**32, ALL_ONES),
        ("remuw", 0x1_8000_0001, 0, 0xFFFF_FFFF_8000_0001),
        ("divw", 7, 0, -1),
        ("divw", -7, 2**32, -1),
        ("remw", 0x1_8000_0001, 0, 0xFFFF_FFFF_8000_0001),
        ("divw", SMALLEST_HALF, -1, SMALLEST_HALF),
        ("divw", 0x8000_0000, 0xFFFF_FFFF, SMALLEST_HALF),
        ("remw", SMALLEST_HALF, -1, 0),
        # Rounding towards zero, the remainder with the dividend's sign.
        ("div", -7, 2, -3),
        ("rem", -7, 2, -1),
        ("div", 7, -2, -3),
        ("rem", 7, -2, 1),
        ("divu", -7, 2, 2**63 - 4),
        ("remu", -7, 2, 1),
        ("divw", 0xFFFF_FFF9, 2, -3),
        ("divuw", 0xFFFF_FFF9, 1, 0xFFFF_FFFF_FFFF_FFF9),
        # Products.
        ("mul", -3, 5, -15),
        ("mulh", -1, -1, 0),
        ("mulhu", -1, -1, -2),
        ("mulhsu", -1, -1, -1),
        ("mulhsu", 1, -1, 0),
        ("mulh", SMALLEST, SMALLEST, 2**62),
        ("mulw", 0x10000, 0x8000, SMALLEST_HALF),
        # Shift amounts use the low 6 bits, in word forms the low 5.
        ("sll", 1, 64 + 63, SMALLEST),
        ("srl", SMALLEST, 64, SMALLEST),
        ("sra", SMALLEST, 63, -1),
        ("sllw", 1, 31, SMALLEST_HALF),
        ("sllw", 1, 32, 1),
        ("srlw", 0xF_8000_0000, 0, SMALLEST_HALF),
        ("srlw", 0xF_8000_0000, 4, 0x0800_0000),
        ("sraw", 0x0_8000_0000, 31 + 32, -1),
        ("sraiw", 0x0_4000_0000, 30, 1),
        ("srai", SMALLEST, 62, -2),
        # Word results are sign-extended.
        ("addw", 0x7FFF_FFFF, 1, SMALLEST_HALF),
        ("subw", 0, 1, -1),
        ("subw", 2**32, 0, 0),
        ("addiw", 0x1_FFFF_FFFF, 0, -1),
        # Comparisons; the immediate of sltiu is sign-extended, then unsigned.
        ("slt", -1, 0, 1),
        ("sltu", -1, 0, 0),
        ("slt", SMALLEST, SMALLEST - 1, 1),
        ("sltiu", 5, -1, 1),
        ("slti", 5, -1, 0),
        ("add", ALL_ONES, 1, 0),
        ("sub", 0, 1, -1),
        ("xori", 5, -1, -6),
        ("ori", 5, 2, 7),
        ("andi", 5, 4, 4),
    ],
)
def test_arithmetic_at_a_singular_point_follows_the_manual(name: str, left: int, right: int, result: int) -> None:
    assert _result(name, left, right) == result % 2**64


@pytest.mark.parametrize("left", [0, 1, ALL_ONES, SMALLEST, SMALLEST - 1])
@pytest.mark.parametrize("right", [0, 1, ALL_ONES, SMALLEST, SMALLEST - 1])
def test_branch_at_the_ends_of_both_orders_compares_its_numbers(left: int, right: int) -> None:
    signed_left = left - 2**64 if left >= 2**63 else left
    signed_right = right - 2**64 if right >= 2**63 else right
    expected = {
        "beq": left == right,
        "bne": left != right,
        "blt": signed_left < signed_right,
        "bge": signed_left >= signed_right,
        "bltu": left < right,
        "bgeu": left >= right,
    }
    branches = {i.name: i.meaning.taken for i in INSTRUCTIONS if isinstance(i.meaning, Branch)}
    assert {name: taken(WORDS, left, right) for name, taken in branches.items()} == expected


def test_jump_target_of_jalr_clears_bit_zero_only() -> None:
    jal, jalr = INSTRUCTION_BY_NAME["jal"].meaning, INSTRUCTION_BY_NAME["jalr"].meaning
    assert isinstance(jal, Jump)
    assert isinstance(jalr, Jump)
    assert jalr.target(WORDS, 0x1000, 0x2001, 2) == 0x2002
    assert jalr.target(WORDS, 0x1000, 0x2001, ALL_ONES) == 0x2000
    assert jalr.target(WORDS, 0x1000, ALL_ONES, 5) == 4
    assert jal.target(WORDS, 0x1000, 0x2001, 2**64 - 0x800) == 0x800


def test_upper_immediates_sign_extend_and_wrap() -> None:
    lui, auipc = INSTRUCTION_BY_NAME["lui"].meaning, INSTRUCTION_BY_NAME["auipc"].meaning
    assert isinstance(lui, UpperImmediate)
    assert isinstance(auipc, UpperImmediate)
    assert lui.result(WORDS, 0x1000, WORDS.constant(-(2**31))) == 0xFFFF_FFFF_8000_0000
    assert auipc.result(WORDS, 0x1004, WORDS.constant(-0x2000)) == 2**64 - 0xFFC
    assert auipc.result(WORDS, 0x8000_0000, WORDS.constant(0x7FFF_F000)) == 0xFFFF_F000


def test_loads_and_stores_have_the_manuals_widths_and_signs() -> None:
    loads = {i.name: (i.meaning.width_bytes, i.meaning.signed) for i in INSTRUCTIONS if isinstance(i.meaning, Load)}
    stores = {i.name: i.meaning.width_bytes for i in INSTRUCTIONS if isinstance(i.meaning, Store)}
    assert loads == {
        "lb": (1, True),
        "lh": (2, True),
        "lw": (4, True),
        "ld": (8, True),
        "lbu": (1, False),
        "lhu": (2, False),
        "lwu": (4, False),
    }
    assert stores == {"sb": 1, "sh": 2, "sw": 4, "sd": 8}
