"""Large arrays in memory that is used again.

Memory that is new to a process has to be cleared by the system first, which takes a good part of a proof's time where
each table and each segment gets its own. So buffers are kept while a prover lives, and given out again when nothing
refers to them any more.
"""

from __future__ import annotations

import math
import sys
import threading

import numpy as np

from optimized.reserve import Reserve
from optimized.roots import Words

SMALLEST_KEPT_WORDS = 1 << 18
"""Below a mebibyte the memory allocator keeps what is freed itself."""

LARGEST_SURPLUS = 2
"""A buffer is given out for arrays of no less than this part of it."""

_buffers: list[Words] = []
_reserve = Reserve()
_lock = threading.Lock()


def _references(buffers: list[Words], index: int) -> int:
    return sys.getrefcount(buffers[index])


UNUSED_REFERENCES = _references([np.empty(0, dtype=np.uint32)], 0)
"""What a buffer counts that stands in a list and nowhere else. Every view of a buffer refers to the buffer itself."""


def empty(*shape: int) -> Words:
    """An array of this shape with any contents."""
    count = math.prod(shape)
    if count < SMALLEST_KEPT_WORDS:
        return np.empty(shape, dtype=np.uint32)
    with _lock:
        fitting = [
            i
            for i in range(len(_buffers))
            if count <= len(_buffers[i]) <= LARGEST_SURPLUS * count and _references(_buffers, i) == UNUSED_REFERENCES
        ]
        if fitting:
            chosen = min(fitting, key=lambda i: len(_buffers[i]))
        else:
            chosen = len(_buffers)
            _buffers.append(_reserve.take(count))
        return _buffers[chosen][:count].reshape(shape)


def zeros(*shape: int) -> Words:
    """An array of this shape with zeros."""
    array = empty(*shape)
    array.fill(0)
    return array


def release() -> None:
    """Gives the memory of all buffers back that nothing refers to; the others' goes back with their arrays."""
    global _reserve
    with _lock:
        _reserve.close()
        _reserve = Reserve()
        _buffers.clear()
