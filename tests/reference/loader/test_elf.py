"""What a correct ELF file becomes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from reference.loader import load, load_bytes
from spec.isa import encode
from spec.memory_map import LAST_PAGE, Interval, RegionKind, Space
from spec.program import Program, Region
from tests.reference.elf_file import (
    CODE_START,
    DATA_START,
    EXECUTE,
    PT_NOTE,
    READ,
    ElfFile,
    ElfSegment,
    code_segment,
    program_elf,
)

NOP, ECALL = encode("addi"), encode("ecall")
FIXED_REGIONS = (
    Region(Space.MEMORY, RegionKind.ZERO, 0x0800_0000, 0x0C00_0000),
    Region(Space.MEMORY, RegionKind.ZERO, 0x0E00_0000, 0x0F00_0000),
    Region(Space.MEMORY, RegionKind.INPUT, 0x1400_0000, 0x1600_0000),
    Region(Space.MEMORY, RegionKind.OUTPUT, 0x1600_0000, 0x1620_0000),
    Region(Space.REGISTERS, RegionKind.REGISTERS, 0, 33),
)
"""Heap, stack, input, output, registers."""


def _image(start: int, end: int) -> Region:
    return Region(Space.MEMORY, RegionKind.IMAGE, start, end)


def _zero(start: int, end: int) -> Region:
    return Region(Space.MEMORY, RegionKind.ZERO, start, end)


def test_program_of_two_words_is_loaded_whole() -> None:
    assert load_bytes(program_elf([NOP, ECALL])) == Program(
        entry=CODE_START,
        code=((CODE_START, NOP), (CODE_START + 4, ECALL)),
        image=((CODE_START // 8, ECALL << 32 | NOP),),
        regions=(_image(CODE_START // 8, CODE_START // 8 + 1), *FIXED_REGIONS),
        executable=(Interval(CODE_START, CODE_START + 8),),
    )


def test_file_on_disk_loads_as_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "guest.elf"
    path.write_bytes(program_elf([NOP, ECALL]))
    assert load(path) == load(str(path)) == load_bytes(path.read_bytes())


def test_undecodable_words_are_data_absent_from_code() -> None:
    program = load_bytes(program_elf([NOP, 0, 0xFFFF_FFFF, ECALL]))
    assert program.code == ((CODE_START, NOP), (CODE_START + 12, ECALL))
    assert program.image == ((CODE_START // 8, NOP), (CODE_START // 8 + 1, ECALL << 32 | 0xFFFF_FFFF))


def test_writable_data_that_decodes_is_no_code() -> None:
    data = ElfSegment(DATA_START, NOP.to_bytes(4, "little"))
    program = load_bytes(program_elf([ECALL], data))
    assert program.code == ((CODE_START, ECALL),)
    assert program.executable == (Interval(CODE_START, CODE_START + 4),)


def test_code_in_a_misaligned_segment_is_taken_at_aligned_addresses() -> None:
    content = b"\xaa\xbb" + NOP.to_bytes(4, "little") + ECALL.to_bytes(4, "little") + b"\x13\0"
    segment = ElfSegment(CODE_START + 2, content, READ | EXECUTE)
    program = load_bytes(ElfFile([segment]).with_header(entry=CODE_START + 4).to_bytes())
    assert program.code == ((CODE_START + 4, NOP), (CODE_START + 8, ECALL))
    assert program.image == (
        (CODE_START // 8, NOP << 32 | 0xBBAA_0000),
        (CODE_START // 8 + 1, 0x13 << 32 | ECALL),
    )


def test_two_segments_in_one_doubleword_merge_byte_by_byte() -> None:
    first = ElfSegment(DATA_START, b"\x01\x02\x03")
    second = ElfSegment(DATA_START + 5, b"\x06\x07\x08\x09", READ, alignment=1)
    program = load_bytes(program_elf([ECALL], second, first))
    assert program.image[1:] == ((DATA_START // 8, 0x0807_0600_0003_0201), (DATA_START // 8 + 1, 9))
    assert program.regions[1] == _image(DATA_START // 8, DATA_START // 8 + 2)


def test_memory_beyond_file_bytes_is_zero() -> None:
    segment = ElfSegment(DATA_START, b"\x01" * 9, memory_bytes=33)
    program = load_bytes(program_elf([ECALL], segment))
    start = DATA_START // 8
    assert program.image[1:] == ((start, 0x0101_0101_0101_0101), (start + 1, 1))
    assert program.regions[1:3] == (_image(start, start + 2), _zero(start + 2, start + 5))


def test_segment_of_zeros_only_has_no_image() -> None:
    program = load_bytes(program_elf([ECALL], ElfSegment(DATA_START, memory_bytes=16)))
    assert program.image == ((CODE_START // 8, ECALL),)
    assert program.regions[1] == _zero(DATA_START // 8, DATA_START // 8 + 2)


def test_zero_segment_in_anothers_doubleword_adds_no_region() -> None:
    program = load_bytes(program_elf([ECALL], ElfSegment(CODE_START + 4, memory_bytes=4, alignment=4)))
    assert program.regions == (_image(CODE_START // 8, CODE_START // 8 + 1), *FIXED_REGIONS)


def test_segment_inside_the_heap_splits_its_zero_region() -> None:
    program = load_bytes(program_elf([ECALL], ElfSegment(0x4000_1000, b"\x01" * 16, memory_bytes=64)))
    assert program.regions[1:4] == (
        _zero(0x0800_0000, 0x0800_0200),
        _image(0x0800_0200, 0x0800_0202),
        _zero(0x0800_0202, 0x0C00_0000),
    )


def test_segment_up_to_the_last_page_is_loaded() -> None:
    program = load_bytes(program_elf([ECALL], ElfSegment(LAST_PAGE.start - 8, b"\x01" * 8)))
    last = LAST_PAGE.start // 8 - 1
    assert program.image[-1] == (last, 0x0101_0101_0101_0101)
    assert _image(last, last + 1) in program.regions


def test_regions_are_sorted_disjoint_and_not_empty() -> None:
    data = [ElfSegment(0x8000_0000 + 24 * i, b"\x01" * 5, memory_bytes=13) for i in range(5)]
    regions = load_bytes(program_elf([ECALL], *reversed(data))).regions
    assert all(region.start < region.end for region in regions)
    memory = [region for region in regions if region.space is Space.MEMORY]
    assert all(lower.end <= upper.start for lower, upper in pairwise(memory))
    assert regions == (*memory, FIXED_REGIONS[-1])
    assert len(memory) == 1 + 2 * 5 + 4


@pytest.mark.parametrize(
    "ignored",
    [
        ElfSegment(0, b"note", kind=PT_NOTE),
        ElfSegment(0, b"", kind=0x6474_E551, flags=7),
        ElfSegment(0, b"", kind=0x7000_0003),
        ElfSegment(0x1234, b"", flags=7, alignment=3),
    ],
    ids=["note", "stack flags", "attributes", "empty load segment"],
)
def test_header_that_loads_nothing_is_ignored(ignored: ElfSegment) -> None:
    assert load_bytes(program_elf([ECALL], ignored)) == load_bytes(program_elf([ECALL]))


@pytest.mark.parametrize("count", [1, 0xFFFF])
def test_section_headers_that_lie_change_nothing(count: int) -> None:
    elf = ElfFile([code_segment([ECALL])])
    lying = elf.with_header(section_headers_offset=2**63, section_header_bytes=64, section_count=count)
    assert load_bytes(lying.to_bytes()) == load_bytes(elf.to_bytes())
