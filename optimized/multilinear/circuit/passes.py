"""One pass over a vector of the circuit, tile by tile, on all threads: what the cores' caches hold is used at once.

A tile is a run of neighbouring groups of one chunk. It comes from memory, or from the cells of a table; it is merged,
bound and summed up while it is in the first-level cache, and what is to be kept is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, unique
from typing import Any, NamedTuple

import numpy as np

from optimized.compilation import compiled
from optimized.field.extension import SIX, load_six, no_sums
from optimized.field.lanes import RADIX
from optimized.field.products import FACTOR_PITCH, add_scaled, extension_product, reduced_sums
from optimized.lanes.vectors import LANES, Lanes, load, store
from optimized.multilinear.circuit.layouts import LANE_BITS, Layout
from optimized.multilinear.circuit.leaves import compute_fractions, load_tile
from optimized.multilinear.circuit.nodes import (
    AT_FIRST,
    AT_SECOND,
    CHILD_WORDS,
    ELEMENT_WORDS,
    NODE_WORDS,
    POINTS,
    batch,
    bind,
    bind_values,
    merge,
    pair,
    store_six,
    take,
    take_second,
    weighted_sum,
)
from optimized.multilinear.circuit.programs import (
    BLOCK_FIELDS,
    NO_NUMBERS,
    NO_TABLES,
    NO_WORDS,
    TABLE_FIELDS,
    BlockField,
    Numbers,
    TableField,
    TablePrograms,
)
from optimized.multilinear.circuit.weights import canonical
from optimized.threads import in_parallel
from optimized.words import Words
from spec.field import Extension, P

TILE_CHILDREN = 32
"""Groups of a tile of children: twelve kibibytes with eight lanes."""

TILE_NODES = 16
"""Groups of a tile of nodes that are bound: as much."""

SUM_WORDS = 2 * SIX * LANES
FIRST_BLOCK = int(TableField.FIRST_BLOCK)
BLOCKS = int(TableField.BLOCKS)
PLACE = int(BlockField.PLACE)


class Weights(NamedTuple):
    """What pairs of groups, chunks and lanes weigh: factors, factors, and an element of lanes."""

    pairs: Words = NO_WORDS
    chunks: Words = NO_WORDS
    lanes: Words = NO_WORDS


@unique
class Kind(IntEnum):
    """What is done with a tile."""

    MERGE = 0
    """Children are merged, and written."""

    MESSAGE = 1
    """Children are merged; the differences of their nodes are summed up."""

    BIND_CHILDREN = 2
    """Children are merged; their nodes are bound, written or not, and summed up."""

    BIND = 3
    """Nodes are bound, written and summed up."""

    SUM = 4
    """Nodes are summed up."""


MERGE = int(Kind.MERGE)
MESSAGE = int(Kind.MESSAGE)
BIND_CHILDREN = int(Kind.BIND_CHILDREN)
BIND = int(Kind.BIND)
SUM = int(Kind.SUM)


@compiled
def _loaded(sums: Words, point: int) -> Lanes:
    at = point * SUM_WORDS
    return (
        load(sums, at),
        load(sums, at + LANES),
        load(sums, at + 2 * LANES),
        load(sums, at + 3 * LANES),
        load(sums, at + 4 * LANES),
        load(sums, at + 5 * LANES),
        load(sums, at + 6 * LANES),
        load(sums, at + 7 * LANES),
        load(sums, at + 8 * LANES),
        load(sums, at + 9 * LANES),
        load(sums, at + 10 * LANES),
        load(sums, at + 11 * LANES),
    )


@compiled
def _add_to(sums: Words, point: int, value: Lanes, weights: Words, chunk: int) -> None:
    """Adds a value times a chunk's weight to the sums of a point."""
    total = add_scaled(_loaded(sums, point), value, weights, chunk * FACTOR_PITCH)
    store_six(sums, point * SUM_WORDS, total[:6])
    store_six(sums, point * SUM_WORDS + ELEMENT_WORDS, total[6:])


