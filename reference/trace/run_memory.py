"""The memory of a run: who touched an address last, with which value, and which segment's table shows it at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reference.trace.clock import Touched
from reference.trace.continuation import RunCell, SegmentCell, memory_key
from reference.trace.packed_cells import RunCells, SegmentCells
from spec.memory_map import Space


@dataclass(frozen=True)
class MemoryPart:
    """The rows of the memory table that stand in one segment; without cells the segment has no memory table."""

    cells: RunCells
    """By ascending key."""

    cursor_in: int

    @property
    def cursor_out(self) -> int:
        """The key after that of the last row."""
        return self.cells[-1].key + 1 if self.cells else self.cursor_in


class RunMemory:
    """Every address that the segments so far have touched."""

    def __init__(self) -> None:
        self._cells: dict[tuple[Space, int], RunCell] = {}

    def absorb(self, touched: Mapping[tuple[Space, int], Touched], segment: int) -> SegmentCells:
        """Takes in what the next segment has touched; returns its cells by ascending key, with their origins."""
        cells = []
        for (space, address), place in sorted(touched.items(), key=lambda item: memory_key(*item[0])):
            known = self._cells.get((space, address))
            initial, origin = (place.value_in, 0) if known is None else (known.initial, known.last_segment)
            cells.append(SegmentCell(space, address, place.value_in, place.value_out, place.last_clock, origin))
            self._cells[space, address] = RunCell(space, address, initial, place.value_out, segment + 1)
        return SegmentCells.of(cells)

    def cells(self, output_addresses: Iterable[int]) -> RunCells:
        """The addresses of the run and the doublewords of its claimed output, by ascending key."""
        untouched = [
            RunCell(Space.MEMORY, address, 0, 0, last_segment=0)
            for address in output_addresses
            if (Space.MEMORY, address) not in self._cells
        ]
        return RunCells.of(sorted((*self._cells.values(), *untouched), key=lambda cell: cell.key))


def memory_parts(cells: RunCells, segment_count: int, maximum_rows: int) -> list[MemoryPart]:
    """The memory table's rows spread over a run's last segments: one part for each segment, the first ones empty.

    A part has at most `maximum_rows` rows, unless the run has too few segments for so small parts.
    """
    rows = max(maximum_rows, -(-len(cells) // segment_count))
    filled = -(-len(cells) // rows)
    parts = [MemoryPart(cells[:0], 0)] * (segment_count - filled)
    cursor = 0
    for start in range(0, len(cells), rows):
        parts.append(MemoryPart(cells[start : start + rows], cursor))
        cursor = parts[-1].cursor_out
    return parts
