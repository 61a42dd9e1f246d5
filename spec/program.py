"""A loaded program: the whole initial state of the machine except the private input.

A program is plain data, so that prover and verifier share it. Its tables become the program, image and region
tables of the proof.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from spec.memory_map import Interval, RegionKind, Space


@dataclass(frozen=True, slots=True)
class Region:
    """Doublewords [start, end) of memory, or registers [start, end), that hold `kind` at the start."""

    space: Space
    kind: RegionKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name for the bytes [address, address + size_bytes): for messages only, never trusted."""

    address: int
    size_bytes: int
    name: str


@dataclass(frozen=True)
class Program:
    """What an ELF file says, after all checks."""

    entry: int
    """The byte address of the first instruction: a multiple of 4 inside an executable range."""

    code: tuple[tuple[int, int], ...]
    """(byte address, 32-bit word) of every executable word that decodes, by ascending address."""

    image: tuple[tuple[int, int], ...]
    """(doubleword address, 64-bit value) of every doubleword that holds a file byte, ascending; its other
    bytes are zero."""

    regions: tuple[Region, ...]
    """Sorted by space and start, disjoint, none empty."""

    executable: tuple[Interval, ...]
    """The byte addresses of the file bytes of executable segments, ascending."""

    symbols: tuple[Symbol, ...] = ()
    """Sorted by address."""

    def symbol_at(self, address: int) -> str | None:
        """`name+0x...` of the nearest symbol that contains the byte address, or None."""
        position = bisect_right(self.symbols, address, key=lambda symbol: symbol.address)
        if position == 0:
            return None
        symbol = self.symbols[position - 1]
        distance = address - symbol.address
        # Hand-written assembly often leaves a symbol's size at zero: it then reaches to the next symbol.
        if symbol.size_bytes and distance >= symbol.size_bytes:
            return None
        return f"{symbol.name}+{distance:#x}" if distance else symbol.name
