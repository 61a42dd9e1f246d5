"""How often each row of a lookup table is looked up, counted over all other tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from optimized.roots import Words
from optimized.threads import in_parallel
from reference.prover.field_arrays import Matrix
from reference.prover.values import RowValues, Values
from spec.air.chip import Chip
from spec.air.expression import Expression, evaluate
from spec.air.limits import LOOKUP_ROLES
from spec.air.machine import chips_of

LOOKUP_CHIPS: tuple[Chip, ...] = tuple(chip for role in LOOKUP_ROLES for chip in chips_of(role))

LARGEST_DENSE_INDEX = 1 << 24


class UnansweredLookupError(Exception):
    """A row asks a lookup table for a tuple that it does not hold."""


class _WideColumns(RowValues):
    """Columns of 32-bit words, widened where they are used."""

    def main(self, index: int) -> Values:
        return Values(self.main_columns[:, index].astype(np.uint64))

    def fixed(self, index: int) -> Values:
        return Values(self.fixed_columns[:, index].astype(np.uint64))


class LookupIndex:
    """Finds the first row that holds each tuple, by the fewest leading fields that tell the rows apart."""

    def __init__(self, rows: Matrix) -> None:
        self._rows = rows.astype(np.int64)
        self._lowest = self._rows.min(axis=0)
        self._spans = self._rows.max(axis=0) - self._lowest + 1
        for fields in range(1, rows.shape[1] + 1):
            self._fields = fields
            keys, first, which = np.unique(self._keys(self._rows), return_index=True, return_inverse=True)
            if np.array_equal(self._rows[first[which]], self._rows):
                break
        self._sorted_keys, self._first = keys, first
        size = int(np.prod(self._spans[:fields]))
        self._dense = np.zeros(size if size <= LARGEST_DENSE_INDEX else 0, dtype=np.int32)
        if len(self._dense):
            self._dense[keys] = first

    def _keys(self, messages: NDArray[np.int64]) -> NDArray[np.int64]:
        """The leading fields as one number; fields out of bounds are brought in and noticed later."""
        key = np.zeros(len(messages), dtype=np.int64)
        for field in range(self._fields):
            inside = np.clip(messages[:, field] - self._lowest[field], 0, self._spans[field] - 1)
            key = key * self._spans[field] + inside
        return key

    def positions(self, messages: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first row equal to each message, and which messages no row equals."""
        keys = self._keys(messages)
        if len(self._dense):
            positions = self._dense[keys].astype(np.int64)
        else:
            positions = self._first[np.minimum(np.searchsorted(self._sorted_keys, keys), len(self._first) - 1)]
        missing = np.zeros(len(messages), dtype=bool)
        for field in range(messages.shape[1]):
            missing |= self._rows[positions, field] != messages[:, field]
        return positions, np.flatnonzero(missing)


class Lookups:
    """The lookup tables of a program, ready to be counted for any number of traces."""

    def __init__(self, fixed: Mapping[str, Matrix]) -> None:
        self.fixed = fixed
        self._indices = {
            (chip.name, interaction.bus.name): LookupIndex(fixed[chip.name][:, : len(interaction.message)])
            for chip in LOOKUP_CHIPS
            for interaction in chip.interactions
        }
        self._of_bus = {
            interaction.bus.name: (chip, column)
            for chip in LOOKUP_CHIPS
            for column, interaction in enumerate(chip.interactions)
        }

    def multiplicities(
        self, asking: Sequence[tuple[Chip, Words]], public_values: Mapping[str, int]
    ) -> dict[str, Words]:
        """The main columns of every lookup table, by chip name. Raises UnansweredLookupError."""
        counts = {
            chip.name: np.zeros((len(self.fixed[chip.name]), len(chip.columns)), dtype=np.int64)
            for chip in LOOKUP_CHIPS
        }
        lock = Lock()

        def count(start: int, stop: int) -> None:
            for chip, main in asking[start:stop]:
                for bus, rows in self._requests(chip, main, public_values):
                    table, column = self._of_bus[bus]
                    with lock:
                        counts[table.name][:, column] += rows

        in_parallel(count, len(asking))
        return {name: columns.astype(np.uint32) for name, columns in counts.items()}

    def _requests(
        self, chip: Chip, main: Words, public_values: Mapping[str, int]
    ) -> list[tuple[str, NDArray[np.int64]]]:
        """What a table asks of each bus: how often of every row."""
        row = _WideColumns(main, np.zeros((len(main), 0), dtype=np.uint64), public_values)
        known: dict[Expression, Values] = {}

        def column(expression: Expression) -> NDArray[np.int64]:
            return np.broadcast_to(evaluate(expression, row, known).array, (len(main),)).astype(np.int64)

        requests = []
        for interaction in chip.interactions:
            if interaction.sign > 0 or interaction.bus.name not in self._of_bus:
                continue
            times = column(interaction.multiplicity)
            asked = np.flatnonzero(times)
            messages = np.stack([column(part)[asked] for part in interaction.message], axis=1)
            table, _ = self._of_bus[interaction.bus.name]
            positions, missing = self._indices[table.name, interaction.bus.name].positions(messages)
            if len(missing):
                message = tuple(messages[missing[0]].tolist())
                where = f"{chip.name}, row {asked[missing[0]]}, {interaction.name}"
                raise UnansweredLookupError(f"{where}: {message} stands in no row of {table.name}")
            height = len(self.fixed[table.name])
            found = np.bincount(positions, weights=times[asked], minlength=height).astype(np.int64)
            requests.append((interaction.bus.name, found))
        return requests
