"""The machine step: memory accesses against a model of bytes, and the conditions of abnormal ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.isa import INSTRUCTION_BY_NAME, INSTRUCTIONS, Family
from spec.isa.instruction import Load, Store
from spec.isa.step import Effect, Operands, crosses, effect, is_canonical, loaded, stored
from spec.isa.system import HALT_CALL
from spec.word import INTEGER_WORDS as WORDS

A_WORD = st.integers(0, 2**64 - 1)
LOADS = [i.meaning for i in INSTRUCTIONS if isinstance(i.meaning, Load)]
STORES = [i.meaning for i in INSTRUCTIONS if isinstance(i.meaning, Store)]


def _two(low: int, high: int) -> bytes:
    return low.to_bytes(8, "little") + high.to_bytes(8, "little")


def _effect(name: str, **operands: int) -> Effect[int, bool]:
    fields = {"pc": 0x1000, "left": 0, "right": 0, "immediate": 0, "low": 0, "high": 0, **operands}
    words = {field: number % 2**64 for field, number in fields.items()}
    return effect(WORDS, INSTRUCTION_BY_NAME[name], Operands(**words))


@pytest.mark.parametrize("load", LOADS, ids=str)
@given(low=A_WORD, high=A_WORD, offset=st.integers(0, 7))
def test_load_at_any_offset_reads_its_bytes(load: Load, low: int, high: int, offset: int) -> None:
    read = _two(low, high)[offset : offset + load.width_bytes]
    expected = int.from_bytes(read, "little", signed=load.signed) % 2**64
    assert loaded(WORDS, load, 0x1_0000 + offset, low, high) == expected


@pytest.mark.parametrize("store", STORES, ids=str)
@given(low=A_WORD, high=A_WORD, word=A_WORD, offset=st.integers(0, 7))
def test_store_at_any_offset_replaces_its_bytes(store: Store, low: int, high: int, word: int, offset: int) -> None:
    expected = bytearray(_two(low, high))
    expected[offset : offset + store.width_bytes] = word.to_bytes(8, "little")[: store.width_bytes]
    assert _two(*stored(WORDS, store, 0x1_0000 + offset, low, high, word)) == expected


@pytest.mark.parametrize("width_bytes", [1, 2, 4, 8])
@pytest.mark.parametrize("offset", range(8))
def test_access_crosses_exactly_when_its_last_byte_is_in_the_next_doubleword(width_bytes: int, offset: int) -> None:
    assert crosses(WORDS, 0x1000 + offset, width_bytes) == (offset + width_bytes - 1 >= 8)


@pytest.mark.parametrize("width_bytes", [1, 2, 4, 8])
@pytest.mark.parametrize(("distance_of_last_byte", "canonical"), [(-1, True), (0, False), (1, False), (2**63, False)])
def test_access_at_the_end_of_memory_is_canonical_only_below(
    width_bytes: int, distance_of_last_byte: int, canonical: bool
) -> None:
    address = 2**32 + distance_of_last_byte - (width_bytes - 1)
    assert is_canonical(WORDS, address, width_bytes) is canonical


def test_load_address_wraps_modulo_the_word_into_memory() -> None:
    outcome = _effect("ld", left=-8, immediate=0x18, low=7)
    assert outcome == Effect(next_pc=0x1004, result=7, low=7, high=0, normal=True, halts=False)


def test_load_beyond_memory_is_abnormal() -> None:
    assert not _effect("lb", left=2**32).normal
    assert not _effect("lb", left=0, immediate=-1).normal
    assert not _effect("sd", left=2**32 - 7).normal
    assert _effect("sd", left=2**32 - 8).normal


def test_store_reports_both_doublewords_and_no_result() -> None:
    outcome = _effect("sw", left=0x1006, right=0x1122_3344_5566_7788)
    assert outcome == Effect(next_pc=0x1004, result=None, low=0x7788 << 48, high=0x5566, normal=True, halts=False)


@pytest.mark.parametrize(("left", "next_pc", "normal"), [(0, 0x1006, False), (1, 0x1004, True)])
def test_branch_to_a_misaligned_target_is_abnormal_only_when_taken(left: int, next_pc: int, normal: bool) -> None:
    outcome = _effect("beq", left=left, immediate=6)
    assert (outcome.next_pc, outcome.normal) == (next_pc, normal)


@pytest.mark.parametrize(
    ("name", "left", "immediate", "next_pc", "normal"),
    [
        ("jal", 0, -0x800, 0x800, True),
        ("jal", 0, 2, 0x1002, False),
        ("jalr", 0x2001, 0, 0x2000, True),
        ("jalr", 0x2003, 0, 0x2002, False),
        ("jalr", 0x2000, 2, 0x2002, False),
        ("jalr", -4, 8, 4, True),
    ],
)
def test_jump_links_and_is_abnormal_for_a_misaligned_target(
    name: str, left: int, immediate: int, next_pc: int, normal: bool
) -> None:
    outcome = _effect(name, left=left, immediate=immediate)
    assert outcome == Effect(next_pc, result=0x1004, low=0, high=0, normal=normal, halts=False)


@pytest.mark.parametrize(
    ("name", "left", "normal", "halts"),
    [
        ("ecall", HALT_CALL, True, True),
        ("ecall", HALT_CALL + 2**16, False, False),
        ("ecall", HALT_CALL + 2**48, False, False),
        ("ecall", 64, False, False),
        ("ebreak", 0, False, False),
        ("fence", 0, True, False),
    ],
)
def test_system_instruction_ends_as_declared(name: str, left: int, normal: bool, halts: bool) -> None:
    outcome = _effect(name, left=left)
    assert outcome == Effect(0x1004, result=None, low=0, high=0, normal=normal, halts=halts)


def test_arithmetic_takes_its_second_operand_from_its_format() -> None:
    assert _effect("add", left=1, right=2, immediate=4).result == 3
    assert _effect("addi", left=1, right=2, immediate=4).result == 5
    assert _effect("lui", left=1, right=2, immediate=0x3000).result == 0x3000
    assert _effect("auipc", left=1, right=2, immediate=0x3000).result == 0x4000


@given(name=st.sampled_from([i.name for i in INSTRUCTIONS]), left=A_WORD, right=A_WORD, immediate=A_WORD)
def test_result_exists_exactly_where_the_format_has_rd(name: str, left: int, right: int, immediate: int) -> None:
    instruction = INSTRUCTION_BY_NAME[name]
    outcome = _effect(name, left=left, right=right, immediate=immediate, low=5, high=6)
    assert (outcome.result is not None) == instruction.format.writes_rd
    if instruction.family is not Family.STORE:
        assert (outcome.low, outcome.high) == (5, 6)
