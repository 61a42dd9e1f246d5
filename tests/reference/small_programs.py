"""Programs of a few words, for tests of the executor."""

from __future__ import annotations

from collections.abc import Iterable

from reference.execution import Execution
from reference.executor import execute
from reference.loader import load_bytes
from spec.isa import encode
from spec.program import Program
from tests.reference.elf_file import ElfSegment, program_elf

A0, A1, A2, A3, A7, T0, T1 = 10, 11, 12, 13, 17, 5, 6
HALT = [encode("addi", A7, immediate=93), encode("ecall")]


def load_address(register: int, address: int) -> list[int]:
    """Two instructions that bring a page-aligned address below 2^32 into a register, zero-extended."""
    shifted = address >> 12
    return [
        encode("lui", register, immediate=(shifted << 12) - (2**32 if shifted >> 19 else 0)),
        encode("slli", register, register, immediate=32),
        encode("srli", register, register, immediate=32),
    ]


def loaded(words: Iterable[int], *data: ElfSegment) -> Program:
    """The program of these words, and of further segments."""
    return load_bytes(program_elf(words, *data))


def run(words: Iterable[int], private_input: bytes = b"") -> Execution:
    """The execution of the program of these words."""
    return execute(loaded(words), private_input)
