"""What the output region claims at the end of an execution, and whether the claim can be proven."""

from __future__ import annotations

from collections.abc import Mapping

from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_CAPACITY_BYTES, OUTPUT_REGION

_FIRST = OUTPUT_REGION.start // DOUBLEWORD_BYTES
_END = OUTPUT_REGION.end // DOUBLEWORD_BYTES


def read_output(doublewords: Mapping[int, int]) -> tuple[bytes, str | None]:
    """The claimed output bytes, none if the length exceeds the capacity, and why they cannot be proven, if so.

    `doublewords` holds every touched doubleword. The verifier's output tokens cover the length, the bytes and
    zeros to the end of the last doubleword, so nothing behind may be touched, not even read.
    """
    length = doublewords.get(_FIRST, 0)
    if length > OUTPUT_CAPACITY_BYTES:
        return b"", f"the output length {length} exceeds the region's capacity of {OUTPUT_CAPACITY_BYTES} bytes"
    claimed_end = _FIRST + 1 + -(-length // DOUBLEWORD_BYTES)
    region = b"".join(
        doublewords.get(address, 0).to_bytes(DOUBLEWORD_BYTES, "little") for address in range(_FIRST + 1, claimed_end)
    )
    return region[:length], _objection(doublewords, length, claimed_end, region[length:])


def _objection(doublewords: Mapping[int, int], length: int, claimed_end: int, padding: bytes) -> str | None:
    """Why the claim of this length cannot be proven, or None."""
    if any(padding):
        return f"bytes behind the output of length {length} are not zero"
    beyond = min((address for address in doublewords if claimed_end <= address < _END), default=None)
    if beyond is None:
        return None
    return (
        f"the program accessed the output region at {beyond * DOUBLEWORD_BYTES:#x}, "
        f"behind the output of length {length}"
    )