@compiled
def _process(
    kind: int,
    merges: int,
    binds: int,
    points: int,
    source: Words,
    at: int,
    groups: int,
    scratch: Words,
    taken: Words,
    target: Words,
    to: int,
    first_pair: int,
    factors: Words,
    weights: Weights,
    chunk: int,
    sums: Words,
) -> None:
    """One tile of so many groups, children or nodes. An empty target stands for the scratch.

    `factors` are those of the challenges, `binds` of them, then that of the batching.
    """
    if kind <= BIND_CHILDREN:
        for number in range(merges):
            groups //= 2
            if kind == MERGE and number == merges - 1:
                merge(source, at, target, to, groups)
            else:
                merge(source, at, scratch, 0, groups)
                source, at = scratch, 0
        if kind == MERGE:
            return
        groups //= 2
    batching = factors[binds * FACTOR_PITCH :]
    if kind == MESSAGE:
        groups //= 2
        for point in range(POINTS):
            if points >> point & 1:
                take(point, source, at, taken, 0, groups)
                batch(taken, 0, groups, batching)
                value = weighted_sum(taken, 0, 1, groups, weights.pairs, first_pair)
                _add_to(sums, point, value, weights.chunks, chunk)
        return
    if kind == BIND_CHILDREN:
        for number in range(binds):
            groups //= 2
            challenge = factors[number * FACTOR_PITCH :]
            if number == binds - 1 and len(target):
                bind_values(source, at, target, to, groups, challenge)
                source, at = target, to
            else:
                bind_values(source, at, scratch, 0, groups, challenge)
                source, at = scratch, 0
        batch(source, at, groups, batching)
    if kind == BIND:
        groups //= 2
        bind(source, at, target, to, groups, factors)
        source, at = target, to
    if groups == 1:
        return
    groups //= 2
    if kind != SUM:
        pair(source, at, groups)
    for point in range(POINTS):
        if points >> point & 1:
            if point == AT_SECOND:
                take_second(source, at, taken, 0, groups)
                value = weighted_sum(taken, 0, 1, groups, weights.pairs, first_pair)
            else:
                start = at if point == AT_FIRST else at + NODE_WORDS
                value = weighted_sum(source, start, 2, groups, weights.pairs, first_pair)
            _add_to(sums, point, value, weights.chunks, chunk)


