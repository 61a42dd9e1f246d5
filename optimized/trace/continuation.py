"""Rows of the boundary table of a segment and of the memory table of a run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.trace.plan import RunCells, SegmentCells
from optimized.trace.rows import Cells, Column, limb_array
from spec.memory_map import RegionKind
from spec.program import Program
from spec.rv64im.buses import LIMB_BITS
from spec.rv64im.chips.continuation import ADDRESS_BITS

_ADDRESS_MASK = (1 << ADDRESS_BITS) - 1


class RegionError(Exception):
    """An address that lies in no region of the program."""


def boundary_cells(cells: SegmentCells, segment: int) -> Cells:
    """The rows of the boundary table of the segment with this index."""
    return {
        "real": 1,
        "space": cells.key >> np.uint32(ADDRESS_BITS),
        "address": cells.key & np.uint32(_ADDRESS_MASK),
        **limb_array("value_in", cells.value_in),
        **limb_array("value_out", cells.value_out),
        "last_clock": cells.last_clock,
        "origin_segment": cells.origin,
        "gap_high": (segment - cells.origin.astype(np.int64)) >> LIMB_BITS,
    }


class Regions:
    """A program's regions, to be looked up for many addresses at once."""

    def __init__(self, program: Program) -> None:
        regions = program.regions
        self._first_keys = np.array([(region.space << ADDRESS_BITS) + region.start for region in regions])
        self._end_keys = np.array([(region.space << ADDRESS_BITS) + region.end for region in regions])
        self.starts = np.array([region.start for region in regions], dtype=np.int64)
        self.ends = np.array([region.end for region in regions], dtype=np.int64)
        self.kinds = np.array([region.kind for region in regions], dtype=np.int64)

    def of(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number of each key's region. Raises RegionError if a region lies outside of its space."""
        numbers = np.searchsorted(self._first_keys, keys, side="right") - 1
        outside = (numbers < 0) | (keys >= self._end_keys[numbers])
        if outside.any():
            raise RegionError(f"key {int(keys[outside][0]):#x} lies in no region")
        return numbers


def memory_cells(regions: Regions, cells: RunCells, cursor_in: int) -> Cells:
    """The memory table's rows for these cells, the first of which receives the cursor.

    Raises RegionError if a region lies outside of its space.
    """
    key = cells.key.astype(np.int64)
    cursor = np.concatenate([np.array([cursor_in], dtype=np.int64), key[:-1] + 1])
    address = key & _ADDRESS_MASK
    region = regions.of(key)
    kind, start, end = regions.kinds[region], regions.starts[region], regions.ends[region]
    kinds: dict[str, Column] = {f"is_{of.name.lower()}": kind == of for of in RegionKind}
    return {
        **kinds,
        "space": key >> ADDRESS_BITS,
        "address": address,
        **limb_array("initial", cells.initial),
        **limb_array("final", cells.final),
        "last_segment": cells.last_segment,
        "cursor": cursor,
        "step_high": (key - cursor) >> LIMB_BITS,
        "region_start": start,
        "region_end": end,
        "above_start_high": (address - start) >> LIMB_BITS,
        "below_end_high": (end - 1 - address) >> LIMB_BITS,
    }
