"""Rows of the tables in spec/air/chips/continuation.py: the boundary of a segment and the memory of a run."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reference.trace.cells import Cells, limb_array
from reference.trace.clock import Touched
from reference.trace.errors import WitnessError
from spec.air.bus import LIMB_BITS
from spec.air.chips.continuation import ADDRESS_BITS
from spec.memory_map import RegionKind, Space
from spec.program import Program, Region


@dataclass(frozen=True, slots=True)
class RunCell:
    """An address over the whole run."""

    space: Space
    address: int
    initial: int
    final: int
    last_segment: int
    """The index after that of the last segment that touches it; 0 if none does."""

    @property
    def key(self) -> int:
        """Memory rows are ordered by it."""
        return memory_key(self.space, self.address)


def memory_key(space: Space, address: int) -> int:
    """space * 2^29 + address."""
    return (space << ADDRESS_BITS) + address


def boundary_rows(
    touched: Mapping[tuple[Space, int], Touched],
    segment: int = 0,
    origins: Mapping[tuple[Space, int], int] | None = None,
) -> list[Cells]:
    """One row for each address that a segment touches, by ascending key.

    `origins` gives the index after that of the last earlier segment that touched the address; 0 where none did.
    """
    rows = []
    for (space, address), place in sorted(touched.items(), key=lambda item: memory_key(*item[0])):
        origin = 0 if origins is None else origins.get((space, address), 0)
        rows.append(
            {
                "real": 1,
                "space": space,
                "address": address,
                **limb_array("value_in", place.value_in),
                **limb_array("value_out", place.value_out),
                "last_clock": place.last_clock,
                "origin_segment": origin,
                "gap_high": (segment - origin) >> LIMB_BITS,
            }
        )
    return rows


def cells_of_single_segment(
    touched: Mapping[tuple[Space, int], Touched], output_addresses: Iterable[int]
) -> list[RunCell]:
    """The addresses of a run of one segment and the doublewords of its output, by ascending key."""
    cells = [
        RunCell(space, address, place.value_in, place.value_out, last_segment=1)
        for (space, address), place in touched.items()
    ]
    cells += [
        RunCell(Space.MEMORY, address, 0, 0, last_segment=0)
        for address in output_addresses
        if (Space.MEMORY, address) not in touched
    ]
    return sorted(cells, key=lambda cell: cell.key)


def memory_rows(program: Program, cells: Iterable[RunCell], cursor: int = 0) -> tuple[list[Cells], int]:
    """The memory table's rows for cells by ascending key from this cursor on, and the cursor behind them.

    Raises WitnessError for an address without a region.
    """
    rows = []
    for cell in cells:
        region = _region_of(program, cell)
        rows.append(
            {
                **{f"is_{kind.name.lower()}": int(kind is region.kind) for kind in RegionKind},
                "space": cell.space,
                "address": cell.address,
                **limb_array("initial", cell.initial),
                **limb_array("final", cell.final),
                "last_segment": cell.last_segment,
                "cursor": cursor,
                "address_high": cell.address >> LIMB_BITS,
                "step_high": (cell.key - cursor) >> LIMB_BITS,
                "region_start": region.start,
                "region_end": region.end,
                "above_start_high": (cell.address - region.start) >> LIMB_BITS,
                "below_end_high": (region.end - 1 - cell.address) >> LIMB_BITS,
            }
        )
        cursor = cell.key + 1
    return rows, cursor


def _region_of(program: Program, cell: RunCell) -> Region:
    """Regions are sorted by space and start, and disjoint."""
    place = (cell.space, cell.address)
    position = bisect_right(program.regions, place, key=lambda region: (region.space, region.start)) - 1
    region = program.regions[position] if position >= 0 else None
    if region is None or region.space != cell.space or cell.address >= region.end:
        raise WitnessError(f"address {cell.address:#x} of space {cell.space.name} lies in no region")
    return region
