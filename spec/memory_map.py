"""The guest's address space: fixed regions and the spaces of the memory bus.

Byte addresses lie below 2^32; memory is 2^29 little-endian doublewords. Every interval is half open and
given in byte addresses. What belongs to no region cannot be initialised, hence never accessed by a proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

ADDRESS_BITS = 32
DOUBLEWORD_BYTES = 8
PAGE_BYTES = 4096
"""A guest's addresses stay below 2^32; an access of the memory bus is a doubleword; the first page is nobody's, so that
a null pointer traps."""


class Space(IntEnum):
    """The two address spaces of the memory bus."""

    MEMORY = 0
    REGISTERS = 1


REGISTER_COUNT = 32
SINK = 32
"""The register that decoding substitutes for a destination x0: written, never read."""

REGISTER_FILE_SIZE = SINK + 1


class RegionKind(IntEnum):
    """What a region's doublewords hold at the start; the memory table's selectors follow these numbers."""

    IMAGE = 0
    ZERO = 1
    REGISTERS = 2
    INPUT = 3
    OUTPUT = 4


@dataclass(frozen=True)
class Interval:
    """A half-open interval [start, end) of byte addresses."""

    start: int
    end: int

    @property
    def size_bytes(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Interval) -> bool:
        return self.start < other.end and other.start < self.end


NULL_PAGE = Interval(0, PAGE_BYTES)
"""Unmapped, so that a null pointer traps."""

HEAP = Interval(0x4000_0000, 0x6000_0000)
"""Zero at the start; the linker script's _heap_start and _heap_end."""

GUARD_PAGE = Interval(0x6FFF_F000, 0x7000_0000)
"""Unmapped, so that a stack overflow traps."""

STACK = Interval(0x7000_0000, 0x7800_0000)
"""Zero at the start; the stack pointer starts at its end and grows down."""

INPUT_REGION = Interval(0xA000_0000, 0xB000_0000)
"""The private input: a length doubleword, then the bytes."""

OUTPUT_REGION = Interval(0xB000_0000, 0xB100_0000)
"""The public output: a length doubleword, the bytes, zeros to the end of the last doubleword."""

INPUT_CAPACITY_BYTES = INPUT_REGION.size_bytes - DOUBLEWORD_BYTES
OUTPUT_CAPACITY_BYTES = OUTPUT_REGION.size_bytes - DOUBLEWORD_BYTES

DEFAULT_IMAGE_START = 0x0001_0000
"""Where the SDK's linker script puts a guest; any other place outside the reserved intervals is as good."""

RESERVED = {
    "null page": NULL_PAGE,
    "stack guard page": GUARD_PAGE,
    "input region": INPUT_REGION,
    "output region": OUTPUT_REGION,
}
"""Intervals that no loadable segment may touch, by the name an error message uses."""
