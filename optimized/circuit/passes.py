"""One pass over a vector of the circuit, tile by tile, on all threads: what a core's first cache holds is used at once.

A tile is a run of neighbouring groups of one chunk. It comes from memory, or from the cells of a table; there it is
merged, bound and summed up, and what is to be kept is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.circuit.layouts import Layout
from optimized.circuit.leaves import REGISTER_GROUPS, REGISTER_PITCH, compute_fractions, load_tile
from optimized.circuit.nodes import (
    AT_INFINITY,
    AT_SECOND,
    CHILD_WORDS,
    ELEMENT_WORDS,
    NODE_WORDS,
    POINTS,
    Address,
    address_of,
    batch,
    bind,
    bind_values,
    load_sums,
    merge,
    pair,
    store_six,
    store_sums,
    take,
    take_second,
    weighted_elements,
    weighted_values,
)
from optimized.circuit.programs import (
    BLOCK_FIELDS,
    NO_PROGRAMS,
    TABLE_FIELDS,
    WORD_BYTES,
    BlockField,
    HeldPrograms,
    Numbers,
    TableField,
    TablePrograms,
)
from optimized.circuit.weights import canonical
from optimized.compilation import compiled
from optimized.field.extension import SIX, load_six
from optimized.field.products import FACTOR_PITCH, SUM_LANES, add_scaled, extension_product, reduced_sums
from optimized.lanes.vectors import LANES, Lanes, align_stack, number_at
from optimized.threads import in_parallel
from optimized.words import Words
from spec.field import Extension

TILE_CHILDREN = REGISTER_GROUPS
"""Groups of a tile of children: twelve kibibytes with eight lanes."""

TILE_NODES = TILE_CHILDREN // 2
"""Groups of a tile of nodes: as much memory."""

MOST_LEVELS = 4
"""A tile of children can be merged so many times: two groups are left."""

TILE_BYTES = TILE_CHILDREN * CHILD_WORDS * WORD_BYTES
SUM_WORDS = SUM_LANES * LANES
SMALLEST_TASK_GROUPS = 1024
"""Less is not worth a thread."""

FIRST_BLOCK = int(TableField.FIRST_BLOCK)
BLOCKS = int(TableField.BLOCKS)
PLACE = int(BlockField.PLACE)


@unique
class Kind(IntEnum):
    """What is done with a tile."""

    MERGE = 0
    """Children are merged, level by level. What is written of their crosses is what MESSAGE would sum up."""

    MESSAGE = 1
    """Children are merged; their nodes are summed up, for the first round polynomial."""

    BIND_CHILDREN = 2
    """Children are merged; their nodes are bound, and summed up."""

    BIND = 3
    """Nodes are bound, and summed up."""

    SUM = 4
    """Nodes are summed up."""

    SUM_CROSSES = 5
    """Crosses are summed up, numerators and denominators apart."""


MERGE = int(Kind.MERGE)
MESSAGE = int(Kind.MESSAGE)
BIND_CHILDREN = int(Kind.BIND_CHILDREN)
BIND = int(Kind.BIND)
SUM = int(Kind.SUM)
SUM_CROSSES = int(Kind.SUM_CROSSES)
OF_CHILDREN = (MERGE, MESSAGE, BIND_CHILDREN, SUM_CROSSES)


class Task(NamedTuple):
    """What is done with every tile: numbers, and addresses that are 0 for nothing."""

    kind: int
    merges: int
    binds: int
    points: int
    """A bit for each of the POINTS at which nodes are summed up."""

    factors: Address
    """Of the challenges, `binds` of them, then, where nodes are made of children, of the batching."""

    levels: Address
    """Where each level of merged children is written, and its pitch."""

    crosses: Address
    crosses_pitch: int
    target: Address
    """Where bound nodes are written."""

    target_pitch: int
    pair_weights: Address
    """Factors of the pairs of groups of a chunk."""

    chunk_weights: Address
    lane_weights: Address
    """An element of lanes."""


class Cells(NamedTuple):
    """Chunks of rows of tables."""

    rows: Address
    """Pairs of a table's number and a chunk's."""

    items: int
    groups: int
    """Of a chunk."""

    programs: TablePrograms


class Chunks(NamedTuple):
    """Chunks in memory."""

    numbers: Address
    words: Address
    pitch: int
    groups: int
    """Of a chunk."""


class Place(NamedTuple):
    """A tile's chunk, the number of its first group, and the memory to work in."""

    chunk: int
    group: int
    scratch: Address
    taken: Address
    sums: Address


@compiled
def _address(base: Address, pitch: int, chunk: int, words: int) -> Address:
    """Where so many words from the start of a chunk on lie."""
    return base + (pitch * chunk + words) * WORD_BYTES


@compiled
def _add_to(place: Place, point: int, value: Lanes, weights: Address) -> None:
    """Adds a value times the chunk's weight to the sums of a point."""
    align_stack()
    at = point * SUM_WORDS
    store_sums(place.sums, at, add_scaled(load_sums(place.sums, at), value, weights, place.chunk * FACTOR_PITCH))


