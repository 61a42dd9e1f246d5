"""Reading and checking the ELF header and the program headers.

Only header records are read, through the record layouts of pyelftools: sections may be absent or lie, so
nothing here looks at them. Offsets and sizes: System V ABI, chapters "Object Files" and "Program Loading";
flags: the RISC-V ELF psABI, section "File Header".
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

from elftools.elf.constants import P_FLAGS
from elftools.elf.structs import ELFStructs

from reference.loader.rejection import ElfError, LoadRejection, LoadWarning
from spec.isa import instruction_of
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.memory_map import ADDRESS_BITS, RESERVED, Interval

ELF_HEADER_BYTES = 64
"""e_ehsize of a 64-bit file (gABI, ELF header)."""

PROGRAM_HEADER_BYTES = 56
"""e_phentsize of a 64-bit file (gABI, program header)."""

CLASS_OFFSET, DATA_OFFSET, IDENTIFICATION_VERSION_OFFSET = 4, 5, 6
TYPE_OFFSET, MACHINE_OFFSET, VERSION_OFFSET, ENTRY_OFFSET = 16, 18, 20, 24
PROGRAM_HEADERS_OFFSET, FLAGS_OFFSET, PROGRAM_HEADER_SIZE_OFFSET, PROGRAM_HEADER_COUNT_OFFSET = 32, 48, 54, 56
"""Where the fields of the ELF header stand, for error messages."""

EXTENDED_COUNT = 0xFFFF
"""PN_XNUM: the true number of program headers stands in the first section header."""

FLAG_COMPRESSED = 0x0001
"""EF_RISCV_RVC (RISC-V psABI, file header)."""

FLAG_FLOAT_MASK = 0x0006
"""EF_RISCV_FLOAT_ABI: all zero where floating point is in software (RISC-V psABI, file header)."""

PERMISSION_MASK = P_FLAGS.PF_R | P_FLAGS.PF_W | P_FLAGS.PF_X
"""The other bits of p_flags belong to operating systems and processors."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A loadable segment that occupies memory, all checks passed."""

    address: int
    file_offset: int
    file_bytes: int
    memory_bytes: int
    executable: bool
    header_offset: int
    """Where its program header stands in the file."""

    @property
    def memory(self) -> Interval:
        """The byte addresses that the segment occupies."""
        return Interval(self.address, self.address + self.memory_bytes)

    @property
    def from_file(self) -> Interval:
        """The byte addresses whose bytes stand in the file."""
        return Interval(self.address, self.address + self.file_bytes)


