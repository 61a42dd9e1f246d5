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
