"""Rows of the tables in spec/rv64im/chips/continuation.py: the boundary of a segment and the memory of a run."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from reference.trace.cells import Cells, limb_array
from reference.trace.errors import WitnessError
from spec.memory_map import RegionKind, Space
from spec.program import Program, Region
from spec.rv64im.buses import LIMB_BITS
from spec.rv64im.chips.continuation import ADDRESS_BITS


@dataclass(frozen=True, slots=True)
class SegmentCell:
    """An address over one segment that touches it."""

    space: Space
    address: int
    value_in: int
    value_out: int
    last_clock: int
    """The clock of the segment's last access to the address."""

    origin: int
    """The index after that of the last earlier segment that touched the address; 0 if none did."""

    @property
    def key(self) -> int:
        """Boundary rows are ordered by it."""
        return memory_key(self.space, self.address)


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


def boundary_rows(cells: Iterable[SegmentCell], segment: int) -> list[Cells]:
    """The rows of the boundary table of the segment with this index, in the order of the cells."""
    return [
        {
            "real": 1,
            "space": cell.space,
            "address": cell.address,
            **limb_array("value_in", cell.value_in),
            **limb_array("value_out", cell.value_out),
            "last_clock": cell.last_clock,
            "origin_segment": cell.origin,
            "gap_high": (segment - cell.origin) >> LIMB_BITS,
        }
        for cell in cells
    ]


def memory_rows(program: Program, cells: Iterable[RunCell], cursor: int = 0) -> list[Cells]:
    """The memory table's rows for cells by ascending key, the first of which receives this cursor.

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
                "step_high": (cell.key - cursor) >> LIMB_BITS,
                "region_start": region.start,
                "region_end": region.end,
                "above_start_high": (cell.address - region.start) >> LIMB_BITS,
                "below_end_high": (region.end - 1 - cell.address) >> LIMB_BITS,
            }
        )
        cursor = cell.key + 1
    return rows


def _region_of(program: Program, cell: RunCell) -> Region:
    """Regions are sorted by space and start, and disjoint."""
    place = (cell.space, cell.address)
    position = bisect_right(program.regions, place, key=lambda region: (region.space, region.start)) - 1
    region = program.regions[position] if position >= 0 else None
    if region is None or region.space != cell.space or cell.address >= region.end:
        raise WitnessError(f"address {cell.address:#x} of space {cell.space.name} lies in no region")
    return region
