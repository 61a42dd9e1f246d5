"""The rows of a machine's fixed tables as arrays, and which messages are among them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spec.air.machine import MachineTable

Cells = NDArray[np.int64]

KNOWN_TABLES = 16
"""A machine has a few fixed tables, of which the largest has half a million rows."""

KNOWN_LOOKUPS = 64
"""The same for what they answer on each of their buses."""

WORD_BITS = 63
"""A message of so many bits is one number of an array."""


@lru_cache(maxsize=KNOWN_TABLES)
def table_cells(table: MachineTable) -> Cells:
    """The cells of all rows. Raises ValueError if the rows are not equally wide."""
    return np.array(table.rows(), dtype=np.int64)


@lru_cache(maxsize=KNOWN_LOOKUPS)
def messages_of(table: MachineTable, columns: tuple[int, ...]) -> Messages:
    """What a table sends that sends these of its columns."""
    return Messages(table_cells(table)[:, list(columns)])


class Messages:
    """Messages of which it is quickly found whether one is among them: each is packed into a number."""

    def __init__(self, cells: Cells) -> None:
        self._highest = [int(column.max()) for column in cells.T]
        self._bits = [highest.bit_length() for highest in self._highest]
        self._wide: frozenset[tuple[int, ...]] | None = None
        if sum(self._bits) > WORD_BITS:
            self._wide = frozenset(map(tuple, cells.tolist()))
            return
        packed = np.zeros(len(cells), dtype=np.int64)
        for column, size in zip(cells.T, self._bits, strict=True):
            packed = (packed << size) | column
        self._packed = np.unique(packed)

    def __contains__(self, message: tuple[int, ...]) -> bool:
        if self._wide is not None:
            return message in self._wide
        packed = 0
        if len(message) != len(self._bits):
            return False
        for part, highest, size in zip(message, self._highest, self._bits, strict=True):
            if not 0 <= part <= highest:
                return False
            packed = packed << size | part
        at = int(np.searchsorted(self._packed, packed))
        return at < len(self._packed) and int(self._packed[at]) == packed
