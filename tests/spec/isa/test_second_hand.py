"""The instruction set equals the second hand's, and whatever is changed in its encodings or meanings does not."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from spec.isa import INSTRUCTION_BY_NAME, Instruction
from spec.isa.branches import is_below_signed, is_below_unsigned
from spec.isa.encoding import (
    B_FORMAT,
    FUNCT3_MASK,
    I_FORMAT,
    J_FORMAT,
    R_FORMAT,
    S_FORMAT,
    SHIFT_5_FORMAT,
    SHIFT_6_FORMAT,
    U_FORMAT,
    BitSlice,
)
from spec.isa.instruction import Arithmetic, Branch, Jump, Load, Store, System, UpperImmediate, WordFunction
from spec.isa.register_arithmetic import set_below_signed, set_below_unsigned, shift_right_logical
from spec.word import B, W, WordVocabulary
from tests.spec.isa.second_hand.comparison import KINDS, differences
from tests.spec.isa.second_hand.listing import FIXED

SECOND_HAND = Path(__file__).parent / "second_hand"

DECODING: ModuleType = import_module("spec.isa.decode")
STEP: ModuleType = import_module("spec.isa.step")


def test_every_word_on_every_state_means_what_the_second_hand_says() -> None:
    assert list(differences()) == []


def test_kinds_of_words_are_all_of_them() -> None:
    assert sorted(set(KINDS)) == [(opcode, funct3) for opcode in range(128) for funct3 in range(8)]


@pytest.mark.parametrize("module", ["listing.py", "execution.py"])
def test_second_hand_imports_nothing_of_the_declaration(module: str) -> None:
    allowed = {"__future__", "collections.abc", "dataclasses", "typing", "z3", "tests.spec.isa.second_hand.listing"}
    imported: set[str] = set()
    for node in ast.walk(ast.parse((SECOND_HAND / module).read_text())):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or ".")
        elif isinstance(node, ast.Name):
            assert node.id not in ("__import__", "eval", "exec")
    assert imported <= allowed


def test_listing_has_one_name_for_a_word_and_every_instruction() -> None:
    patterns = {name: pattern.replace(" ", "") for name, pattern in FIXED.items()}
    assert {len(pattern) for pattern in patterns.values()} == {32}
    for one, other in combinations(patterns.values(), 2):
        assert any("." not in pair and pair[0] != pair[1] for pair in zip(one, other, strict=True))
    assert set(patterns) == set(INSTRUCTION_BY_NAME)


def _with_slices(name: str, *slices: BitSlice) -> Instruction:
    instruction = INSTRUCTION_BY_NAME[name]
    return replace(instruction, format=replace(instruction.format, immediate=slices))


def _with_funct3_of(name: str, other: str) -> Instruction:
    instruction, source = INSTRUCTION_BY_NAME[name], INSTRUCTION_BY_NAME[other]
    return replace(instruction, match=instruction.match & ~FUNCT3_MASK | source.match & FUNCT3_MASK)


def _computing(name: str, result: WordFunction) -> Instruction:
    return replace(INSTRUCTION_BY_NAME[name], meaning=Arithmetic(result))


def _of(name: str) -> WordFunction:
    meaning = INSTRUCTION_BY_NAME[name].meaning
    assert isinstance(meaning, Arithmetic)
    return meaning.result


def _flipped(name: str) -> WordFunction:
    result = _of(name)

    def flipped(words: WordVocabulary[W, B], left: W, right: W) -> W:
        return result(words, right, left)

    return flipped


def _pc_after(words: WordVocabulary[W, B], pc: W, immediate: W) -> W:
    return words.add(words.add(pc, words.constant(4)), immediate)


def _target_with_bit_0(words: WordVocabulary[W, B], pc: W, base: W, offset: W) -> W:
    return words.add(base, offset)


def _all_bits(words: WordVocabulary[W, B], left: W, right: W) -> W:
    return words.shift_left(left, right)


def _truncated(words: WordVocabulary[W, B], left: W, right: W) -> W:
    return words.zero_extend(words.add(left, right), 32)


def _bare_quotient(words: WordVocabulary[W, B], left: W, right: W) -> W:
    return words.quotient_signed(left, right)


def _sign_of_divisor(words: WordVocabulary[W, B], left: W, right: W) -> W:
    negative = words.below_signed(right, words.constant(0))
    remainder = words.remainder_signed(left, right)
    return words.select(negative, words.subtract(words.constant(0), remainder), remainder)


def _is_of(instruction: Instruction, opcode: int, funct3: int) -> bool:
    """Whether words with this opcode and funct3 may be the instruction."""
    mask = instruction.mask & 0x707F
    return (opcode | funct3 << 12) & mask == instruction.match & mask


def _plants() -> dict[str, tuple[Sequence[Instruction], set[tuple[str, str]]]]:
    """By title, instructions changed, and what tells them from the second hand's."""
    by_name = INSTRUCTION_BY_NAME
    high, low = B_FORMAT.immediate[1], B_FORMAT.immediate[0]
    result, target = "register rd", "next pc"
    return {
        "bits 11 and 12 of a branch's offset swapped": (
            [_with_slices("beq", low, high, BitSlice(31, 1, 11), BitSlice(7, 1, 12))],
            {("beq", "completes"), ("beq", target)},
        ),
        "slices of a store's offset swapped": (
            [_with_slices("sd", BitSlice(7, 5, 7), BitSlice(25, 7, 0))],
            {("sd", "completes")},
        ),
        "slices of a jump's offset swapped": (
            [_with_slices("jal", BitSlice(21, 8, 12), BitSlice(29, 2, 1), BitSlice(12, 8, 3), BitSlice(31, 1, 20))],
            {("jal", "completes")},
        ),
        "slice of an upper immediate one bit off": ([_with_slices("lui", BitSlice(12, 20, 11))], {("lui", result)}),
        "slice of an immediate one bit off": ([_with_slices("addi", BitSlice(21, 11, 0))], {("addi", result)}),
        "immediate not sign-extended": (
            [replace(by_name["andi"], format=replace(I_FORMAT, immediate_is_signed=False))],
            {("andi", result)},
        ),
        "shift amount of 5 bits": (
            [replace(by_name["srai"], format=replace(SHIFT_6_FORMAT, immediate=SHIFT_5_FORMAT.immediate))],
            {("srai", result)},
        ),
        "shift amount of a word of 6 bits": (
            [replace(by_name["slliw"], format=replace(SHIFT_6_FORMAT, immediate=SHIFT_6_FORMAT.immediate))],
            {("", "is not in the manual's listing")},
        ),
        "funct3 of blt and bge swapped": (
            [_with_funct3_of("blt", "bge"), _with_funct3_of("bge", "blt")],
            {("blt", "is decoded as bge"), ("bge", "is decoded as blt")},
        ),
        "funct3 of lw and lwu swapped": (
            [_with_funct3_of("lw", "lwu"), _with_funct3_of("lwu", "lw")],
            {("lw", "is decoded as lwu"), ("lwu", "is decoded as lw")},
        ),
        "funct7 of sub ignored": (
            [replace(by_name["sub"], format=replace(R_FORMAT, mask=I_FORMAT.mask), match=by_name["add"].match)],
            {("mul", "is decoded as sub"), ("", "is not in the manual's listing")},
        ),
        "fence that decides by rd": (
            [replace(by_name["fence"], format=replace(U_FORMAT, mask=0x0000_7FFF, writes_rd=False, immediate=()))],
            {("fence", "is decoded as None")},
        ),
        "signed and unsigned comparison swapped": (
            [_computing("slt", set_below_unsigned), _computing("sltu", set_below_signed)],
            {("slt", result), ("sltu", result)},
        ),
        "comparison with operands swapped": ([_computing("sltiu", _flipped("sltiu"))], {("sltiu", result)}),
        "branches signed and unsigned": (
            [
                replace(by_name["blt"], meaning=Branch(is_below_unsigned)),
                replace(by_name["bltu"], meaning=Branch(is_below_signed)),
            ],
            {("blt", "completes"), ("bltu", "completes")},
        ),
        "arithmetic shift without sign": ([_computing("sra", shift_right_logical)], {("sra", result)}),
        "shift by more than 6 bits": ([_computing("sll", _all_bits)], {("sll", result)}),
        "word not sign-extended": ([_computing("addiw", _truncated)], {("addiw", result)}),
        "difference of 64 bits": ([_computing("subw", _of("sub"))], {("subw", result)}),
        "signed half of an unsigned product": ([_computing("mulhu", _of("mulh"))], {("mulhu", result)}),
        "sign of the other factor": ([_computing("mulhsu", _flipped("mulhsu"))], {("mulhsu", result)}),
        "zero divisor forgotten": ([_computing("div", _bare_quotient)], {("div", result)}),
        "remainder with the divisor's sign": ([_computing("rem", _sign_of_divisor)], {("rem", result)}),
        "unsigned division of words by the signed one": ([_computing("divuw", _of("divw"))], {("divuw", result)}),
        "remainder of 64 bits": ([_computing("remw", _of("rem"))], {("remw", result)}),
        "address of the next instruction": (
            [replace(by_name["auipc"], meaning=UpperImmediate(_pc_after))],
            {("auipc", result)},
        ),
        "target with bit 0": ([replace(by_name["jalr"], meaning=Jump(_target_with_bit_0))], {("jalr", "completes")}),
        "loads of the other sign": (
            [replace(by_name["lb"], meaning=Load(1, False)), replace(by_name["lhu"], meaning=Load(2, True))],
            {("lb", result), ("lhu", result)},
        ),
        "store of half the width": (
            [replace(by_name["sw"], meaning=Store(2))],
            {("sw", "completes"), ("sw", "memory")},
        ),
        "breakpoint as a fence": (
            [replace(by_name["ebreak"], meaning=System.FENCE)],
            {("ebreak", "completes")},
        ),
        "result that goes nowhere": (
            [replace(by_name["xor"], format=replace(S_FORMAT, mask=R_FORMAT.mask, immediate=()))],
            {("xor", "has a destination")},
        ),
        "offset of a jump of the other format": (
            [replace(by_name["jal"], format=replace(J_FORMAT, immediate=U_FORMAT.immediate))],
            {("jal", "completes")},
        ),
    }


