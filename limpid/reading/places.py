"""Places in a program, for people."""

from __future__ import annotations

from limpid.reading.symbols import readable_place
from spec.program import Program


def place(program: Program, pc: int) -> str:
    """A program counter for people: the address, and the function where the ELF file names it."""
    symbol = program.symbol_at(pc)
    return f"{pc:#x}" if symbol is None else f"{pc:#x} ({readable_place(symbol)})"
