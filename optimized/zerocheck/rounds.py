"""The zerocheck's rounds: what compiled code sums up, made into round polynomials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimized.field.extension import montgomery_words
from optimized.field.lanes import RADIX
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.words import Words
from optimized.zerocheck import polynomials
from optimized.zerocheck.cells import file_words
from optimized.zerocheck.column_values import column_values
from optimized.zerocheck.constants import Integers, constant_words
from optimized.zerocheck.equality import equality_levels
from optimized.zerocheck.first_rounds import first_rounds
from optimized.zerocheck.header import Header
from optimized.zerocheck.later_rounds import COEFFICIENTS, first_tiles, later_round
from optimized.zerocheck.nested_values import PAIR
from optimized.zerocheck.points import CUBIC_POINTS, POINTS, SIDE
from optimized.zerocheck.sums import ELEMENT, SIX, SUMS
from optimized.zerocheck.tables import (
    BASE_ROUNDS,
    LANE_VARIABLES,
    SMALLEST_VARIABLES,
    WIDE_FOLDED_ROUNDS,
    CellOperands,
    Field,
    Tables,
    tables_of,
)
from reference.arrays import extension_arrays as extension
from reference.prover import zerocheck_rounds
from reference.prover.kernels import ZerocheckRounds
from reference.tables import Table
from spec.air.bus import Scope
from spec.field import ZERO, Extension, P, inverse
from spec.protocol.cube import horner
from spec.protocol.gkr import BusChallenges
from spec.protocol.proof import RoundPolynomial
from spec.protocol.zerocheck import TableWeights

LOW_VARIABLES = 7
"""A task has so many variables: 2^LOW_VARIABLES tiles or groups of rows."""

WIDE_LOW_VARIABLES = 3
"""The same of wide chips, a few of whose tiles are work enough. All that the lanes' rows become are one task's."""

FROM_MONTGOMERY = inverse(RADIX)


def zerocheck(
    tables: Sequence[Table],
    weights: Sequence[TableWeights[Extension]],
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges[Extension]],
    point: Sequence[Extension],
) -> ZerocheckRounds:
    """The sumcheck of sum over tables t and rows x of eq(point_t, x) H_t(x); point_t are the last coordinates of
    `point`, which has as many as the tallest table has variables.

    Raises ValueError if the weights of a table's constraints are not consecutive powers of `batching`.
    """
    # It divides by the point's coordinates and by chi; that one of them vanishes is as good as impossible.
    if ZERO in point or ZERO in (table.batching for table in weights):
        return zerocheck_rounds.zerocheck(tables, weights, public_values, challenges, point)
    return OptimizedZerocheckRounds(tables, tables_of(tables, weights, public_values, challenges), point)


@dataclass(frozen=True)
class Share:
    """The tasks of narrow or of wide tables, and the equality weights of their units."""

    is_wide: bool
    tasks: Integers
    """(number, table, low variables, high variables, high corner)."""

    low_levels: Words
    high_levels: Words

    def run(self, function: Any, *operands: object) -> None:
        """Calls a compiled function for all tasks, on all threads."""
        in_parallel(lambda start, stop: function(self.tasks[start:stop], *operands), len(self.tasks))


class OptimizedZerocheckRounds:
    """The sumcheck over all tables. Each binding also sums up for the message after it."""

    def __init__(self, cells: Sequence[Table], tables: Tables, point: Sequence[Extension]) -> None:
        self._cells = cells
        self._tables = tables
        self._rounds = len(point)
        # Tables are repeated up to the smallest height; what they gain in coordinates does not matter.
        self._point = [ZERO] * (SMALLEST_VARIABLES - len(point)) + list(point)
        self._challenges: list[Extension] = []
        self._sizes = _scratch_sizes(tables)
        self._lane_weights = np.stack([self._lane_weights_of(variables) for variables in tables.variables])
        self._offsets: Integers = np.zeros(0, dtype=np.int64)
        self._tiles: Words = arrays.empty(0)
        self._squares, self._cubes = self._first_sums()
        self._polynomial = polynomials.first_round(self._squares, self._cubes, self._point[-2])

    def message(self) -> RoundPolynomial:
        """c_1, c_2, c_3 of the next round polynomial."""
        return self._polynomial[1:]

    def bind(self, challenge: Extension) -> None:
        """Binds the coordinate that the last message was about."""
        self._challenges.append(challenge)
        bound = len(self._challenges)
        claim = horner(self._polynomial, challenge)
        if bound == self._rounds:
            self._tiles = arrays.empty(0)
        elif bound < BASE_ROUNDS:
            self._polynomial = polynomials.second_round(self._squares, self._cubes, challenge)
        else:
            shares = self._shares(bound, max(0, len(self._point) - bound - 1))
            parts = self._tile_sums(shares, challenge)
            sums, of_tables = np.concatenate(parts), np.concatenate([share.tasks[:, 1] for share in shares])
            is_finished = np.array([variables == bound for variables in self._tables.variables])[of_tables]
            for value in _elements(sums[is_finished, 0]):
                claim = claim - value
            c0, c2, c3 = _elements(sums[~is_finished].sum(axis=0))
            coordinate = self._point[len(self._point) - 1 - bound]
            # (1 - coordinate) g(0) + coordinate g(1) is the claim.
            c1 = (claim - c0) * coordinate.inverse() - c2 - c3
            self._polynomial = (c0, c1, c2, c3)

    def values(self) -> list[tuple[Extension, ...]]:
        """By table, the value of every committed column, then of every fixed one, at the bound point."""
        point = self._challenges[::-1]
        main = column_values([table.main for table in self._cells], point)
        fixed = column_values([table.fixed for table in self._cells], point)
        return [(*of_main, *of_fixed) for of_main, of_fixed in zip(main, fixed, strict=True)]

    def _lane_weights_of(self, variables: int) -> Words:
        start = len(self._point) - variables
        levels = equality_levels(self._point[start : start + LANE_VARIABLES])
        return np.ascontiguousarray(levels[(LANES - 1) * SIX :].reshape(LANES, SIX).T).reshape(-1)

    def _shares(self, bound: int, free: int) -> list[Share]:
        """The units of each table that are left, which the first `free` coordinates tell apart, as tasks."""
        return [
            Share(is_wide, tasks, *self._levels(tasks, free, low_variables))
            for is_wide, low_variables in ((False, LOW_VARIABLES), (True, WIDE_LOW_VARIABLES))
            if len(tasks := self._tasks(bound, is_wide, low_variables))
        ]

    def _tasks(self, bound: int, is_wide: bool, low_variables: int) -> Integers:
        """(number, table, low variables, high variables, high corner) of the tables that are wide, or not."""
        rows = []
        for table, variables in enumerate(self._tables.variables):
            units = _unit_variables(variables, bound)
            if units is not None and self._tables.layouts[table].is_wide is is_wide:
                low = min(units, low_variables)
                rows += [(table, low, units - low, corner) for corner in range(1 << (units - low))]
        numbered = [(number, *row) for number, row in enumerate(rows)]
        return np.array(numbered, dtype=np.int64).reshape(len(rows), 5)

    def _levels(self, tasks: Integers, free: int, low_variables: int) -> tuple[Words, Words]:
        """Equality weights for the units of tasks."""
        low = self._point[max(0, free - low_variables) : free]
        high_variables = int(tasks[:, 3].max())
        end = free - low_variables
        high = self._point[end - high_variables : end] if high_variables else []
        return equality_levels(low), equality_levels(high)

    def _cell_operands(self, share: Share) -> CellOperands:
        tables = self._tables
        return CellOperands(
            tables=tables.fields,
            code=tables.code,
            numbers=tables.numbers,
            signed_numbers=tables.signed_numbers,
            constants=tables.constants,
            low_levels=share.low_levels,
            high_levels=share.high_levels,
            lane_weights=self._lane_weights.reshape(-1),
            sizes=self._sizes,
        )

    def _first_sums(self) -> tuple[list[Extension], list[Extension]]:
        all_squares = np.zeros((POINTS, SIX), dtype=np.uint64)
        all_cubes = np.zeros((CUBIC_POINTS, SIX), dtype=np.uint64)
        for share in self._shares(1, len(self._point) - BASE_ROUNDS):
            operands, count = self._cell_operands(share), len(share.tasks)
            results = np.empty(count * POINTS * ELEMENT, dtype=np.uint32)
            cubic_results = np.empty(count * CUBIC_POINTS * ELEMENT, dtype=np.uint32)
            share.run(first_rounds, operands, results, cubic_results)
            all_squares += _sums(results, count, POINTS).sum(axis=0)
            all_cubes += _sums(cubic_results, count, CUBIC_POINTS).sum(axis=0)
        squares, cubes = _elements(all_squares), _elements(all_cubes)
        number = self._tables.row_number()
        for x in range(2):
            for y in range(2):
                squares[SIDE * x + y] = squares[SIDE * x + y] + number
        return squares, cubes

    def _tile_sums(self, shares: Sequence[Share], challenge: Extension) -> list[NDArray[np.uint64]]:
        """By share the sums over the tiles of each of its tasks, once the last challenge is bound."""
        bound = len(self._challenges)
        if bound == BASE_ROUNDS:
            self._offsets, words = self._placed()
            self._tiles = arrays.empty(words)
        left = np.array(self._tables.variables, dtype=np.int64) - bound
        # Elements are the same in all lanes once lanes are bound.
        only_first = np.zeros(ELEMENT, dtype=np.uint32)
        only_first[0] = RADIX % P
        self._lane_weights[left == LANE_VARIABLES] = only_first
        sums = []
        for share in shares:
            results = np.empty(len(share.tasks) * COEFFICIENTS * ELEMENT, dtype=np.uint32)
            if bound <= folded_rounds(share.is_wide):
                self._first_tiles(share, results)
            else:
                self._later_tiles(share, challenge, left, results)
            sums.append(_sums(results, len(share.tasks), COEFFICIENTS))
        return sums

    def _first_tiles(self, share: Share, results: Words) -> None:
        tables, bound = self._tables, len(self._challenges)
        # Most constants are those of wide tables.
        chosen = np.concatenate(
            [
                start + np.arange(len(layout.constants.starts))
                for start, layout in zip(tables.fields[:, Field.CONSTANTS], tables.layouts, strict=True)
                if layout.is_wide is share.is_wide
            ]
        )
        group = extension.from_elements(polynomials.corner_weights(self._challenges[::-1]))
        folded = np.zeros((len(tables.values), len(group), SIX), dtype=np.uint32)
        words = constant_words(extension.multiply(tables.values[chosen, None], group))
        folded[chosen] = words.reshape(len(chosen), len(group), SIX)
        is_kept = bound == folded_rounds(share.is_wide)
        operands = self._cell_operands(share), bound, folded.reshape(-1), is_kept
        share.run(first_tiles, *operands, self._offsets, self._tiles, results)

    def _later_tiles(self, share: Share, challenge: Extension, left: Integers, results: Words) -> None:
        tables = self._tables
        bound = len(self._challenges)
        wide = [layout.is_wide for layout in tables.layouts]
        old_counts = np.array([_tile_count(variables, bound - 1) for variables in tables.variables], dtype=np.int64)
        steps = np.array([_tile_step(*of, bound) for of in zip(tables.variables, wide, strict=True)], dtype=np.int64)
        share.run(
            later_round,
            tables.fields,
            tables.code,
            tables.numbers,
            tables.constants,
            self._sizes,
            montgomery_words(challenge),
            share.low_levels,
            share.high_levels,
            self._lane_weights.reshape(-1),
            old_counts,
            (left < LANE_VARIABLES).astype(np.int64),
            self._offsets,
            steps,
            self._tiles,
            results,
        )

    def _placed(self) -> tuple[Integers, int]:
        """Where the tables' tiles start, and the words of all."""
        counts = [
            max(_tile_count(variables, folded_rounds(layout.is_wide)), LANES // 2)
            for variables, layout in zip(self._tables.variables, self._tables.layouts, strict=True)
        ]
        words = self._tables.fields[:, Field.COLUMNS] * np.array(counts, dtype=np.int64) * PAIR
        return np.concatenate([[0], np.cumsum(words)[:-1]]).astype(np.int64), int(words.sum())


def _unit_variables(variables: int, bound: int) -> int | None:
    """The variables that tell a table's tiles apart once so many coordinates are bound; for one bound coordinate those
    of its groups of rows. None for a table that has been left with one row before."""
    left = variables - bound
    if left > LANE_VARIABLES:
        return left - LANE_VARIABLES - 1
    return None if left < 0 else max(0, left - 1)


def _tile_count(variables: int, bound: int) -> int:
    units = _unit_variables(variables, bound)
    return 0 if units is None else 1 << units


def folded_rounds(is_wide: bool) -> int:
    """So many coordinates are bound when a table's columns are kept."""
    return WIDE_FOLDED_ROUNDS if is_wide else BASE_ROUNDS


def _tile_step(variables: int, is_wide: bool, bound: int) -> int:
    """How many tiles a table's tiles stand apart once so many coordinates are bound: next to each other at first, and
    again where the rows of lanes become tiles."""
    spread = variables - LANE_VARIABLES
    return 1 << max(0, bound - (folded_rounds(is_wide) if bound < spread else spread))


def _scratch_sizes(tables: Tables) -> Integers:
    sizes = []
    for layout in tables.layouts:
        code = layout.code
        cores = POINTS * int(code[Header.CORE_COUNT])
        cubic_cores = CUBIC_POINTS * int(code[Header.CUBIC_CORE_COUNT])
        sizes.append(
            [
                file_words(int(code[Header.REGISTERS])),
                max(cores, cubic_cores) * LANES,
                2 * int(code[Header.PAIR_COUNT]) * POINTS * ELEMENT,
                int(code[Header.OTHER_COUNT] + code[Header.CONSTRAINT_COUNT]) * LANES,
                max(1, int(code[Header.CUBIC_COUNT])) * CUBIC_POINTS * SUMS,
                int(code[Header.SLOTS]),
            ]
        )
    largest: Integers = np.array(sizes, dtype=np.int64).max(axis=0)
    return largest


def _sums(results: Words, tasks: int, elements: int) -> NDArray[np.uint64]:
    """The results of tasks, summed over the lanes: (tasks, elements, 6), below 2^36."""
    sums: NDArray[np.uint64] = results.reshape(tasks, elements, SIX, LANES).sum(axis=-1, dtype=np.uint64)
    return sums


def _elements(sums: NDArray[np.uint64]) -> list[Extension]:
    """Elements from sums of coefficients in Montgomery's form, (count, 6)."""
    return [Extension.from_coefficients(c * FROM_MONTGOMERY for c in row) for row in sums.tolist()]
