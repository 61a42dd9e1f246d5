"""The executor's memory: doublewords by address, present once touched."""

from __future__ import annotations

from bisect import bisect_right

from spec.memory_map import DOUBLEWORD_BYTES, INPUT_CAPACITY_BYTES, INPUT_REGION, Space
from spec.program import Program


class InputTooLongError(ValueError):
    """The private input exceeds the capacity of the input region."""


class UnmappedError(Exception):
    """A doubleword that belongs to no region."""


def initial_memory(program: Program, private_input: bytes) -> dict[int, int]:
    """Every doubleword that the image and the input determine; mapped doublewords besides hold zero.

    Raises InputTooLongError if the input exceeds its region.
    """
    if len(private_input) > INPUT_CAPACITY_BYTES:
        raise InputTooLongError(
            f"the input has {len(private_input)} bytes, the input region holds at most {INPUT_CAPACITY_BYTES}"
        )
    doublewords = dict(program.image)
    first = INPUT_REGION.start // DOUBLEWORD_BYTES
    doublewords[first] = len(private_input)
    for start in range(0, len(private_input), DOUBLEWORD_BYTES):
        address = first + 1 + start // DOUBLEWORD_BYTES
        doublewords[address] = int.from_bytes(private_input[start : start + DOUBLEWORD_BYTES], "little")
    return doublewords


class MachineMemory:
    """All of memory during one execution."""

    def __init__(self, program: Program, private_input: bytes) -> None:
        self.initial = initial_memory(program, private_input)
        self.doublewords: dict[int, int] = {}
        """Doubleword address to value: exactly the doublewords that have been touched, all mapped."""

        regions = [region for region in program.regions if region.space is Space.MEMORY]
        self._starts = [region.start for region in regions]
        self._ends = [region.end for region in regions]

    def touch(self, position: int) -> int:
        """The doubleword's value; from now on it counts as touched.

        Every region lies below 2^32 bytes, so an address beyond is unmapped too. Raises UnmappedError if a doubleword
        belongs to no region.
        """
        value = self.doublewords.get(position)
        if value is None:
            value = self.doublewords[position] = self._untouched(position)
        return value

    def require_mapped(self, position: int) -> None:
        """Raises UnmappedError for a doubleword that belongs to no region; it is not touched."""
        self._untouched(position)

    def value(self, position: int) -> int:
        """The doubleword's value, 0 for an unmapped one; it is not touched."""
        value = self.doublewords.get(position)
        return self.initial.get(position, 0) if value is None else value

    def peek(self, address: int, size_bytes: int) -> bytes:
        """The bytes from this byte address on, which are not touched.

        Raises UnmappedError if a doubleword belongs to no region.
        """
        first, end = address // DOUBLEWORD_BYTES, -(-(address + size_bytes) // DOUBLEWORD_BYTES)
        doublewords = b"".join(
            self.doublewords.get(position, self._untouched(position)).to_bytes(DOUBLEWORD_BYTES, "little")
            for position in range(first, end)
        )
        offset = address % DOUBLEWORD_BYTES
        return doublewords[offset : offset + size_bytes]

    def _untouched(self, position: int) -> int:
        """The doubleword's value at the start. Raises UnmappedError if a doubleword belongs to no region."""
        value = self.initial.get(position)
        if value is not None:
            return value
        index = bisect_right(self._starts, position) - 1
        if index < 0 or position >= self._ends[index]:
            raise UnmappedError(position)
        return 0
