"""The boundary and the memory table of a run of one segment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimized.executor import Recording
from optimized.trace.rows import Cells, Column, limb_array
from spec.air.bus import LIMB_BITS
from spec.air.chips.continuation import ADDRESS_BITS
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT, OUTPUT_CAPACITY_BYTES, RegionKind, Space
from spec.program import Program
from spec.protocol.tokens import output_doublewords


class UnprovableError(Exception):
    """No proof of the execution exists: what it leaves in the output region cannot be claimed."""


@dataclass(frozen=True)
class TouchedCells:
    """Every address that the run touches, by ascending key: (count,) each."""

    key: NDArray[np.int64]
    """space * 2^29 + address."""

    value_in: NDArray[np.uint64]
    value_out: NDArray[np.uint64]
    last_clock: NDArray[np.uint32]

    @property
    def space(self) -> NDArray[np.int64]:
        return self.key >> ADDRESS_BITS

    @property
    def address(self) -> NDArray[np.int64]:
        return self.key & ((1 << ADDRESS_BITS) - 1)


def touched_cells(recording: Recording) -> TouchedCells:
    """Memory by address, then registers, which are all zero at the start."""
    memory = recording.run.memory
    order = np.argsort(recording.touched)
    addresses = recording.touched[order]
    registers = np.flatnonzero(recording.register_clocks)
    return TouchedCells(
        np.concatenate([addresses, registers + (int(Space.REGISTERS) << ADDRESS_BITS)]),
        np.concatenate([recording.touched_values[order], np.zeros(len(registers), dtype=np.uint64)]),
        np.concatenate([memory.values[addresses], recording.run.registers[registers]]),
        np.concatenate([memory.clocks[addresses], recording.register_clocks[registers]]),
    )


def claimed_output(recording: Recording) -> bytes:
    """The output that the run claims. Raises UnprovableError.

    The verifier's tokens cover the length, the bytes and zeros to the end of the last doubleword, so nothing behind
    may be touched, not even read.
    """
    values = recording.run.memory.values
    first, end = OUTPUT.start // DOUBLEWORD_BYTES, OUTPUT.end // DOUBLEWORD_BYTES
    length = int(values[first])
    if length > OUTPUT_CAPACITY_BYTES:
        raise UnprovableError(f"the output length {length} exceeds the region's {OUTPUT_CAPACITY_BYTES} bytes")
    claimed_end = first + 1 + -(-length // DOUBLEWORD_BYTES)
    region = values[first + 1 : claimed_end].astype("<u8").tobytes()
    if any(region[length:]):
        raise UnprovableError(f"bytes behind the output of length {length} are not zero")
    touched = recording.touched
    beyond = touched[(touched >= claimed_end) & (touched < end)]
    if len(beyond):
        place = int(beyond.min()) * DOUBLEWORD_BYTES
        raise UnprovableError(f"the program accessed the output region at {place:#x}, behind its {length} bytes")
    return region[:length]


def boundary_cells(cells: TouchedCells) -> Cells:
    """One row per touched address."""
    return {
        "real": 1,
        "space": cells.space,
        "address": cells.address,
        **limb_array("value_in", cells.value_in),
        **limb_array("value_out", cells.value_out),
        "last_clock": cells.last_clock,
        "origin_segment": 0,
        "gap_high": 0,
    }


def memory_cells(program: Program, cells: TouchedCells, output: bytes) -> tuple[Cells, int, int]:
    """One row per touched address and per doubleword of the output; the number of rows; the cursor behind them."""
    claimed = np.array([address for address, _ in output_doublewords(output)], dtype=np.int64)
    untouched = np.setdiff1d(claimed, cells.key)
    key = np.concatenate([cells.key, untouched])
    order = np.argsort(key)
    key = key[order]
    nothing = np.zeros(len(untouched), dtype=np.uint64)
    initial = np.concatenate([cells.value_in, nothing])[order]
    final = np.concatenate([cells.value_out, nothing])[order]
    is_touched = np.concatenate([np.ones(len(cells.key), dtype=bool), nothing.astype(bool)])[order]
    cursor = np.concatenate([np.zeros(1, dtype=np.int64), key[:-1] + 1])
    address = key & ((1 << ADDRESS_BITS) - 1)
    regions = program.regions
    starts = np.array([(region.space << ADDRESS_BITS) + region.start for region in regions], dtype=np.int64)
    # Every touched address lies in a region, and regions are sorted and disjoint.
    region = np.searchsorted(starts, key, side="right") - 1
    kind = np.array([region.kind for region in regions])[region]
    start = np.array([region.start for region in regions], dtype=np.int64)[region]
    end = np.array([region.end for region in regions], dtype=np.int64)[region]
    kinds: dict[str, Column] = {f"is_{of.name.lower()}": kind == of for of in RegionKind}
    rows: Cells = {
        **kinds,
        "space": key >> ADDRESS_BITS,
        "address": address,
        **limb_array("initial", initial),
        **limb_array("final", final),
        "last_segment": is_touched,
        "cursor": cursor,
        "address_high": address >> LIMB_BITS,
        "step_high": (key - cursor) >> LIMB_BITS,
        "region_start": start,
        "region_end": end,
        "above_start_high": (address - start) >> LIMB_BITS,
        "below_end_high": (end - 1 - address) >> LIMB_BITS,
    }
    return rows, len(key), int(key[-1]) + 1
