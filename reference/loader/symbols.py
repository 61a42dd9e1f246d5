"""Function and object names from .symtab, for messages only.

Nothing here is trusted or can reject a file: whatever does not parse yields no symbol.
"""

from __future__ import annotations

import struct
from collections.abc import Container

from spec.program import Symbol

SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
SECTION_TABLE = struct.Struct("<Q")
SECTION_TABLE_OFFSET = 40
"""e_shoff in a 64-bit file (gABI, ELF header)."""

SECTION_COUNTS = struct.Struct("<HH")
SECTION_COUNTS_OFFSET = 58
"""e_shentsize, then e_shnum (gABI, ELF header)."""

SECTION_TYPE_SYMBOLS = 2
"""SHT_SYMTAB (gABI, sections)."""

SYMBOL_TYPE_NONE, SYMBOL_TYPE_OBJECT, SYMBOL_TYPE_FUNCTION = 0, 1, 2
SECTION_FLAG_ALLOCATED = 0x2
"""SHF_ALLOC (gABI, sections)."""

LONGEST_NAME_BYTES = 1024
"""Keeps the reading of a hostile string table linear."""


def read_symbols(elf: bytes) -> tuple[Symbol, ...]:
    """The named functions, objects and labels of an ELF64 file, sorted by address."""
    (table,) = SECTION_TABLE.unpack_from(elf, SECTION_TABLE_OFFSET)
    entry_bytes, count = SECTION_COUNTS.unpack_from(elf, SECTION_COUNTS_OFFSET)
    if entry_bytes != SECTION_HEADER.size or table + count * entry_bytes > len(elf):
        return ()
    sections = [SECTION_HEADER.unpack_from(elf, table + index * entry_bytes) for index in range(count)]
    for _, kind, _, _, offset, size, link, _, _, _ in sections:
        if kind == SECTION_TYPE_SYMBOLS and link < count and offset + size <= len(elf):
            strings_offset, strings_size = sections[link][4:6]
            strings = elf[strings_offset : strings_offset + strings_size]
            allocated = {index for index, section in enumerate(sections) if section[2] & SECTION_FLAG_ALLOCATED}
            return _symbols(elf[offset : offset + size], strings, allocated)
    return ()


def _symbols(records: bytes, strings: bytes, allocated: Container[int]) -> tuple[Symbol, ...]:
    symbols = []
    whole_records = len(records) - len(records) % SYMBOL.size
    for name_offset, info, _, section, address, size in SYMBOL.iter_unpack(records[:whole_records]):
        if info & 0xF not in (SYMBOL_TYPE_NONE, SYMBOL_TYPE_OBJECT, SYMBOL_TYPE_FUNCTION):
            continue
        # What is undefined, absolute, or of a section that is not in memory, such as debug information, has no address.
        if section not in allocated:
            continue
        end = strings.find(b"\0", name_offset, name_offset + LONGEST_NAME_BYTES)
        name = strings[name_offset:end].decode("utf-8", "replace") if end >= 0 else ""
        # Mapping symbols ($x, $d) mark code and data, they name nothing.
        if name and not name.startswith("$"):
            symbols.append(Symbol(address, size, name))
    return tuple(sorted(symbols, key=lambda symbol: (symbol.address, symbol.name)))
