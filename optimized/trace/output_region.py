"""What the output region claims at the end of an execution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_CAPACITY_BYTES, OUTPUT_REGION

_FIRST, _END = OUTPUT_REGION.start // DOUBLEWORD_BYTES, OUTPUT_REGION.end // DOUBLEWORD_BYTES


def claimed_output(values: NDArray[np.uint64], touched: NDArray[np.uint32]) -> bytes | None:
    """The output that the run claims, from all of memory and the doublewords that it has touched; None if the claim
    cannot be proven.

    The verifier's tokens cover the length, the bytes and zeros to the end of the last doubleword, so nothing behind
    may be touched, not even read.
    """
    length = int(values[_FIRST])
    if length > OUTPUT_CAPACITY_BYTES:
        return None
    claimed_end = _FIRST + 1 + -(-length // DOUBLEWORD_BYTES)
    region = values[_FIRST + 1 : claimed_end].astype("<u8").tobytes()
    if any(region[length:]) or ((touched >= claimed_end) & (touched < _END)).any():
        return None
    return region[:length]