@compiled
def _merge_levels(task: Task, place: Place, source: Address, groups: int) -> None:
    """Merges a tile, and writes the levels and the crosses that are wanted."""
    if task.crosses:
        take(AT_INFINITY, source, place.taken, groups // 4)
        words = place.group // 4 * CHILD_WORDS
        merge(place.taken, _address(task.crosses, task.crosses_pitch, place.chunk, words), groups // 4)
    for level in range(task.merges):
        groups //= 2
        target = number_at(task.levels, 2 * level)
        if target:
            words = (place.group >> (level + 1)) * CHILD_WORDS
            target = _address(target, number_at(task.levels, 2 * level + 1), place.chunk, words)
        else:
            target = place.scratch
        merge(source, target, groups)
        source = target


@compiled
def _sum_nodes(task: Task, place: Place, nodes: Address, pairs: int, first_pair: int) -> None:
    """Adds what stands at the wanted points of so many pairs of nodes, the second given by its difference."""
    weights = task.pair_weights + first_pair * FACTOR_PITCH * WORD_BYTES
    for point in range(POINTS):
        if task.points >> point & 1:
            start, pitch = nodes, 2 * NODE_WORDS
            if point == AT_SECOND:
                take_second(nodes, place.taken, pairs)
                start, pitch = place.taken, NODE_WORDS
            elif point == AT_INFINITY:
                start = nodes + NODE_WORDS * WORD_BYTES
            _add_to(place, point, weighted_values(start, pitch, pairs, weights), task.chunk_weights)


@compiled
def _sum_first(task: Task, place: Place, nodes: Address, pairs: int, first_pair: int, batching: Address) -> None:
    """The same of nodes as they are, before t is there."""
    weights, pitch = task.pair_weights + first_pair * FACTOR_PITCH * WORD_BYTES, NODE_WORDS + 0 * pairs
    for point in range(POINTS):
        if task.points >> point & 1:
            take(point, nodes, place.taken, pairs)
            batch(place.taken, pairs, batching)
            _add_to(place, point, weighted_values(place.taken, pitch, pairs, weights), task.chunk_weights)


@compiled
def _sum_crosses(task: Task, place: Place, crosses: Address, groups: int) -> None:
    """Adds numerators at the first point and denominators at the second one."""
    weights = task.pair_weights + place.group * FACTOR_PITCH * WORD_BYTES
    for point in range(2):
        value = weighted_elements(crosses + point * ELEMENT_WORDS * WORD_BYTES, CHILD_WORDS, groups, weights)
        _add_to(place, point, value, task.chunk_weights)


@compiled
def _process(task: Task, place: Place, source: Address, groups: int) -> None:
    """One tile of so many groups, children or nodes."""
    if task.kind == MERGE:
        _merge_levels(task, place, source, groups)
        return
    if task.kind == SUM_CROSSES:
        _sum_crosses(task, place, source, groups)
        return
    if task.kind == SUM:
        _sum_nodes(task, place, source, groups // 2, place.group // 2)
        return
    shift = task.binds
    if task.kind == BIND:
        groups //= 2
        target = _address(task.target, task.target_pitch, place.chunk, place.group // 2 * NODE_WORDS)
        bind(source, target, groups, task.factors)
        source = target
    else:
        shift += task.merges + 1
        for _ in range(task.merges):
            groups //= 2
            merge(source, place.scratch, groups)
            source = place.scratch
        groups //= 2
        batching = task.factors + task.binds * FACTOR_PITCH * WORD_BYTES
        if task.kind == MESSAGE:
            _sum_first(task, place, source, groups // 2, place.group >> (shift + 1), batching)
            return
        for number in range(task.binds):
            groups //= 2
            target = place.scratch
            if task.target and number == task.binds - 1:
                words = (place.group >> shift) * NODE_WORDS
                target = _address(task.target, task.target_pitch, place.chunk, words)
            bind_values(source, target, groups, task.factors + number * FACTOR_PITCH * WORD_BYTES)
            source = target
        batch(source, groups, batching)
    if groups > 1:
        pair(source, groups // 2)
        _sum_nodes(task, place, source, groups // 2, place.group >> (shift + 1))


@compiled
def _run(
    task: Task, cells: Cells, chunks: Chunks, start: int, stop: int, work: Address, sums: Address, results: Address
) -> None:
    """The items start to stop, first those of cells; the results are the sums at the points, an element of lanes each.

    The work memory has the registers, and three tiles.
    """
    programs = cells.programs
    leaves = work + programs.registers * REGISTER_PITCH * WORD_BYTES
    scratch = leaves + TILE_BYTES
    taken = scratch + TILE_BYTES
    tile = min(TILE_CHILDREN, cells.groups)
    for item in range(start, min(stop, cells.items)):
        table, number = number_at(cells.rows, 2 * item), number_at(cells.rows, 2 * item + 1)
        first_block = number_at(programs.tables, table * TABLE_FIELDS + FIRST_BLOCK)
        last_block = first_block + number_at(programs.tables, table * TABLE_FIELDS + BLOCKS)
        for group in range(0, cells.groups, tile):
            load_tile(programs, table, number * cells.groups * LANES + group, cells.groups, 1, tile, work)
            for block in range(first_block, last_block):
                compute_fractions(programs, block, work, tile, leaves)
                chunk = number_at(programs.blocks, block * BLOCK_FIELDS + PLACE) + number
                _process(task, Place(chunk, group, scratch, taken, sums), leaves, tile)
    is_of_children = task.kind in OF_CHILDREN
    element = CHILD_WORDS if is_of_children else NODE_WORDS
    tile = min(TILE_CHILDREN if is_of_children else TILE_NODES, chunks.groups)
    for item in range(max(start, cells.items) - cells.items, stop - cells.items):
        chunk = number_at(chunks.numbers, item)
        for group in range(0, chunks.groups, tile):
            source = _address(chunks.words, chunks.pitch, item, group * element)
            _process(task, Place(chunk, group, scratch, taken, sums), source, tile)
    if task.kind != MERGE:
        for point in range(POINTS):
            total = reduced_sums(load_sums(sums, point * SUM_WORDS))
            store_six(results, point * ELEMENT_WORDS, extension_product(total, load_six(task.lane_weights, 0)))


@dataclass(frozen=True, eq=False)
class Vector:
    """A vector in memory, of children, crosses, nodes in neighbouring pairs, or single nodes."""

    layout: Layout
    words: Words
    pitch: int
    """Words from chunk to chunk."""


@dataclass(frozen=True, eq=False)
class Source:
    """Where tiles come from: rows of tables, and chunks in memory with their numbers."""

    rows: Numbers
    row_groups: int
    programs: HeldPrograms
    numbers: Numbers
    words: Words
    pitch: int
    groups: int

    @staticmethod
    def of(vector: Vector) -> Source:
        """All chunks of a vector in memory."""
        numbers = np.arange(vector.layout.count)
        return Source(NO_ROWS, 0, NO_PROGRAMS, numbers, vector.words, vector.pitch, vector.layout.groups)


@dataclass(frozen=True, eq=False)
class Weights:
    """What pairs of groups, chunks and lanes weigh: factors, factors, and an element of lanes."""

    pairs: Words
    chunks: Words
    lanes: Words


NO_ROWS = np.zeros(0, dtype=np.int64)
NOTHING = Task(*[0] * len(Task._fields))


def run_pass(source: Source, task: Task) -> list[Extension]:
    """Runs a pass; the sums at those POINTS whose bits are set."""
    found: list[NDArray[np.uint64]] = []
    run: Any = _run
    programs = source.programs.programs
    cells = Cells(source.rows.ctypes.data, len(source.rows) // 2, source.row_groups, programs)
    chunks = Chunks(source.numbers.ctypes.data, address_of(source.words), source.pitch, source.groups)
    work_words = programs.registers * REGISTER_PITCH + 3 * TILE_BYTES // WORD_BYTES

    def work(start: int, stop: int) -> None:
        memory, sums = np.empty(work_words, dtype=np.uint32), np.zeros(POINTS * SUM_WORDS, dtype=np.uint32)
        results = np.zeros(POINTS * ELEMENT_WORDS, dtype=np.uint32)
        run(task, cells, chunks, start, stop, address_of(memory), address_of(sums), address_of(results))
        found.append(results.reshape(POINTS, SIX, LANES).sum(axis=2, dtype=np.uint64))

    groups = max(1, source.row_groups, source.groups)
    in_parallel(work, cells.items + len(source.numbers), max(1, SMALLEST_TASK_GROUPS // groups))
    totals = sum(found, np.zeros((POINTS, SIX), dtype=np.uint64))
    return [canonical(total) for total in totals]


def merge_pass(source: Source, levels: Sequence[Vector | None], crosses: Vector | None = None) -> None:
    """Merges children as often as there are levels, and writes those that are vectors."""
    places = [(0, 0) if level is None else (address_of(level.words), level.pitch) for level in levels]
    held = np.array(places, dtype=np.int64)
    task = NOTHING._replace(kind=MERGE, merges=len(levels), levels=held.ctypes.data)
    if crosses is not None:
        task = task._replace(crosses=address_of(crosses.words), crosses_pitch=crosses.pitch)
    run_pass(source, task)


def sum_pass(
    kind: Kind,
    source: Source,
    weights: Weights,
    *,
    merges: int = 0,
    binds: int = 0,
    points: int = 0,
    factors: Words | None = None,
    target: Vector | None = None,
) -> list[Extension]:
    """A pass that sums up, and may bind and write."""
    task = Task(
        kind=int(kind),
        merges=merges,
        binds=binds,
        points=points,
        factors=0 if factors is None else address_of(factors),
        levels=0,
        crosses=0,
        crosses_pitch=0,
        target=0 if target is None else address_of(target.words),
        target_pitch=0 if target is None else target.pitch,
        pair_weights=address_of(weights.pairs),
        chunk_weights=address_of(weights.chunks),
        lane_weights=address_of(weights.lanes),
    )
    return run_pass(source, task)
