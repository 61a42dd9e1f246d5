"""Writes small ELF files, correct by default and wrong on demand."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

ELF_HEADER = struct.Struct("<4sBBBBB7xHHIQQQIHHHHHH")
PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
EXECUTE, WRITE, READ = 1, 2, 4

CODE_START = 0x1_0000
DATA_START = 0x2_0000


@dataclass(frozen=True)
class ElfSegment:
    """One program header with its bytes; None fields are filled in so that the segment is correct."""

    address: int
    content: bytes = b""
    flags: int = READ | WRITE
    kind: int = PT_LOAD
    memory_bytes: int | None = None
    file_bytes: int | None = None
    file_offset: int | None = None
    physical_address: int | None = None
    alignment: int = 8


@dataclass(frozen=True)
class ElfHeader:
    """The fields of the ELF header that a test may want to be wrong."""

    entry: int = CODE_START
    magic: bytes = b"\x7fELF"
    elf_class: int = 2
    byte_order: int = 1
    identification_version: int = 1
    file_type: int = 2
    machine: int = 243
    version: int = 1
    flags: int = 0
    program_headers_offset: int = 64
    program_header_bytes: int = 56
    program_header_count: int | None = None
    section_headers_offset: int = 0
    section_header_bytes: int = 0
    section_count: int = 0


@dataclass
class ElfFile:
    """An ELF file in the making."""

    segments: list[ElfSegment] = field(default_factory=list)
    header: ElfHeader = field(default_factory=ElfHeader)
    trailer: bytes = b""

    def with_header(self, **fields: object) -> ElfFile:
        """The same file with other header fields."""
        return replace(self, header=replace(self.header, **fields))  # type: ignore[arg-type]

    def to_bytes(self) -> bytes:
        """The file: header, program headers, contents in order (each congruent to its address modulo 4096)."""
        body_start = 64 + 56 * len(self.segments)
        records, body = [], bytearray()
        for segment in self.segments:
            body += bytes((segment.address - body_start - len(body)) % 4096)
            offset = body_start + len(body) if segment.file_offset is None else segment.file_offset
            body += segment.content
            file_bytes = len(segment.content) if segment.file_bytes is None else segment.file_bytes
            memory_bytes = file_bytes if segment.memory_bytes is None else segment.memory_bytes
            physical = segment.address if segment.physical_address is None else segment.physical_address
            records.append(
                PROGRAM_HEADER.pack(
                    segment.kind,
                    segment.flags,
                    offset,
                    segment.address,
                    physical,
                    file_bytes,
                    memory_bytes,
                    segment.alignment,
                )
            )
        return self._header_bytes() + b"".join(records) + bytes(body) + self.trailer

    def _header_bytes(self) -> bytes:
        header = self.header
        count = header.program_header_count
        return ELF_HEADER.pack(
            header.magic,
            header.elf_class,
            header.byte_order,
            header.identification_version,
            0,
            0,
            header.file_type,
            header.machine,
            header.version,
            header.entry,
            header.program_headers_offset,
            header.section_headers_offset,
            header.flags,
            64,
            header.program_header_bytes,
            len(self.segments) if count is None else count,
            header.section_header_bytes,
            header.section_count,
            0,
        )


def code_segment(words: Iterable[int], address: int = CODE_START) -> ElfSegment:
    """An executable segment of these instruction words."""
    return ElfSegment(address, b"".join(word.to_bytes(4, "little") for word in words), READ | EXECUTE)


def program_elf(words: Iterable[int], *data: ElfSegment) -> bytes:
    """A correct ELF file that starts at the first word."""
    return ElfFile([code_segment(words), *data]).to_bytes()