@pytest.mark.parametrize("title", _plants())
def test_change_of_the_instruction_set_is_told_apart(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changed, expected = _plants()[title]
    instructions = dict(INSTRUCTION_BY_NAME) | {instruction.name: instruction for instruction in changed}
    monkeypatch.setattr(DECODING, "INSTRUCTIONS", tuple(instructions.values()))
    monkeypatch.setattr(DECODING, "_BUCKETS", DECODING._buckets())
    kinds = sorted({kind for instruction in changed for kind in KINDS if _is_of(instruction, *kind)})
    found = {(difference.name, difference.claim) for difference in differences(kinds)}
    assert found
    assert found <= expected
    assert {name for name, _ in found} == {name for name, _ in expected}


LOADED, STORED = STEP.loaded, STEP.stored


def _loaded_from_one_doubleword(words: WordVocabulary[W, B], load: Load, address: W, low: W, high: W) -> W:
    result: W = LOADED(words, load, address, low, words.constant(0))
    return result


def _stored_in_one_doubleword(
    words: WordVocabulary[W, B], store: Store, address: W, low: W, high: W, word: W
) -> tuple[W, W]:
    changed: W = STORED(words, store, address, low, high, word)[0]
    return changed, high


def _stored_beyond_its_width(
    words: WordVocabulary[W, B], store: Store, address: W, low: W, high: W, word: W
) -> tuple[W, W]:
    changed: tuple[W, W] = STORED(words, Store(8), address, low, high, word)
    return changed


@pytest.mark.parametrize(
    ("name", "function", "opcode", "expected"),
    [
        ("loaded", _loaded_from_one_doubleword, 0x03, {(n, "register rd") for n in ("lh", "lw", "ld", "lhu", "lwu")}),
        ("stored", _stored_in_one_doubleword, 0x23, {(name, "memory") for name in ("sh", "sw", "sd")}),
        ("stored", _stored_beyond_its_width, 0x23, {(name, "memory") for name in ("sb", "sh", "sw")}),
        ("is_instruction_address", lambda words, address: words.truth(True), 0x67, {("jalr", "completes")}),
        ("is_canonical", lambda words, address, width: words.truth(True), 0x03, {("lb", "completes")}),
        (
            "is_canonical",
            lambda words, address, width: words.below_unsigned(address, words.constant(2**32)),
            0x23,
            {(name, "completes") for name in ("sh", "sw", "sd")},
        ),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)
def test_change_of_the_machine_step_is_told_apart(
    name: str,
    function: Callable[..., Any],
    opcode: int,
    expected: set[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(STEP, name, function)
    found = {(d.name, d.claim) for d in differences([(opcode, funct3) for funct3 in range(8)])}
    assert found >= expected
    assert {claim for _, claim in found} == {claim for _, claim in expected}


@pytest.mark.parametrize("register", ["CALL_NUMBER_REGISTER", "CALL_ARGUMENT_REGISTER"])
def test_environment_call_of_another_register_is_told_apart(register: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DECODING, register, 11)
    (found,) = differences([(0x73, 0)])
    assert (found.name, found.claim) == ("ecall", "reads the call from a7 and the exit code from a0")


@pytest.mark.parametrize(
    ("place", "claim"), [("RS1_SHIFT", "reads rs1"), ("RS2_SHIFT", "reads rs2"), ("RD_SHIFT", "register rd")]
)
def test_register_at_another_place_is_told_apart(place: str, claim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DECODING, place, 27)
    assert {difference.claim for difference in differences([(0x33, 0b100)])} == {claim}


def test_write_to_x0_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DECODING, "SINK", 0)
    (found, *_) = differences([(0x33, 0)])
    assert found.claim == "writes a register that exists, and not x0"
    assert found.word >> 7 & 31 == 0
