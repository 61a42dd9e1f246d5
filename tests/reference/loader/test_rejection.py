"""Every reason for rejecting an ELF file, provoked by a file that is otherwise correct."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from reference.loader import ElfError, LoadRejection, LoadWarning, load, load_bytes
from spec.isa import encode
from tests.reference.elf_file import (
    CODE_START,
    DATA_START,
    EXECUTE,
    PT_DYNAMIC,
    PT_INTERP,
    READ,
    WRITE,
    ElfFile,
    ElfSegment,
    code_segment,
)

CODE = code_segment([encode("ecall")] * 2)
CORRECT = ElfFile([CODE])
FIRST_HEADER, SECOND_HEADER = 64, 64 + 56


def _header(**fields: object) -> bytes:
    return CORRECT.with_header(**fields).to_bytes()


def _code(**fields: object) -> bytes:
    return ElfFile([replace(CODE, **fields)]).to_bytes()  # type: ignore[arg-type]


def _data(address: int = DATA_START, content: bytes = b"\x01" * 8, **fields: object) -> bytes:
    return ElfFile([CODE, ElfSegment(address, content, **fields)]).to_bytes()  # type: ignore[arg-type]


REJECTED: dict[str, tuple[bytes, LoadRejection, str, int]] = {
    "empty file": (b"", LoadRejection.BAD_MAGIC, "it starts with nothing", 0),
    "other magic": (_header(magic=b"\x7fELG"), LoadRejection.BAD_MAGIC, "it starts with 7f454c47", 0),
    "header cut": (CORRECT.to_bytes()[:63], LoadRejection.TRUNCATED_HEADER, "63 of 64 bytes", 63),
    "32-bit": (_header(elf_class=1), LoadRejection.NOT_64_BIT, "EI_CLASS is 1", 4),
    "big-endian": (_header(byte_order=2), LoadRejection.NOT_LITTLE_ENDIAN, "EI_DATA is 2", 5),
    "identification version": (
        _header(identification_version=0),
        LoadRejection.UNKNOWN_ELF_VERSION,
        "in EI_VERSION",
        6,
    ),
    "version": (_header(version=2), LoadRejection.UNKNOWN_ELF_VERSION, "in e_version", 20),
    "x86-64": (_header(machine=62), LoadRejection.NOT_RISCV, "e_machine is EM_X86_64", 18),
    "unknown machine": (_header(machine=0x9999), LoadRejection.NOT_RISCV, "e_machine is 39321", 18),
    "shared object": (_header(file_type=3), LoadRejection.NOT_EXECUTABLE_FILE, "e_type is ET_DYN", 16),
    "object file": (_header(file_type=1), LoadRejection.NOT_EXECUTABLE_FILE, "e_type is ET_REL", 16),
    "compressed": (
        ElfFile([ElfSegment(CODE_START, b"\x73\0\0\0\x01\0\x01\0", READ | EXECUTE)]).with_header(flags=1).to_bytes(),
        LoadRejection.COMPRESSED_INSTRUCTIONS,
        "e_flags is 0x1, and the word at 0x10004 is no instruction of this machine",
        48,
    ),
    "single float": (_header(flags=2), LoadRejection.HARDWARE_FLOATING_POINT, "e_flags is 0x2", 48),
    "double float": (_header(flags=4), LoadRejection.HARDWARE_FLOATING_POINT, "e_flags is 0x4", 48),
    "program header size": (
        _header(program_header_bytes=32),
        LoadRejection.BAD_PROGRAM_HEADER_SIZE,
        "e_phentsize is 32, not 56",
        54,
    ),
    "extended count": (
        _header(program_header_count=0xFFFF),
        LoadRejection.TOO_MANY_PROGRAM_HEADERS,
        "",
        56,
    ),
    "table beyond file": (
        _header(program_headers_offset=2**64 - 1),
        LoadRejection.TRUNCATED_PROGRAM_HEADERS,
        f"the table ends at {2**64 + 55:#x}, the file at {len(CORRECT.to_bytes()):#x}",
        32,
    ),
    "interpreter": (
        _data(kind=PT_INTERP),
        LoadRejection.DYNAMICALLY_LINKED,
        "by PT_INTERP",
        SECOND_HEADER,
    ),
    "dynamic section": (
        _data(kind=PT_DYNAMIC),
        LoadRejection.DYNAMICALLY_LINKED,
        "by PT_DYNAMIC",
        SECOND_HEADER,
    ),
    "bytes beyond file": (
        _data(file_bytes=9),
        LoadRejection.SEGMENT_OUTSIDE_FILE,
        f"its bytes end at {len(_data()) + 1:#x}, the file at {len(_data()):#x}",
        SECOND_HEADER,
    ),
    "offset beyond file": (
        _data(file_offset=2**64 - 8),
        LoadRejection.SEGMENT_OUTSIDE_FILE,
        f"its bytes end at {2**64:#x}, the file at {len(_data()):#x}",
        SECOND_HEADER,
    ),
    "memory below file": (
        _data(memory_bytes=7),
        LoadRejection.FILE_SIZE_ABOVE_MEMORY_SIZE,
        "p_filesz is 0x8, p_memsz is 0x7",
        SECOND_HEADER,
    ),
    "end above 2^32": (
        _data(2**32 - 8, memory_bytes=9),
        LoadRejection.SEGMENT_OUTSIDE_ADDRESS_SPACE,
        "[0xfffffff8, 0x100000001)",
        SECOND_HEADER,
    ),
    "end wraps": (
        _data(DATA_START, memory_bytes=2**64 - 1),
        LoadRejection.SEGMENT_OUTSIDE_ADDRESS_SPACE,
        f"[{DATA_START:#x}, {DATA_START + 2**64 - 1:#x})",
        SECOND_HEADER,
    ),
    "alignment no power": (
        _data(alignment=12),
        LoadRejection.SEGMENT_MISALIGNED,
        "p_align is 0xc, not a power of two",
        SECOND_HEADER,
    ),
    "offset not congruent": (
        _data(file_offset=0x41, file_bytes=1),
        LoadRejection.SEGMENT_MISALIGNED,
        f"p_vaddr is {DATA_START:#x}, p_offset is 0x41, p_align is 0x8",
        SECOND_HEADER,
    ),
    "load address": (
        _data(physical_address=0x8000_0000),
        LoadRejection.LOAD_ADDRESS_DIFFERS,
        f"p_paddr is 0x80000000, p_vaddr is {DATA_START:#x}",
        SECOND_HEADER,
    ),
    "writable code": (
        _code(flags=READ | WRITE | EXECUTE),
        LoadRejection.WRITABLE_AND_EXECUTABLE,
        "[0x10000, 0x10008)",
        FIRST_HEADER,
    ),
    "write and execute only": (
        _code(flags=WRITE | EXECUTE),
        LoadRejection.WRITABLE_AND_EXECUTABLE,
        "[0x10000, 0x10008)",
        FIRST_HEADER,
    ),
    "execute only": (
        _code(flags=EXECUTE),
        LoadRejection.EXECUTABLE_FLAGS_NOT_READ_EXECUTE,
        "p_flags is 0x1",
        FIRST_HEADER,
    ),
    "foreign flag on code": (
        _code(flags=READ | EXECUTE | 1 << 20),
        LoadRejection.EXECUTABLE_FLAGS_NOT_READ_EXECUTE,
        "p_flags is 0x100005",
        FIRST_HEADER,
    ),
    "null page": (
        _data(0xFF8, b"\x01" * 8),
        LoadRejection.SEGMENT_IN_RESERVED_MEMORY,
        "[0xff8, 0x1000) touches the null page",
        SECOND_HEADER,
    ),
    "guard page": (
        _data(0x6FFF_0000, memory_bytes=0xF001),
        LoadRejection.SEGMENT_IN_RESERVED_MEMORY,
        "[0x6fff0000, 0x6ffff001) touches the stack guard page",
        SECOND_HEADER,
    ),
    "input region": (
        _data(0xA800_0000),
        LoadRejection.SEGMENT_IN_RESERVED_MEMORY,
        "[0xa8000000, 0xa8000008) touches the input region",
        SECOND_HEADER,
    ),
    "output region": (
        _data(0xB0FF_FFF8, memory_bytes=16),
        LoadRejection.SEGMENT_IN_RESERVED_MEMORY,
        "[0xb0fffff8, 0xb1000008) touches the output region",
        SECOND_HEADER,
    ),
    "overlap": (
        _data(CODE_START + 7, alignment=1),
        LoadRejection.SEGMENTS_OVERLAP,
        "[0x10000, 0x10008) and [0x10007, 0x1000f)",
        SECOND_HEADER,
    ),
    "overlap of zeros": (
        _data(CODE_START - 64, memory_bytes=65),
        LoadRejection.SEGMENTS_OVERLAP,
        "[0xffc0, 0x10001) and [0x10000, 0x10008)",
        FIRST_HEADER,
    ),
    "entry misaligned": (
        _header(entry=CODE_START + 2),
        LoadRejection.ENTRY_MISALIGNED,
        "e_entry is 0x10002",
        24,
    ),
    "entry behind code": (
        _header(entry=CODE_START + 8),
        LoadRejection.ENTRY_NOT_EXECUTABLE,
        "e_entry is 0x10008",
        24,
    ),
    "entry in data": (
        ElfFile([CODE, ElfSegment(DATA_START, b"\x73\0\0\0")]).with_header(entry=DATA_START).to_bytes(),
        LoadRejection.ENTRY_NOT_EXECUTABLE,
        "e_entry is 0x20000",
        24,
    ),
    "entry in zeros of code": (
        ElfFile([replace(CODE, memory_bytes=64)]).with_header(entry=CODE_START + 8).to_bytes(),
        LoadRejection.ENTRY_NOT_EXECUTABLE,
        "e_entry is 0x10008",
        24,
    ),
    "entry half in file": (
        ElfFile([ElfSegment(CODE_START, b"\x73\0\0\0\x73\0", READ | EXECUTE)])
        .with_header(entry=CODE_START + 4)
        .to_bytes(),
        LoadRejection.ENTRY_NOT_EXECUTABLE,
        "e_entry is 0x10004",
        24,
    ),
    "no segments": (ElfFile().to_bytes(), LoadRejection.ENTRY_NOT_EXECUTABLE, "e_entry is 0x10000", 24),
    "no program headers, of whatever size and wherever": (
        ElfFile().with_header(program_header_bytes=1, program_headers_offset=2**63).to_bytes(),
        LoadRejection.ENTRY_NOT_EXECUTABLE,
        "e_entry is 0x10000",
        24,
    ),
}


@pytest.mark.parametrize("name", REJECTED)
def test_file_with_one_fault_is_rejected_for_it(name: str) -> None:
    elf, reason, details, offset = REJECTED[name]
    with pytest.raises(ElfError) as caught:
        load_bytes(elf, "guest.elf")
    error = caught.value
    assert (error.reason, error.details, error.path, error.offset) == (reason, details, "guest.elf", offset)
    colon = f": {details}" if details else ""
    assert str(error) == f"guest.elf: {reason.value}{colon} (file offset {offset:#x})"


def test_file_that_announces_compressed_instructions_and_has_none_is_loaded_with_a_warning() -> None:
    with pytest.warns(LoadWarning) as caught:
        program = load_bytes(_header(flags=1), "guest.elf")
    assert program == load_bytes(CORRECT.to_bytes())
    assert [str(warning.message) for warning in caught] == [
        "guest.elf: the flags announce compressed instructions, but there are none: compile with -march=rv64im"
    ]


def test_missing_file_is_rejected_as_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "absent.elf"
    with pytest.raises(ElfError) as caught:
        load(path)
    assert (caught.value.reason, caught.value.path) == (LoadRejection.UNREADABLE_FILE, str(path))


def test_every_reason_is_provoked_by_a_test() -> None:
    provoked = {reason for _, reason, _, _ in REJECTED.values()}
    assert provoked == set(LoadRejection) - {LoadRejection.UNREADABLE_FILE}


def test_file_without_fault_is_accepted() -> None:
    assert load_bytes(CORRECT.to_bytes()).entry == CODE_START
    assert len(load_bytes(_data()).image) == 2


def test_segment_without_bytes_may_name_any_place_of_the_file() -> None:
    assert load_bytes(_data(content=b"", memory_bytes=8, file_offset=2**40)) == load_bytes(
        _data(content=b"", memory_bytes=8)
    )


def test_file_that_ends_with_its_program_headers_is_accepted() -> None:
    elf = CORRECT.to_bytes()
    moved = CORRECT.with_header(program_headers_offset=len(elf)).to_bytes() + elf[FIRST_HEADER:SECOND_HEADER]
    assert load_bytes(moved) == load_bytes(elf)


def test_mutated_file_loads_or_is_rejected_and_raises_nothing_else() -> None:
    source = random.Random(3)
    original = ElfFile([CODE, ElfSegment(DATA_START, b"\x01" * 8, memory_bytes=32)]).to_bytes()
    interesting = [0, 1, 2, 4, 7, 0x7F, 0x80, 0xFF]
    rejected = 0
    for _ in range(3000):
        mutated = bytearray(original[: source.choice([len(original), source.randrange(len(original))])])
        for _ in range(source.randrange(1, 6)):
            if mutated:
                position = source.randrange(min(len(mutated), 64 + 2 * 56))
                mutated[position] = source.choice([*interesting, source.randrange(256)])
        try:
            load_bytes(bytes(mutated))
        except ElfError:
            rejected += 1
    assert 500 < rejected < 3000
