"""The guest's memory as flat arrays over all 2^29 doublewords; pages that nobody touches take no room."""

from __future__ import annotations

import mmap
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.execution.remembering import remembered
from spec.memory_map import ADDRESS_BITS, DOUBLEWORD_BYTES, INPUT_CAPACITY_BYTES, INPUT_REGION, Space
from spec.program import Program

DOUBLEWORDS = 2**ADDRESS_BITS // DOUBLEWORD_BYTES
PAGE_DOUBLEWORDS_LOG2 = 9
"""Pages of 4 KiB: one byte each says of all addresses what is mapped, in a megabyte."""

UNMAPPED, MAPPED, PARTLY_MAPPED = 0, 1, 2


class InputTooLongError(ValueError):
    """The private input exceeds the capacity of the input region."""


class Doublewords(NamedTuple):
    """Memory as compiled code wants it; values and clocks by doubleword address."""

    values: NDArray[np.uint64]
    clocks: NDArray[np.uint32]
    """The clock of the last access; 0 before the first."""

    pages: NDArray[np.uint8]
    """By page, how much of it is mapped."""

    region_starts: NDArray[np.int64]
    region_ends: NDArray[np.int64]


def zeros(count: int, kind: type[np.generic]) -> NDArray[Any]:
    """Zeros that the system provides page by page when they are touched.

    Raises MemoryError if the system has no room for it.
    """
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)
    size_bytes = count * np.dtype(kind).itemsize
    try:
        pages = mmap.mmap(-1, size_bytes, flags=flags)
    except OSError as error:
        raise MemoryError(f"no room for {size_bytes} bytes of addresses: {error}") from error
    return np.frombuffer(pages, dtype=kind)


def guest_memory(program: Program, private_input: bytes = b"", *, with_clocks: bool = True) -> Doublewords:
    """Memory at the start of a run; without clocks where nobody counts accesses.

    Raises InputTooLongError if the input exceeds its region, and MemoryError if the system has no room for it.
    """
    if len(private_input) > INPUT_CAPACITY_BYTES:
        raise InputTooLongError(
            f"the input has {len(private_input)} bytes, the input region holds at most {INPUT_CAPACITY_BYTES}"
        )
    values: NDArray[np.uint64] = zeros(DOUBLEWORDS, np.uint64)
    if program.image:
        addresses, words = _image_arrays(program.image)
        values[addresses] = words
    first = INPUT_REGION.start // DOUBLEWORD_BYTES
    padded = private_input + bytes(-len(private_input) % DOUBLEWORD_BYTES)
    values[first] = len(private_input)
    values[first + 1 : first + 1 + len(padded) // DOUBLEWORD_BYTES] = np.frombuffer(padded, dtype="<u8")
    regions = [region for region in program.regions if region.space is Space.MEMORY]
    pages = np.zeros(DOUBLEWORDS >> PAGE_DOUBLEWORDS_LOG2, dtype=np.uint8)
    page = 1 << PAGE_DOUBLEWORDS_LOG2
    for region in regions:
        pages[region.start // page : -(-region.end // page)] = PARTLY_MAPPED
        pages[-(-region.start // page) : region.end // page] = MAPPED
    return Doublewords(
        values=values,
        clocks=zeros(DOUBLEWORDS, np.uint32) if with_clocks else np.empty(0, dtype=np.uint32),
        pages=pages,
        region_starts=np.array([region.start for region in regions], dtype=np.int64),
        region_ends=np.array([region.end for region in regions], dtype=np.int64),
    )


@remembered
def _image_arrays(image: tuple[tuple[int, int], ...]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """The addresses of an image that is not empty, and the doublewords there."""
    addresses, words = zip(*image, strict=True)
    return np.array(addresses), np.array(words, dtype=np.uint64)


@compiled
def is_mapped(position: int | np.int64, memory: Doublewords) -> bool:
    """Whether the doubleword belongs to a region."""
    page = memory.pages[position >> PAGE_DOUBLEWORDS_LOG2]
    if page == MAPPED:
        return True
    if page == UNMAPPED:
        return False
    # numba compiles no generators.
    for i in range(len(memory.region_starts)):  # noqa: SIM110
        if memory.region_starts[i] <= position < memory.region_ends[i]:
            return True
    return False