@compiled
def _run(
    kind: int,
    merges: int,
    binds: int,
    points: int,
    rows: Numbers,
    row_groups: int,
    programs: TablePrograms,
    chunks: Numbers,
    source: Words,
    source_pitch: int,
    source_groups: int,
    target: Words,
    target_pitch: int,
    factors: Words,
    weights: Weights,
    start: int,
    stop: int,
    results: Words,
) -> None:
    """The items start to stop: first chunks of rows of tables, pairs of a table and a number, then stored chunks.

    The results are the sums at the points.
    """
    sums = np.zeros(POINTS * SUM_WORDS, dtype=np.uint32)
    scratch = np.empty(TILE_CHILDREN * CHILD_WORDS, dtype=np.uint32)
    taken = np.empty(TILE_NODES // 2 * NODE_WORDS, dtype=np.uint32)
    is_of_children = kind <= BIND_CHILDREN
    element = CHILD_WORDS if is_of_children else NODE_WORDS
    # How many groups of the source go into one of the target, and into a pair of it.
    shift = merges
    if kind >= BIND_CHILDREN:
        shift = merges + 1 + binds if is_of_children else binds
    pair_shift = merges + 2 if kind == MESSAGE else shift + 1
    target_element = CHILD_WORDS if kind == MERGE else NODE_WORDS
    row_items = len(rows) // 2
    if start < row_items:
        pitch = (TILE_CHILDREN + 2) * LANES
        file = np.empty(programs.registers * pitch, dtype=np.uint32)
        leaves = np.empty(TILE_CHILDREN * CHILD_WORDS, dtype=np.uint32)
        tile = min(TILE_CHILDREN, row_groups)
        for item in range(start, min(stop, row_items)):
            table, number = rows[2 * item], rows[2 * item + 1]
            first_block = programs.tables[table * TABLE_FIELDS + FIRST_BLOCK]
            last_block = first_block + programs.tables[table * TABLE_FIELDS + BLOCKS]
            for group in range(0, row_groups, tile):
                row = number * row_groups * LANES + group
                load_tile(programs, table, row, row_groups, 1, tile, file, pitch)
                for block in range(first_block, last_block):
                    chunk = programs.blocks[block * BLOCK_FIELDS + PLACE] + number
                    compute_fractions(programs, block, file, pitch, tile, leaves, 0)
                    to = chunk * target_pitch + (group >> shift) * target_element
                    _process(
                        kind,
                        merges,
                        binds,
                        points,
                        leaves,
                        0,
                        tile,
                        scratch,
                        taken,
                        target,
                        to,
                        group >> pair_shift,
                        factors,
                        weights,
                        chunk,
                        sums,
                    )
    tile = min(TILE_CHILDREN if is_of_children else TILE_NODES, source_groups)
    for item in range(max(start, row_items), stop):
        chunk = chunks[item - row_items]
        at = (item - row_items) * source_pitch
        for group in range(0, source_groups, tile):
            _process(
                kind,
                merges,
                binds,
                points,
                source,
                at + group * element,
                tile,
                scratch,
                taken,
                target,
                chunk * target_pitch + (group >> shift) * target_element,
                group >> pair_shift,
                factors,
                weights,
                chunk,
                sums,
            )
    if kind == MERGE:
        return
    for point in range(POINTS):
        _total(sums, point, weights.lanes, results)


@compiled
def _total(sums: Words, point: int, lane_weights: Words, results: Words) -> None:
    """The sum of a point over all lanes, each times its weight."""
    product = extension_product(reduced_sums(_loaded(sums, point)), load_six(lane_weights, 0))
    lanes = np.empty(ELEMENT_WORDS, dtype=np.uint32)
    store_six(lanes, 0, product)
    for k in range(SIX):
        total = np.uint64(0)
        for lane in range(LANES):
            total += np.uint64(lanes[k * LANES + lane])
        results[point * SIX + k] = total % np.uint64(P)


@dataclass(frozen=True, eq=False)
class Vector:
    """A vector in memory: of children, of nodes in neighbouring pairs, or of single nodes."""

    layout: Layout
    words: Words
    pitch: int
    """Words from chunk to chunk."""


@dataclass(frozen=True, eq=False)
class Source:
    """Where tiles come from: rows of tables, and chunks in memory."""

    rows: Numbers
    """Of tables and numbers of chunks of their rows, in turn."""

    row_groups: int
    programs: TablePrograms
    chunks: Numbers
    """The number of each chunk in memory."""

    words: Words
    pitch: int
    groups: int
    matrices: Sequence[Words] = ()
    """The tables', held so that their memory stays theirs."""

    @staticmethod
    def of(vector: Vector) -> Source:
        """All chunks of a vector in memory."""
        chunks = np.arange(vector.layout.count)
        return Source(NO_NUMBERS, 0, NO_TABLES, chunks, vector.words, vector.pitch, vector.layout.groups)


SMALLEST_TASK_GROUPS = 1024
"""Less is not worth a thread."""


def run_pass(
    kind: Kind,
    source: Source,
    merges: int = 0,
    points: int = 0,
    factors: Words = NO_WORDS,
    target: Vector | None = None,
    weights: Weights = Weights(),
) -> list[Extension]:
    """Runs a pass; the sums at those POINTS whose bits are set. `factors` are those of the challenges, then, where
    nodes are made of children, that of the batching."""
    # The batching's factor comes after the challenges'.
    binds = len(factors) // FACTOR_PITCH - (kind in (Kind.MESSAGE, Kind.BIND_CHILDREN))
    goal, goal_pitch = (NO_WORDS, 0) if target is None else (target.words, target.pitch)
    found: list[Words] = []
    run: Any = _run
    arguments = (
        int(kind),
        merges,
        binds,
        points,
        source.rows,
        source.row_groups,
        source.programs,
        source.chunks,
        source.words,
        source.pitch,
        source.groups,
        goal,
        goal_pitch,
        factors,
        weights,
    )

    def work(start: int, stop: int) -> None:
        results = np.zeros(POINTS * SIX, dtype=np.uint32)
        run(*arguments, start, stop, results)
        found.append(results)

    items = len(source.rows) // 2 + len(source.chunks)
    groups = max(source.groups, source.row_groups)
    in_parallel(work, items, max(1, SMALLEST_TASK_GROUPS // max(1, groups)))
    totals = sum((results.astype(np.uint64) for results in found), np.zeros(POINTS * SIX, dtype=np.uint64))
    return [canonical(totals[first : first + SIX]) for first in range(0, POINTS * SIX, SIX)]
