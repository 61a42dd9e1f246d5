"""The guest's memory as flat arrays over all 2^29 doublewords; pages that nobody touches take no room."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spec.memory_map import ADDRESS_BITS, DOUBLEWORD_BYTES, INPUT, INPUT_CAPACITY_BYTES, Space
from spec.program import Program

DOUBLEWORDS = 2**ADDRESS_BITS // DOUBLEWORD_BYTES
PAGE_DOUBLEWORDS_LOG2 = 9
UNMAPPED, MAPPED, PARTLY_MAPPED = 0, 1, 2


class InputTooLongError(ValueError):
    """The private input exceeds the capacity of the input region."""


def _zeros(count: int, kind: type[np.generic]) -> NDArray[Any]:
    """Zeros that the system provides page by page when they are touched."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)
    return np.frombuffer(mmap.mmap(-1, count * np.dtype(kind).itemsize, flags=flags), dtype=kind)


class GuestMemory:
    """Values, clocks of the last access, and which doublewords belong to a region."""

    def __init__(self, program: Program, private_input: bytes) -> None:
        if len(private_input) > INPUT_CAPACITY_BYTES:
            raise InputTooLongError(
                f"the input has {len(private_input)} bytes, the input region holds at most {INPUT_CAPACITY_BYTES}"
            )
        self.values: NDArray[np.uint64] = _zeros(DOUBLEWORDS, np.uint64)
        self.clocks: NDArray[np.uint32] = _zeros(DOUBLEWORDS, np.uint32)
        if program.image:
            addresses, words = zip(*program.image, strict=True)
            self.values[np.array(addresses)] = np.array(words, dtype=np.uint64)
        first = INPUT.start // DOUBLEWORD_BYTES
        padded = private_input + bytes(-len(private_input) % DOUBLEWORD_BYTES)
        self.values[first] = len(private_input)
        self.values[first + 1 : first + 1 + len(padded) // DOUBLEWORD_BYTES] = np.frombuffer(padded, dtype="<u8")
        regions = [region for region in program.regions if region.space is Space.MEMORY]
        self.region_starts = np.array([region.start for region in regions], dtype=np.int64)
        self.region_ends = np.array([region.end for region in regions], dtype=np.int64)
        self.pages = np.zeros(DOUBLEWORDS >> PAGE_DOUBLEWORDS_LOG2, dtype=np.uint8)
        page = 1 << PAGE_DOUBLEWORDS_LOG2
        for region in regions:
            self.pages[region.start // page : -(-region.end // page)] = PARTLY_MAPPED
            self.pages[-(-region.start // page) : region.end // page] = MAPPED
