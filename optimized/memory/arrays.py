"""Large arrays in memory that is used again.

Memory that is new to a process has to be cleared by the system first, which takes a good part of a proof's time where
each table and each segment gets its own. So memory is kept while a prover lives, and given out again when nothing
refers to the array in it any more.
"""

from __future__ import annotations

import math
import sys
import threading
from dataclasses import replace

import numpy as np

from optimized.memory.reserve import Piece, Reserve, whole_pages
from optimized.words import Words

SMALLEST_KEPT_WORDS = 1 << 18
"""Below a mebibyte the memory allocator keeps what is freed itself."""

WHOLE_PIECE_BYTES = 1 << 27
"""A free piece of more is kept for large arrays: some that live long, cut from it for small ones, would leave no place
for the next large one, which new memory would have to be made present for."""

CUT_PARTS = 8
"""An array of such a part of it counts as large."""


def _references(arrays: list[Words], index: int) -> int:
    return sys.getrefcount(arrays[index])


UNUSED_REFERENCES = _references([np.empty(0, dtype=np.uint32)], 0)
"""What an array counts that stands in a list and nowhere else. Every view of an array of ours refers to it."""


class _Pool:
    """Memory in pieces: each under an array, or free."""

    def __init__(self) -> None:
        self._reserve = Reserve()
        self._arrays: list[Words] = []
        self._pieces: list[Piece] = []
        """Where the arrays lie."""

        self._free: list[Piece] = []

    def take(self, count: int) -> Words:
        """An array of so many words. Raises MemoryError if the system has no room for it."""
        size = whole_pages(count)
        self._collect()
        piece = self._free_piece(size) or self._grown_piece(size) or self._reserve.take(size)
        self._pieces.append(piece)
        self._arrays.append(piece.words(count))
        return self._arrays[-1]

    def close(self) -> None:
        """Nothing is taken any more."""
        self._reserve.close()

    def _free_piece(self, size: int) -> Piece | None:
        """So much of the smallest free piece that has it and is not to be kept whole."""
        largest = max(WHOLE_PIECE_BYTES, CUT_PARTS * size)
        fitting = [i for i, piece in enumerate(self._free) if size <= piece.size_bytes <= largest]
        if not fitting:
            return None
        piece = self._free.pop(min(fitting, key=lambda i: self._free[i].size_bytes))
        if piece.size_bytes > size:
            self._free.append(replace(piece, start=piece.start + size))
        return replace(piece, stop=piece.start + size)

    def _grown_piece(self, size: int) -> Piece | None:
        """So much of the free piece that has untouched memory behind it, if one has."""
        for i, piece in enumerate(self._free):
            grown = self._reserve.grown(piece, size)
            if grown is not None:
                del self._free[i]
                return grown
        return None

    def _collect(self) -> None:
        """Frees the memory of arrays that nothing refers to, and joins neighbours."""
        unused = {i for i in range(len(self._arrays)) if _references(self._arrays, i) == UNUSED_REFERENCES}
        free = self._free + [self._pieces[i] for i in unused]
        self._arrays = [array for i, array in enumerate(self._arrays) if i not in unused]
        self._pieces = [piece for i, piece in enumerate(self._pieces) if i not in unused]
        self._free = []
        for piece in sorted(free, key=lambda piece: (piece.chunk, piece.start)):
            last = self._free[-1] if self._free else None
            if last is not None and (last.chunk, last.stop) == (piece.chunk, piece.start):
                self._free[-1] = replace(last, stop=piece.stop)
            else:
                self._free.append(piece)


_pool = _Pool()
_lock = threading.Lock()


def empty(*shape: int) -> Words:
    """An array of this shape with any contents. Raises MemoryError if the system has no room for it."""
    count = math.prod(shape)
    if count < SMALLEST_KEPT_WORDS:
        return np.empty(shape, dtype=np.uint32)
    with _lock:
        return _pool.take(count).reshape(shape)


def zeros(*shape: int) -> Words:
    """An array of this shape with zeros. Raises MemoryError if the system has no room for it."""
    array = empty(*shape)
    array.fill(0)
    return array


def release() -> None:
    """Gives all memory back that no array lies in; the others' goes back with them."""
    global _pool
    with _lock:
        _pool.close()
        _pool = _Pool()