def read_headers(elf: bytes, name: str) -> tuple[int, tuple[Segment, ...]]:
    """The entry point and the segments by ascending address.

    Raises ElfError if the file breaks a rule of the loader.
    """
    structs = _check_identification(elf, name)
    header = structs.Elf_Ehdr.parse_stream(BytesIO(elf))

    def reject(reason: LoadRejection, details: str, offset: int) -> ElfError:
        return ElfError(reason, details, name, offset)

    if header.e_machine != "EM_RISCV":
        raise reject(LoadRejection.NOT_RISCV, f"e_machine is {header.e_machine}", MACHINE_OFFSET)
    if header.e_type != "ET_EXEC":
        raise reject(LoadRejection.NOT_EXECUTABLE_FILE, f"e_type is {header.e_type}", TYPE_OFFSET)
    if header.e_version != "EV_CURRENT":
        raise reject(LoadRejection.UNKNOWN_ELF_VERSION, "in e_version", VERSION_OFFSET)
    flags = f"e_flags is {header.e_flags:#x}"
    if header.e_flags & FLAG_FLOAT_MASK:
        raise reject(LoadRejection.HARDWARE_FLOATING_POINT, flags, FLAGS_OFFSET)
    if header.e_phnum == EXTENDED_COUNT:
        raise reject(LoadRejection.TOO_MANY_PROGRAM_HEADERS, "", PROGRAM_HEADER_COUNT_OFFSET)
    if header.e_phnum and header.e_phentsize != PROGRAM_HEADER_BYTES:
        details = f"e_phentsize is {header.e_phentsize}, not {PROGRAM_HEADER_BYTES}"
        raise reject(LoadRejection.BAD_PROGRAM_HEADER_SIZE, details, PROGRAM_HEADER_SIZE_OFFSET)
    table_end = header.e_phoff + header.e_phnum * PROGRAM_HEADER_BYTES
    if header.e_phnum and table_end > len(elf):
        details = f"the table ends at {table_end:#x}, the file at {len(elf):#x}"
        raise reject(LoadRejection.TRUNCATED_PROGRAM_HEADERS, details, PROGRAM_HEADERS_OFFSET)

    segments = []
    for index in range(header.e_phnum):
        offset = header.e_phoff + index * PROGRAM_HEADER_BYTES
        segment = _read_segment(elf, name, structs, offset)
        if segment is not None:
            segments.append(segment)
    segments.sort(key=lambda segment: segment.address)
    _check_overlap(segments, name)
    _check_entry(header.e_entry, segments, name)
    if header.e_flags & FLAG_COMPRESSED:
        foreign = _foreign_word(elf, segments)
        if foreign is not None:
            details = f"{flags}, and the word at {foreign:#x} is no instruction of this machine"
            raise reject(LoadRejection.COMPRESSED_INSTRUCTIONS, details, FLAGS_OFFSET)
        message = f"{name}: {LoadRejection.COMPRESSED_INSTRUCTIONS.value}, but there are none"
        warnings.warn(f"{message}: compile with -march=rv64im", LoadWarning, stacklevel=2)
    return header.e_entry, tuple(segments)


def _foreign_word(elf: bytes, segments: Iterable[Segment]) -> int | None:
    """The first word of an executable segment that is neither an instruction nor zero; None if there is none."""
    for segment in segments:
        if segment.executable:
            for address in range(segment.address, segment.from_file.end, INSTRUCTION_BYTES):
                start = segment.file_offset + address - segment.address
                end = min(start + INSTRUCTION_BYTES, segment.file_offset + segment.file_bytes)
                word = int.from_bytes(elf[start:end], "little")
                if word and instruction_of(word) is None:
                    return address
    return None


def _check_identification(elf: bytes, name: str) -> ELFStructs:
    """Checks the 16 identification bytes, after which the record layouts are known."""

    def reject(reason: LoadRejection, details: str, offset: int) -> ElfError:
        return ElfError(reason, details, name, offset)

    if elf[:4] != b"\x7fELF":
        raise reject(LoadRejection.BAD_MAGIC, f"it starts with {elf[:4].hex() or 'nothing'}", 0)
    if len(elf) < ELF_HEADER_BYTES:
        details = f"{len(elf)} of {ELF_HEADER_BYTES} bytes"
        raise reject(LoadRejection.TRUNCATED_HEADER, details, len(elf))
    if elf[CLASS_OFFSET] != 2:
        raise reject(LoadRejection.NOT_64_BIT, f"EI_CLASS is {elf[CLASS_OFFSET]}", CLASS_OFFSET)
    if elf[DATA_OFFSET] != 1:
        raise reject(LoadRejection.NOT_LITTLE_ENDIAN, f"EI_DATA is {elf[DATA_OFFSET]}", DATA_OFFSET)
    if elf[IDENTIFICATION_VERSION_OFFSET] != 1:
        raise reject(LoadRejection.UNKNOWN_ELF_VERSION, "in EI_VERSION", IDENTIFICATION_VERSION_OFFSET)
    structs = ELFStructs(little_endian=True, elfclass=64)
    structs.create_basic_structs()
    structs.create_advanced_structs(e_machine="EM_RISCV")
    return structs


