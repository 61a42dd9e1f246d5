"""Symbols are read where they are sound and never get in the way where they are not."""

from __future__ import annotations

import random
import struct

import pytest

from reference.loader import load_bytes
from spec.isa import encode
from spec.program import Symbol
from tests.reference.elf_file import CODE_START, ElfFile, code_segment

SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
ALLOCATED = 0x2
NAMES = b"\0_start\0main\0file.c\0$x\0outside\0list\0"


def _symbol(name: str, info: int, section: int, address: int, size: int) -> bytes:
    return SYMBOL.pack(NAMES.index(name.encode() + b"\0"), info, 0, section, address, size)


SYMBOLS = (
    bytes(SYMBOL.size)
    + _symbol("main", 0x12, 2, CODE_START + 4, 4)
    + _symbol("_start", 0x10, 2, CODE_START, 0)
    + _symbol("file.c", 0x04, 0xFFF1, 0, 0)
    + _symbol("$x", 0x00, 2, CODE_START, 0)
    + _symbol("outside", 0x10, 0, 0, 0)
    + _symbol("list", 0x00, 1, CODE_START + 4, 0)
)


def _elf(names_link: int = 1, symbol_bytes: int = len(SYMBOLS)) -> bytes:
    elf = ElfFile([code_segment([encode("ecall")] * 2)])
    end = len(elf.to_bytes())
    sections = end + len(SYMBOLS) + len(NAMES)
    elf.trailer = (
        SYMBOLS
        + NAMES
        + SECTION.pack(0, 2, 0, 0, end, symbol_bytes, names_link, 0, 8, SYMBOL.size)
        + SECTION.pack(0, 3, 0, 0, end + len(SYMBOLS), len(NAMES), 0, 0, 1, 0)
        + SECTION.pack(0, 1, ALLOCATED, CODE_START, 0, 8, 0, 0, 4, 0)
    )
    return elf.with_header(section_headers_offset=sections, section_header_bytes=64, section_count=3).to_bytes()


def test_functions_and_labels_are_read_sorted_by_address() -> None:
    program = load_bytes(_elf())
    assert program.symbols == (Symbol(CODE_START, 0, "_start"), Symbol(CODE_START + 4, 4, "main"))


@pytest.mark.parametrize("elf", [_elf(names_link=3), _elf(symbol_bytes=2**63)], ids=["link", "size"])
def test_unsound_symbol_table_yields_no_symbol(elf: bytes) -> None:
    assert load_bytes(elf).symbols == ()


def test_mutated_symbol_table_never_rejects_the_file() -> None:
    source = random.Random(4)
    original = _elf()
    start = len(original) - len(SYMBOLS) - len(NAMES) - 3 * SECTION.size
    for _ in range(1000):
        mutated = bytearray(original)
        for _ in range(4):
            position = source.choice([*range(40, 48), *range(58, 62), *range(start, len(original))])
            mutated[position] = source.randrange(256)
        assert load_bytes(bytes(mutated)).entry == CODE_START
