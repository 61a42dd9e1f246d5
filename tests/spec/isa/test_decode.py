"""Decoding and encoding: structure, round trips, known words."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.isa import (
    INSTRUCTION_BY_NAME,
    INSTRUCTIONS,
    Decoded,
    EncodingError,
    Family,
    decode,
    disassemble,
    encode,
    instruction_of,
)
from spec.memory_map import SINK

RV64I = """lui auipc jal jalr beq bne blt bge bltu bgeu lb lh lw ld lbu lhu lwu sb sh sw sd
addi slti sltiu xori ori andi slli srli srai add sub sll slt sltu xor srl sra or and
addiw slliw srliw sraiw addw subw sllw srlw sraw fence ecall ebreak"""
M = "mul mulh mulhsu mulhu div divu rem remu mulw divw divuw remw remuw"


def _structured_words(count: int, seed: int) -> list[int]:
    """Words near instructions: every instruction with random operands, and the same with one flipped bit."""
    source = random.Random(seed)
    words = []
    for position in range(count):
        instruction = INSTRUCTIONS[position % len(INSTRUCTIONS)]
        word = instruction.match | source.getrandbits(32) & ~instruction.mask
        words += [word, word ^ 1 << source.randrange(2, 32)]
    return words


def _random_words(count: int, seed: int) -> list[int]:
    """Uniform among the words whose length code says 32 bits."""
    source = random.Random(seed)
    words = (source.getrandbits(32) | 0b11 for _ in range(count))
    return [word for word in words if word & 0b11100 != 0b11100]


WORDS = [word for word in _structured_words(2000, 1) + _random_words(4000, 2) if word & 0b11111 != 0b11111]


def test_instructions_are_exactly_rv64i_and_m() -> None:
    assert sorted(instruction.name for instruction in INSTRUCTIONS) == sorted(f"{RV64I} {M}".split())
    assert {instruction.family for instruction in INSTRUCTIONS} == set(Family)
    assert list(INSTRUCTION_BY_NAME) == [instruction.name for instruction in INSTRUCTIONS]


def test_encodings_of_two_instructions_never_overlap() -> None:
    for first, second in combinations(INSTRUCTIONS, 2):
        assert (first.match ^ second.match) & first.mask & second.mask, (first.name, second.name)


def test_match_bits_lie_under_the_mask() -> None:
    for instruction in INSTRUCTIONS:
        assert instruction.match & ~instruction.mask == 0, instruction.name


@given(word=st.integers(0, 2**32 - 1) | st.sampled_from(WORDS))
def test_decoding_finds_the_one_instruction_that_matches(word: int) -> None:
    matching = [i for i in INSTRUCTIONS if word & i.mask == i.match]
    found = instruction_of(word)
    assert ([] if found is None else [found]) == matching
    decoded = decode(word)
    assert (None if decoded is None else decoded.instruction) is found


@st.composite
def _operands(draw: st.DrawFn) -> tuple[str, int, int, int, int]:
    instruction = draw(st.sampled_from(INSTRUCTIONS))
    form = instruction.format
    register = st.integers(0, 31)
    immediate = 0
    if form.immediate:
        step, limit = form.immediate_alignment, 2**form.immediate_bits
        low, high = (-limit // 2, limit // 2) if form.immediate_is_signed else (0, limit)
        immediate = step * draw(st.integers(low // step, high // step - 1))
    return (
        instruction.name,
        draw(register) if form.writes_rd else 0,
        draw(register) if form.reads_rs1 else 0,
        draw(register) if form.reads_rs2 else 0,
        immediate,
    )


@given(operands=_operands())
def test_encoded_operands_decode_to_themselves(operands: tuple[str, int, int, int, int]) -> None:
    name, rd, rs1, rs2, immediate = operands
    implicit = name == "ecall"
    expected = Decoded(INSTRUCTION_BY_NAME[name], rd, 17 if implicit else rs1, 10 if implicit else rs2, immediate)
    assert decode(encode(name, rd, rs1, rs2, immediate)) == expected


@given(word=st.sampled_from(WORDS))
def test_decoded_word_encodes_to_itself_except_fence(word: int) -> None:
    decoded = decode(word)
    if decoded is None or decoded.instruction.name in ("fence", "ecall"):
        return
    again = encode(decoded.instruction.name, decoded.rd, decoded.rs1, decoded.rs2, decoded.immediate)
    assert again == word


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (0x00500093, "addi ra,zero,5"),
        (0xFFF58513, "addi a0,a1,-1"),
        (0x03F59513, "slli a0,a1,63"),
        (0x43F5D513, "srai a0,a1,63"),
        (0x41F5D51B, "sraiw a0,a1,31"),
        (0x80000537, "lui a0,0x80000"),
        (0xFE000EE3, "beq zero,zero,0xffc"),
        (0x0000006F, "jal zero,0x1000"),
        (0xFF8080E7, "jalr ra,-8(ra)"),
        (0xFEB53C23, "sd a1,-8(a0)"),
        (0x02C5C533, "div a0,a1,a2"),
        (0x0000000F, "fence"),
        (0x00000073, "ecall"),
        (0x00100073, "ebreak"),
        (0x00000000, ".word 0x00000000"),
    ],
)
def test_disassembly_of_a_known_word_is_its_text(word: int, text: str) -> None:
    assert disassemble(0x1000, word) == text


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (0x0000100F, "fence.i belongs to Zifencei"),
        (0x30200073, "mret"),
        (0x10500073, "wfi"),
        (0x00101073, "csrrw"),
        (0x00000173, "ecall with rd = 2"),
        (0x00200073, "funct12 = 2"),
        (0x0205951B, "slliw by 32"),
        (0x00000001, "compressed nop"),
        (0xFFFFFFFF, "all ones"),
        (0x00053007, "fld"),
        (0x1005252F, "lr.w"),
        (0x00002063, "branch with funct3 = 2"),
        (0x00007003, "load with funct3 = 7"),
        (0x00004023, "store with funct3 = 4"),
        (0x00001067, "jalr with funct3 = 1"),
    ],
)
def test_word_outside_the_instruction_set_decodes_to_nothing(word: int, why: str) -> None:
    assert decode(word) is None, why


@given(reserved=st.integers(0, 2**32 - 1))
def test_fence_with_any_reserved_bits_is_a_fence(reserved: int) -> None:
    word = reserved & ~0x707F | 0x0F
    assert decode(word) == Decoded(INSTRUCTION_BY_NAME["fence"], 0, 0, 0, 0)


def test_destination_of_x0_is_the_sink() -> None:
    into_x0, into_x5 = decode(encode("addi")), decode(encode("addi", rd=5))
    assert into_x0 is not None
    assert into_x5 is not None
    assert (into_x0.rd, into_x0.destination) == (0, SINK)
    assert (into_x5.rd, into_x5.destination) == (5, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("addq",), "addq: there is no such instruction"),
        (("add", 32), "add: rd = 32 is not a register index below 32"),
        (("add", 0, -1), "add: rs1 = -1 is not a register index below 32"),
        (("addi", 1, 2, 3), "addi: has no operand rs2, but rs2 = 3 is given"),
        (("sd", 1), "sd: has no operand rd, but rd = 1 is given"),
        (("addi", 1, 2, 0, 2048), "addi: format I cannot hold the immediate 2048"),
        (("addi", 1, 2, 0, -2049), "addi: format I cannot hold the immediate -2049"),
        (("slli", 1, 2, 0, 64), "slli: format I, 6-bit shift amount cannot hold the immediate 64"),
        (("slliw", 1, 2, 0, 32), "slliw: format I, 5-bit shift amount cannot hold the immediate 32"),
        (("srai", 1, 2, 0, -1), "srai: format I, 6-bit shift amount cannot hold the immediate -1"),
        (("beq", 0, 1, 2, 3), "beq: format B cannot hold the immediate 3"),
        (("beq", 0, 1, 2, 4096), "beq: format B cannot hold the immediate 4096"),
        (("jal", 1, 0, 0, 2**20), "jal: format J cannot hold the immediate 1048576"),
        (("lui", 1, 0, 0, 1), "lui: format U cannot hold the immediate 1"),
        (("add", 1, 2, 3, 4), "add: format R cannot hold the immediate 4"),
        (("ecall", 0, 17), "ecall: has no operand rs1, but rs1 = 17 is given"),
    ],
)
def test_encoding_of_an_impossible_operand_is_rejected(arguments: tuple[str, int], message: str) -> None:
    with pytest.raises(EncodingError) as caught:
        encode(*arguments)
    assert str(caught.value) == message