def _read_segment(elf: bytes, name: str, structs: ELFStructs, header_offset: int) -> Segment | None:
    """The segment of one program header, or None if it loads nothing."""
    stream = BytesIO(elf)
    stream.seek(header_offset)
    header = structs.Elf_Phdr.parse_stream(stream)

    def reject(reason: LoadRejection, details: str) -> ElfError:
        return ElfError(reason, details, name, header_offset)

    if header.p_type in ("PT_INTERP", "PT_DYNAMIC"):
        raise reject(LoadRejection.DYNAMICALLY_LINKED, f"by {header.p_type}")
    if header.p_type != "PT_LOAD":
        return None
    start, end = header.p_vaddr, header.p_vaddr + header.p_memsz
    span = f"[{start:#x}, {end:#x})"
    file_end = header.p_offset + header.p_filesz
    if header.p_filesz > header.p_memsz:
        details = f"p_filesz is {header.p_filesz:#x}, p_memsz is {header.p_memsz:#x}"
        raise reject(LoadRejection.FILE_SIZE_ABOVE_MEMORY_SIZE, details)
    if header.p_memsz == 0:
        return None
    if header.p_filesz and file_end > len(elf):
        details = f"its bytes end at {file_end:#x}, the file at {len(elf):#x}"
        raise reject(LoadRejection.SEGMENT_OUTSIDE_FILE, details)
    if end > 2**ADDRESS_BITS:
        raise reject(LoadRejection.SEGMENT_OUTSIDE_ADDRESS_SPACE, span)
    _check_alignment(header.p_vaddr, header.p_offset, header.p_align, name, header_offset)
    if header.p_paddr != header.p_vaddr:
        details = f"p_paddr is {header.p_paddr:#x}, p_vaddr is {header.p_vaddr:#x}"
        raise reject(LoadRejection.LOAD_ADDRESS_DIFFERS, details)
    permissions = header.p_flags & PERMISSION_MASK
    executable = bool(permissions & P_FLAGS.PF_X)
    if executable and permissions & P_FLAGS.PF_W:
        raise reject(LoadRejection.WRITABLE_AND_EXECUTABLE, span)
    if executable and header.p_flags != P_FLAGS.PF_R | P_FLAGS.PF_X:
        details = f"p_flags is {header.p_flags:#x}"
        raise reject(LoadRejection.EXECUTABLE_FLAGS_NOT_READ_EXECUTE, details)
    segment = Segment(start, header.p_offset, header.p_filesz, header.p_memsz, executable, header_offset)
    for reserved_name, interval in RESERVED.items():
        if interval.overlaps(segment.memory):
            raise reject(LoadRejection.SEGMENT_IN_RESERVED_MEMORY, f"{span} touches the {reserved_name}")
    return segment


def _check_alignment(address: int, file_offset: int, alignment: int, name: str, header_offset: int) -> None:
    """p_align is 0, 1 or a power of two modulo which address and file offset agree."""
    if alignment < 2:
        return
    if alignment & (alignment - 1):
        details = f"p_align is {alignment:#x}, not a power of two"
    elif (address - file_offset) % alignment:
        details = f"p_vaddr is {address:#x}, p_offset is {file_offset:#x}, p_align is {alignment:#x}"
    else:
        return
    raise ElfError(LoadRejection.SEGMENT_MISALIGNED, details, name, header_offset)


def _check_overlap(segments: list[Segment], name: str) -> None:
    """No two segments share a byte; they are sorted by address."""
    for lower, upper in pairwise(segments):
        if lower.memory.overlaps(upper.memory):
            details = (
                f"[{lower.memory.start:#x}, {lower.memory.end:#x}) and [{upper.memory.start:#x}, {upper.memory.end:#x})"
            )
            raise ElfError(LoadRejection.SEGMENTS_OVERLAP, details, name, upper.header_offset)


def _check_entry(entry: int, segments: list[Segment], name: str) -> None:
    """The entry is aligned and its four bytes are file bytes of one executable segment."""
    if entry % 4:
        raise ElfError(LoadRejection.ENTRY_MISALIGNED, f"e_entry is {entry:#x}", name, ENTRY_OFFSET)
    for segment in segments:
        if segment.executable and segment.from_file.start <= entry <= segment.from_file.end - 4:
            return
    raise ElfError(LoadRejection.ENTRY_NOT_EXECUTABLE, f"e_entry is {entry:#x}", name, ENTRY_OFFSET)
