"""Why an ELF file is not a program of this machine."""

from __future__ import annotations

from enum import Enum


class LoadRejection(Enum):
    """Every reason for which the loader rejects a file."""

    UNREADABLE_FILE = "the file cannot be read"
    TRUNCATED_HEADER = "the file ends inside the ELF header"
    BAD_MAGIC = "the file does not start with the ELF magic"
    NOT_64_BIT = "the ELF class is not ELFCLASS64"
    NOT_LITTLE_ENDIAN = "the data encoding is not little-endian"
    UNKNOWN_ELF_VERSION = "the ELF version is not 1"
    NOT_RISCV = "the machine is not EM_RISCV"
    NOT_EXECUTABLE_FILE = "the file type is not ET_EXEC"
    COMPRESSED_INSTRUCTIONS = "the flags announce compressed instructions"
    HARDWARE_FLOATING_POINT = "the flags announce a floating-point calling convention"
    BAD_PROGRAM_HEADER_SIZE = "the program header entries have the wrong size"
    TOO_MANY_PROGRAM_HEADERS = "the number of program headers is extended into the section table"
    TRUNCATED_PROGRAM_HEADERS = "the program header table reaches beyond the file"
    DYNAMICALLY_LINKED = "the file asks for a dynamic linker"
    SEGMENT_OUTSIDE_FILE = "the segment's bytes reach beyond the file"
    FILE_SIZE_ABOVE_MEMORY_SIZE = "the segment has more bytes in the file than in memory"
    SEGMENT_OUTSIDE_ADDRESS_SPACE = "the segment reaches beyond the address space"
    SEGMENT_MISALIGNED = "the segment's address and file offset disagree modulo its alignment"
    LOAD_ADDRESS_DIFFERS = "the segment's physical address is not its virtual address"
    WRITABLE_AND_EXECUTABLE = "the segment is both writable and executable"
    EXECUTABLE_FLAGS_NOT_READ_EXECUTE = "the executable segment's flags are not exactly read and execute"
    SEGMENT_IN_RESERVED_MEMORY = "the segment touches reserved memory"
    SEGMENTS_OVERLAP = "two segments overlap"
    ENTRY_MISALIGNED = "the entry point is not a multiple of 4"
    ENTRY_NOT_EXECUTABLE = "the entry point is not inside the file bytes of an executable segment"


class LoadWarning(UserWarning):
    """A file that is accepted, though something about it is likely to be a mistake."""


class ElfError(Exception):
    """A rejected ELF file: the reason, the details, which file, and the file offset that decided."""

    def __init__(self, reason: LoadRejection, details: str, path: str, offset: int) -> None:
        message = f"{path}: {reason.value}"
        if details:
            message += f": {details}"
        super().__init__(f"{message} (file offset {offset:#x})")
        self.reason = reason
        self.details = details
        self.path = path
        self.offset = offset
