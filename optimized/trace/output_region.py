"""What the output region claims at the end of an execution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT, OUTPUT_CAPACITY_BYTES

_FIRST, _END = OUTPUT.start // DOUBLEWORD_BYTES, OUTPUT.end // DOUBLEWORD_BYTES


class OutputError(Exception):
    """What an execution leaves in the output region cannot be claimed."""


def claimed_output(values: NDArray[np.uint64], touched: NDArray[np.uint32]) -> bytes:
    """The output that the run claims, from all of memory and the doublewords that the run has touched.

    The verifier's tokens cover the length, the bytes and zeros to the end of the last doubleword, so nothing behind
    may be touched, not even read. Raises OutputError.
    """
    length = int(values[_FIRST])
    if length > OUTPUT_CAPACITY_BYTES:
        raise OutputError(f"the output length {length} exceeds the region's {OUTPUT_CAPACITY_BYTES} bytes")
    claimed_end = _FIRST + 1 + -(-length // DOUBLEWORD_BYTES)
    region = values[_FIRST + 1 : claimed_end].astype("<u8").tobytes()
    if any(region[length:]):
        raise OutputError(f"bytes behind the output of length {length} are not zero")
    beyond = touched[(touched >= claimed_end) & (touched < _END)]
    if len(beyond):
        place = int(beyond.min()) * DOUBLEWORD_BYTES
        raise OutputError(f"the program accessed the output region at {place:#x}, behind its {length} bytes")
    return region[:length]
