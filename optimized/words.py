"""Arrays of 32-bit words, which all compiled functions calculate with."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint32]

Elements: TypeAlias = NDArray[np.unsignedinteger[Any]]
"""Canonical elements in words of any width."""


def words(matrix: Elements) -> Words:
    """A matrix of canonical elements as the arrays that kernels are compiled for: contiguous, writeable, 32 bits."""
    return np.require(matrix, dtype=np.uint32, requirements=["C", "W"])


LINE_WORDS = 16
"""The words of a cache line: 64 bytes."""

HASH_FACTOR = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio: as a factor it spreads keys of a hash table that lie close together [Knuth, The Art
of Computer Programming 3, 6.4]."""
