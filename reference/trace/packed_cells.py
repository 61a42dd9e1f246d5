"""Cells of a plan in packed form: numbers in an array, in the layout in which a plan is stored and sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from reference.trace.continuation import RunCell, SegmentCell, memory_key
from spec.memory_map import Space
from spec.rv64im.chips.continuation import ADDRESS_BITS

Packed: TypeAlias = NDArray[np.void]

SEGMENT_CELL = np.dtype(
    [("key", "<u4"), ("value_in", "<u8"), ("value_out", "<u8"), ("last_clock", "<u4"), ("origin", "<u4")]
)
"""28 bytes."""

RUN_CELL = np.dtype([("key", "<u4"), ("initial", "<u8"), ("final", "<u8"), ("last_segment", "<u4")])
"""24 bytes."""


class SegmentCells(Sequence[SegmentCell]):
    """The cells of a segment by ascending key. Raises ValueError for an array of another layout."""

    def __init__(self, packed: Packed) -> None:
        self.packed = _readable(packed, SEGMENT_CELL)

    @classmethod
    def of(cls, cells: Iterable[SegmentCell]) -> SegmentCells:
        """These cells."""
        rows = [(cell.key, cell.value_in, cell.value_out, cell.last_clock, cell.origin) for cell in cells]
        return cls(np.array(rows, dtype=SEGMENT_CELL))

    def __len__(self) -> int:
        return len(self.packed)

    def __iter__(self) -> Iterator[SegmentCell]:
        return (SegmentCell(*_place(key), *rest) for key, *rest in self.packed.tolist())

    @overload
    def __getitem__(self, index: int) -> SegmentCell: ...
    @overload
    def __getitem__(self, index: slice) -> SegmentCells: ...
    def __getitem__(self, index: int | slice) -> SegmentCell | SegmentCells:
        if isinstance(index, slice):
            return SegmentCells(self.packed[index])
        key, *rest = self.packed[index].tolist()
        return SegmentCell(*_place(key), *rest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SegmentCells) and np.array_equal(self.packed, other.packed)


class RunCells(Sequence[RunCell]):
    """The cells of a run by ascending key. Raises ValueError for an array of another layout."""

    def __init__(self, packed: Packed) -> None:
        self.packed = _readable(packed, RUN_CELL)

    @classmethod
    def of(cls, cells: Iterable[RunCell]) -> RunCells:
        """These cells."""
        rows = [(cell.key, cell.initial, cell.final, cell.last_segment) for cell in cells]
        return cls(np.array(rows, dtype=RUN_CELL))

    def __len__(self) -> int:
        return len(self.packed)

    def __iter__(self) -> Iterator[RunCell]:
        return (RunCell(*_place(key), *rest) for key, *rest in self.packed.tolist())

    @overload
    def __getitem__(self, index: int) -> RunCell: ...
    @overload
    def __getitem__(self, index: slice) -> RunCells: ...
    def __getitem__(self, index: int | slice) -> RunCell | RunCells:
        if isinstance(index, slice):
            return RunCells(self.packed[index])
        key, *rest = self.packed[index].tolist()
        return RunCell(*_place(key), *rest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunCells) and np.array_equal(self.packed, other.packed)


def _readable(packed: Packed, layout: np.dtype[np.void]) -> Packed:
    if packed.dtype != layout:
        raise ValueError(f"cells of the layout {packed.dtype}, not {layout}")
    view = packed.view()
    view.setflags(write=False)
    return view


def _place(key: int) -> tuple[Space, int]:
    space = Space(key >> ADDRESS_BITS)
    return space, key - memory_key(space, 0)
