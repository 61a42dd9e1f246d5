"""Loads and stores on flat doublewords, compiled: which bytes an access reaches, and what it reads or replaces."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import borrowing
from optimized.execution.guest_memory import Doublewords, is_mapped
from optimized.execution.operations import Word
from spec.memory_map import ADDRESS_BITS

U64, I64 = np.uint64, np.int64

NO_ADDRESS = -1
"""In place of the position of an access that reaches beyond all addresses."""


class MemoryAccess(NamedTuple):
    """The bytes that a load or store reaches; all zero for an instruction that is neither."""

    position: Word
    """The first doubleword, or NO_ADDRESS."""

    offset: Word
    """The first byte in it."""

    width_bytes: Word
    crosses: Word
    """Whether it reaches into the next doubleword."""

    is_misaligned: Word


class Contents(NamedTuple):
    """Both doublewords of a memory access, before and after it; zero what it does not reach."""

    low_before: Word
    low_after: Word
    high_before: Word
    high_after: Word


@borrowing
def no_access() -> MemoryAccess:
    """The memory access of an instruction that makes none."""
    return MemoryAccess(I64(0), I64(0), I64(0), False, False)


@borrowing
def no_contents() -> Contents:
    """What an instruction without access to memory finds and leaves there."""
    return Contents(U64(0), U64(0), U64(0), U64(0))


@borrowing
def located(address: Word, width_bytes: Word) -> MemoryAccess:
    """The access to so many bytes from an address on."""
    position, offset = I64(address >> U64(3)), I64(address & U64(7))
    if address > U64(2**ADDRESS_BITS) - U64(width_bytes):
        position = I64(NO_ADDRESS)
    return MemoryAccess(position, offset, width_bytes, offset + width_bytes > 8, offset % width_bytes != 0)


@borrowing
def is_accessible(at: MemoryAccess, memory: Doublewords) -> bool:
    """Whether all that the access reaches belongs to a region."""
    if at.position == NO_ADDRESS or not is_mapped(at.position, memory):
        return False
    return not at.crosses or is_mapped(at.position + 1, memory)


@borrowing
def mark_touched(touched: NDArray[np.bool_], at: MemoryAccess) -> None:
    """Marks the doublewords that the access reaches."""
    touched[at.position] = True
    if at.crosses:
        touched[at.position + 1] = True


@borrowing
def extended(word: Word, bits: Word, signed: Word) -> Word:
    """The low bits of a word, extended."""
    shift = U64(64 - bits)
    return U64(I64(word << shift) >> I64(shift)) if signed else (word << shift) >> shift


@borrowing
def load(values: NDArray[np.uint64], at: MemoryAccess, signed: Word) -> tuple[Word, Contents]:
    """The loaded word, and the doublewords that it comes from."""
    shift = U64(8 * at.offset)
    low, high = values[at.position], U64(0)
    both = low >> shift
    if at.crosses:
        high = values[at.position + 1]
        both |= high << (U64(64) - shift)
    return extended(both, 8 * at.width_bytes, signed), Contents(low, low, high, high)


@borrowing
def store(values: NDArray[np.uint64], at: MemoryAccess, word: Word) -> Contents:
    """Stores the low bytes of a word."""
    shift = U64(8 * at.offset)
    mask = extended(U64(2**64 - 1), 8 * at.width_bytes, False)
    stored = word & mask
    low = values[at.position]
    low_after = (low & ~(mask << shift)) | (stored << shift)
    values[at.position] = low_after
    high = high_after = U64(0)
    if at.crosses:
        rest = U64(64) - shift
        high = values[at.position + 1]
        high_after = (high & ~(mask >> rest)) | (stored >> rest)
        values[at.position + 1] = high_after
    return Contents(low, low_after, high, high_after)
