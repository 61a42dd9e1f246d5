"""Memory for large arrays, whose pages a thread of its own makes present ahead of their use.

The first touch of a page makes the system clear it, and on a virtual machine its host provide it: for the gibibyte of
a proof that takes from a third of a second to two. So it is done while the prover's own threads wait for something.

Huge pages come and go quicker, except where memory is fragmented: there the system spends seconds for a gibibyte on
moving other pages out of the way. So the reserve takes them as long as they come quickly.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import resource
import sys
import threading
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimized.words import Words

LIMITED_CHUNK_BYTES = 1 << 30
"""Addresses are reserved in such chunks where a process may not have as many as it wants: others need some, too."""

LARGEST_LEAD_BYTES = 1 << 24
"""So much is present beyond what has been taken, or as much as has been taken if that is less."""

STEP_BYTES = 1 << 22
"""Made present at once; a proof that ends waits for no longer than that."""

SLOW_STEP_SECONDS = 0.02
"""The processor's time for a slow step: several times what huge or ordinary pages take that lie ready."""

PATIENCE_STEPS = 2
"""After so many slow steps no more huge pages are requested."""

POPULATE_WRITE = 23
"""Linux's MADV_POPULATE_WRITE, since 5.14: it makes pages present and leaves what they hold."""

WORD_BYTES = np.dtype(np.uint32).itemsize


def _chunk_bytes() -> int:
    """As many addresses as the machine has memory, where they cost nothing: then all pieces of a process can be
    neighbours, and what arrays leave behind makes room for a larger one. Between pieces of small chunks it does not."""
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        return LIMITED_CHUNK_BYTES
    return max(LIMITED_CHUNK_BYTES, os.sysconf("SC_PHYS_PAGES") * mmap.PAGESIZE)


def _system_library() -> Any:
    """The C library with Linux's madvise; None elsewhere."""
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Piece:
    """Bytes of a chunk, whole pages. The chunk goes back to the system with the last reference to it."""

    chunk: int
    """Its number; pieces of one chunk may be neighbours."""

    memory: memoryview
    """The memory of the whole chunk."""

    start: int
    stop: int

    @property
    def size_bytes(self) -> int:
        return self.stop - self.start

    def words(self, count: int) -> Words:
        """An array over the first so many words. Every view of it refers to itself, not to the memory."""
        return np.frombuffer(self.memory[self.start : self.stop], dtype=np.uint32, count=count)


def whole_pages(count: int) -> int:
    """The bytes of the pages that so many words take."""
    return -(-count * WORD_BYTES // mmap.PAGESIZE) * mmap.PAGESIZE


class Reserve:
    """Gives out memory that nobody else has."""

    def __init__(self) -> None:
        self._library = _system_library()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._chunk: mmap.mmap | None = None
        self._chunk_number = 0
        self._address = 0
        self._size = 0
        self._taken = 0
        self._present = 0
        self._taken_before = 0
        """The bytes taken of earlier chunks."""

        self._rests: list[Piece] = []
        """The ends of earlier chunks that were too small for the next piece."""

        self._slow_steps = 0
        self._is_closed = False

    @property
    def taken_bytes(self) -> int:
        """The bytes of all chunks that were given out."""
        with self._changed:
            return self._taken_before + self._taken

    def take(self, size_bytes: int) -> Piece:
        """So many bytes, whole pages, with any contents. Raises MemoryError if the system has no room for it."""
        with self._changed:
            for number, rest in enumerate(self._rests):
                if rest.size_bytes >= size_bytes:
                    self._rests[number] = replace(rest, start=rest.start + size_bytes)
                    return replace(rest, stop=rest.start + size_bytes)
            if self._chunk is None or self._taken + size_bytes > self._size:
                self._begin_chunk(size_bytes)
            assert self._chunk is not None
            start = self._taken
            self._taken += size_bytes
            if self._library is not None and self._thread is None:
                self._thread = threading.Thread(target=self._make_present, daemon=True)
                self._thread.start()
            self._changed.notify()
            return Piece(self._chunk_number, memoryview(self._chunk), start, self._taken)

    def grown(self, piece: Piece, size_bytes: int) -> Piece | None:
        """The piece with so many bytes, if untouched memory lies behind it that suffices; else None."""
        with self._changed:
            taken = self._taken + size_bytes - piece.size_bytes
            if (piece.chunk, piece.stop) != (self._chunk_number, self._taken) or taken > self._size:
                return None
            self._taken = taken
            self._changed.notify()
            return replace(piece, stop=taken)

    def close(self) -> None:
        """Nothing is taken any more."""
        with self._changed:
            self._is_closed = True
            self._chunk, self._rests = None, []
            self._changed.notify()

    def _begin_chunk(self, size: int) -> None:
        sizes = {max(chunk, size) for chunk in (_chunk_bytes(), LIMITED_CHUNK_BYTES, size)}
        for chunk_size in sorted(sizes, reverse=True):
            try:
                chunk = mmap.mmap(-1, chunk_size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
                break
            except OSError as error:
                failure = error
        else:
            raise MemoryError(f"no room for {size} bytes: {failure}") from failure
        if self._chunk is not None and self._taken < self._size:
            self._rests.append(Piece(self._chunk_number, memoryview(self._chunk), self._taken, self._size))
        self._taken_before += self._taken
        self._chunk_number += 1
        self._chunk, self._size, self._taken, self._present = chunk, chunk_size, 0, 0
        self._address = ctypes.addressof(ctypes.c_char.from_buffer(chunk))
        if self._slow_steps < PATIENCE_STEPS:
            self._advise_huge_pages(chunk, wanted=True)

    def _next_step(self) -> tuple[mmap.mmap, int, int] | None:
        """The chunk, address and bytes to make present; None when enough is."""
        if self._chunk is None:
            return None
        # What has been taken and is not present, its user touches first, from all threads.
        self._present = max(self._present, self._taken)
        lead = min(LARGEST_LEAD_BYTES, self._taken_before + self._taken)
        size = min(STEP_BYTES, self._size - self._present, self._taken + lead - self._present)
        if size <= 0:
            return None
        step = self._chunk, self._address + self._present, size
        self._present += size
        return step

    def _make_present(self) -> None:
        while True:
            with self._changed:
                while not self._is_closed and (step := self._next_step()) is None:
                    self._changed.wait()
                if self._is_closed:
                    return
            assert step is not None
            _, address, size = step
            start = time.thread_time()
            if self._library.madvise(ctypes.c_void_p(address), ctypes.c_size_t(size), POPULATE_WRITE):
                # An older system: pages come when they are touched.
                return
            self._slow_steps += time.thread_time() - start > SLOW_STEP_SECONDS
            if self._slow_steps == PATIENCE_STEPS:
                with self._changed:
                    # Another chunk may have been begun meanwhile.
                    if self._chunk is not None:
                        self._advise_huge_pages(self._chunk, wanted=False)

    def _advise_huge_pages(self, chunk: mmap.mmap, *, wanted: bool) -> None:
        if self._library is not None:
            with contextlib.suppress(OSError):
                # Systems without them say that they do not know the advice.
                chunk.madvise(mmap.MADV_HUGEPAGE if wanted else mmap.MADV_NOHUGEPAGE)
