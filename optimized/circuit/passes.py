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
    ELEMENT_BYTES,
    ELEMENT_WORDS,
    NODE_BYTES,
    NODE_WORDS,
    POINTS,
    SUM_WORDS,
    Address,
    add_multiple,
    add_value,
    address_of,
    batch,
    bind,
    bind_values,
    fetch_ahead,
    merge,
    reduce_sums,
    subtract_first,
    take,
    take_second,
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
from optimized.compilation import compiled, written_out
from optimized.field.extension import SIX
from optimized.field.products import FACTOR_PITCH, extension_product, load_element, store_lanes
from optimized.lanes.vectors import LANES, broadcast, number_at, put_word, store, word_at
from optimized.threads import in_parallel
from optimized.words import Words
from spec.field import Extension

TILE_GROUPS = REGISTER_GROUPS
"""A tile of children has twelve kibibytes with eight lanes."""

MOST_LEVELS = 4
"""A tile of children can be merged so many times: two groups are left."""

TILE_BYTES = TILE_GROUPS * CHILD_WORDS * WORD_BYTES
FACTOR_BYTES = FACTOR_PITCH * WORD_BYTES
SUM_BYTES = SUM_WORDS * WORD_BYTES
LINE_BYTES = 64
SMALLEST_TASK_GROUPS = 1024
"""Less is not worth a thread."""

FIRST_BLOCK = int(TableField.FIRST_BLOCK)
BLOCKS = int(TableField.BLOCKS)
RUN_FIELDS = 4
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

    WRITE = 6
    """Children, of neighbouring rows in neighbouring lanes, are written where they lie."""


MERGE = int(Kind.MERGE)
MESSAGE = int(Kind.MESSAGE)
BIND_CHILDREN = int(Kind.BIND_CHILDREN)
BIND = int(Kind.BIND)
SUM = int(Kind.SUM)
SUM_CROSSES = int(Kind.SUM_CROSSES)
WRITE = int(Kind.WRITE)
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

    lane_bits: int
    """Of the layout in which children are written, as the next."""

    group_bits: int


class Cells(NamedTuple):
    """Runs of rows of tables."""

    runs: Address
    """RUN_FIELDS numbers each: the table, its height, the first row and the groups."""

    items: int
    lane_rows: int
    """From lane to lane."""

    group_rows: int
    """From group to group."""

    programs: TablePrograms


class Chunks(NamedTuple):
    """Chunks in memory."""

    numbers: Address
    words: Address
    pitch: int
    groups: int
    """Of a chunk."""


class Place(NamedTuple):
    """A run's chunk, the number of its first group, and the memory to work in."""

    chunk: int
    group: int
    scratch: Address
    """Of a tile."""

    taken: Address
    """Of a tile."""

    inner: Address
    """The sums over the run, at each point."""

    totals: Address
    """The sums over all chunks, at each point."""


@written_out
def _address(base: Address, pitch: int, chunk: int, words: int) -> Address:
    """Where so many words from the start of a chunk on lie."""
    return base + (pitch * chunk + words) * WORD_BYTES


@written_out
def _begin(place: Place) -> None:
    """Clears the sums over a run."""
    zero = broadcast(0)
    for word in range(0, POINTS * SUM_WORDS, LANES):
        store(place.inner, word, zero)


@written_out
def _end(task: Task, place: Place) -> None:
    """Adds the sums over a run, times their chunk's weight, to the sums over all chunks."""
    weight = task.chunk_weights + place.chunk * FACTOR_BYTES
    for point in range(POINTS):
        if task.points >> point & 1:
            reduce_sums(place.inner + point * SUM_BYTES, place.taken)
            add_multiple(place.totals + point * SUM_BYTES, place.taken, weight)


@written_out
def _merge_levels(task: Task, place: Place, source: Address, groups: int) -> None:
    """Merges a tile, and writes the levels and the crosses that are wanted."""
    if task.crosses:
        pairs = groups // 4
        for number in range(pairs):
            take(AT_INFINITY, source + 2 * number * NODE_BYTES, place.taken + number * NODE_BYTES)
        words = place.group // 4 * CHILD_WORDS
        merge(place.taken, _address(task.crosses, task.crosses_pitch, place.chunk, words), pairs)
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


@written_out
def _add_pair(task: Task, place: Place, pair: Address, weight: Address) -> None:
    """Adds what stands at the wanted points between two neighbouring nodes, the second given by its difference."""
    for point in range(POINTS):
        if task.points >> point & 1:
            node = pair
            if point == AT_SECOND:
                node = place.taken
                take_second(pair, node)
            elif point == AT_INFINITY:
                node = pair + NODE_BYTES
            add_value(place.inner + point * SUM_BYTES, node, weight, place.taken + NODE_BYTES)


@written_out
def _sum_first(task: Task, place: Place, nodes: Address, pairs: int, weights: Address, batching: Address) -> None:
    """The same for pairs of nodes as they are, before t is there."""
    for number in range(pairs):
        fetch_ahead(nodes + 2 * number * NODE_BYTES, 2 * NODE_WORDS)
        for point in range(POINTS):
            if task.points >> point & 1:
                take(point, nodes + 2 * number * NODE_BYTES, place.taken)
                batch(place.taken, batching)
                sums, weight = place.inner + point * SUM_BYTES, weights + number * FACTOR_BYTES
                add_value(sums, place.taken, weight, place.taken + NODE_BYTES)


@written_out
def _sum_crosses(task: Task, place: Place, crosses: Address, groups: int, weights: Address) -> None:
    """Adds numerators at the first point and denominators at the second one."""
    for group in range(groups):
        fetch_ahead(crosses + 2 * group * ELEMENT_BYTES, CHILD_WORDS)
        for point in range(2):
            element = crosses + (2 * group + point) * ELEMENT_BYTES
            add_multiple(place.inner + point * SUM_BYTES, element, weights + group * FACTOR_BYTES)


@written_out
def _bind_run(
    task: Task, place: Place, source: Address, target: Address, nodes: int, is_bound: bool, weights: Address
) -> None:
    """Binds nodes; what is bound is a run of nodes, or one, and is summed up if it is a run.

    Nodes that are made of children have been bound before: only the last challenge is left.
    """
    challenge = task.factors + (task.binds - 1) * FACTOR_BYTES
    for number in range(nodes):
        here, goal = source + 2 * number * NODE_BYTES, target + number * NODE_BYTES
        fetch_ahead(here, 2 * NODE_WORDS)
        if is_bound:
            bind(here, goal, challenge)
        else:
            bind_values(here, goal, challenge)
            batch(goal, challenge + FACTOR_BYTES)
        if number % 2:
            pair = goal - NODE_BYTES
            subtract_first(pair)
            _add_pair(task, place, pair, weights + number // 2 * FACTOR_BYTES)


@written_out
def _write(task: Task, place: Place, children: Address, rows: int) -> None:
    """Writes the children of so many rows, lane by lane. The place's chunk is the number of the first entry."""
    for row in range(rows):
        entry = place.chunk + row
        group, lane = entry & ((1 << task.group_bits) - 1), entry >> task.group_bits & ((1 << task.lane_bits) - 1)
        chunk = entry >> (task.group_bits + task.lane_bits)
        to = ((chunk << task.group_bits) + group) * CHILD_WORDS + lane
        at = row // LANES * CHILD_WORDS + row % LANES
        for word in range(0, CHILD_WORDS, LANES):
            put_word(task.target, to + word, word_at(children, at + word))


@written_out
def _bind_tile(task: Task, place: Place, source: Address, groups: int) -> None:
    """Merges and binds a tile as often as wanted, writes it if wanted, and sums it up."""
    # How many groups of the source go into one node that is summed up.
    shift = task.binds
    is_bound = task.kind == BIND
    if not is_bound:
        shift += task.merges + 1
        for _ in range(task.merges):
            groups //= 2
            merge(source, place.scratch, groups)
            source = place.scratch
        groups //= 2
    weights = task.pair_weights + (place.group >> (shift + 1)) * FACTOR_BYTES
    if task.kind == MESSAGE:
        _sum_first(task, place, source, groups // 2, weights, task.factors + task.binds * FACTOR_BYTES)
    else:
        for number in range(task.binds - 1):
            groups //= 2
            for node in range(groups):
                here, goal = source + 2 * node * NODE_BYTES, place.scratch + node * NODE_BYTES
                bind_values(here, goal, task.factors + number * FACTOR_BYTES)
            source = place.scratch
        target = place.scratch
        if task.target:
            target = _address(task.target, task.target_pitch, place.chunk, (place.group >> shift) * NODE_WORDS)
        _bind_run(task, place, source, target, groups // 2, is_bound, weights)


@written_out
def _process(task: Task, place: Place, source: Address, groups: int, rows: int) -> None:
    """A tile of so many groups of one chunk, children or nodes; rows are those of a table that are no repetitions."""
    if task.kind == WRITE:
        _write(task, place, source, rows)
    elif task.kind == MERGE:
        _merge_levels(task, place, source, groups)
    else:
        _begin(place)
        if task.kind == SUM_CROSSES:
            _sum_crosses(task, place, source, groups, task.pair_weights + place.group * FACTOR_BYTES)
        elif task.kind == SUM:
            weights = task.pair_weights + place.group // 2 * FACTOR_BYTES
            for number in range(groups // 2):
                fetch_ahead(source + 2 * number * NODE_BYTES, 2 * NODE_WORDS)
                _add_pair(task, place, source + 2 * number * NODE_BYTES, weights + number * FACTOR_BYTES)
        else:
            _bind_tile(task, place, source, groups)
        _end(task, place)


@compiled
def _run(
    task: Task, cells: Cells, chunks: Chunks, start: int, stop: int, work: Address, totals: Address, results: Address
) -> None:
    """The items start to stop, first those of cells; the results are the sums at the points, an element of lanes each.

    The work memory has the registers, three tiles, and sums over a tile.
    """
    programs = cells.programs
    leaves = work + programs.registers * REGISTER_PITCH * WORD_BYTES
    scratch = leaves + TILE_BYTES
    taken = scratch + TILE_BYTES
    inner = taken + TILE_BYTES
    element = CHILD_WORDS if task.kind in OF_CHILDREN else NODE_WORDS
    for item in range(start, stop):
        # Of a chunk in memory there is one block; of rows there are those of the table.
        is_of_cells = item < cells.items
        groups, first_block, last_block, table, height, first_row = chunks.groups, 0, 1, 0, 0, 0
        if is_of_cells:
            table, height = number_at(cells.runs, RUN_FIELDS * item), number_at(cells.runs, RUN_FIELDS * item + 1)
            first_row, groups = (
                number_at(cells.runs, RUN_FIELDS * item + 2),
                number_at(cells.runs, RUN_FIELDS * item + 3),
            )
            first_block = number_at(programs.tables, table * TABLE_FIELDS + FIRST_BLOCK)
            last_block = first_block + number_at(programs.tables, table * TABLE_FIELDS + BLOCKS)
        tile = min(TILE_GROUPS, groups)
        for group in range(0, groups, tile):
            if is_of_cells:
                row = first_row + group * cells.group_rows
                load_tile(programs, table, row, cells.lane_rows, cells.group_rows, tile, work)
            for block in range(first_block, last_block):
                if is_of_cells:
                    compute_fractions(programs, block, work, tile, leaves)
                    source, chunk = leaves, number_at(programs.blocks, block * BLOCK_FIELDS + PLACE)
                    chunk += group * LANES if task.kind == WRITE else first_row // (groups * LANES)
                else:
                    source = _address(chunks.words, chunks.pitch, item - cells.items, group * element)
                    chunk = number_at(chunks.numbers, item - cells.items)
                place = Place(chunk, group, scratch, taken, inner, totals)
                _process(task, place, source, tile, min(tile * LANES, height - group * LANES))
    for point in range(POINTS):
        if task.points >> point & 1:
            reduce_sums(totals + point * SUM_BYTES, taken)
            product = extension_product(load_element(taken, 0), load_element(task.lane_weights, 0))
            store_lanes(results, point * ELEMENT_WORDS, product)


@dataclass(frozen=True, eq=False)
class Vector:
    """A vector in memory, of children, crosses, nodes in neighbouring pairs, or single nodes."""

    layout: Layout
    words: Words
    pitch: int
    """Words from chunk to chunk."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Runs of rows of tables: RUN_FIELDS numbers each, and the rows from lane to lane and from group to group."""

    runs: Numbers
    lane_rows: int
    group_rows: int
    programs: HeldPrograms

    @property
    def count(self) -> int:
        """How many runs."""
        return len(self.runs) // RUN_FIELDS


@dataclass(frozen=True, eq=False)
class Source:
    """Where tiles come from: rows of tables, and chunks in memory with their numbers."""

    rows: Rows
    numbers: Numbers
    words: Words
    pitch: int
    groups: int
    """Of a chunk in memory."""

    @staticmethod
    def of(vector: Vector) -> Source:
        """All chunks of a vector in memory."""
        numbers = np.arange(vector.layout.count)
        return Source(NO_ROWS, numbers, vector.words, vector.pitch, vector.layout.groups)


@dataclass(frozen=True, eq=False)
class Weights:
    """What pairs of groups, chunks and lanes weigh: factors, factors, and an element of lanes."""

    pairs: Words
    chunks: Words
    lanes: Words


NO_NUMBERS = np.zeros(0, dtype=np.int64)
NO_WORDS = np.zeros(0, dtype=np.uint32)
NO_ROWS = Rows(NO_NUMBERS, 0, 0, NO_PROGRAMS)
NOTHING = Task(*[0] * len(Task._fields))


def run_pass(source: Source, task: Task) -> list[Extension]:
    """Runs a pass; the sums at those POINTS whose bits are set."""
    found: list[NDArray[np.uint64]] = []
    run: Any = _run
    rows, programs = source.rows, source.rows.programs.programs
    cells = Cells(rows.runs.ctypes.data, rows.count, rows.lane_rows, rows.group_rows, programs)
    chunks = Chunks(source.numbers.ctypes.data, address_of(source.words), source.pitch, source.groups)
    work_words = programs.registers * REGISTER_PITCH + 3 * TILE_BYTES // WORD_BYTES + POINTS * SUM_WORDS

    def work(start: int, stop: int) -> None:
        memory = np.empty(work_words + LINE_BYTES // WORD_BYTES, dtype=np.uint32)
        totals = np.zeros(POINTS * SUM_WORDS, dtype=np.uint32)
        results = np.zeros(POINTS * ELEMENT_WORDS, dtype=np.uint32)
        # What lies across two lines of the cache takes twice as long.
        aligned = -(-address_of(memory) // LINE_BYTES) * LINE_BYTES
        run(task, cells, chunks, start, stop, aligned, address_of(totals), address_of(results))
        found.append(results.reshape(POINTS, SIX, LANES).sum(axis=2, dtype=np.uint64))

    groups = max(1, source.groups, rows.lane_rows)
    in_parallel(work, cells.items + len(source.numbers), max(1, SMALLEST_TASK_GROUPS // groups))
    sums = sum(found, np.zeros((POINTS, SIX), dtype=np.uint64))
    return [canonical(total) for total in sums]


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
        lane_bits=0,
        group_bits=0,
    )
    return run_pass(source, task)


def write_pass(rows: Rows, layout: Layout, words: Words) -> None:
    """Writes the children of runs of rows where their blocks lie, in chunks of this layout."""
    bits = {"lane_bits": layout.lane_bits, "group_bits": layout.group_bits}
    task = NOTHING._replace(kind=int(Kind.WRITE), target=address_of(words), **bits)
    run_pass(Source(rows, NO_NUMBERS, NO_WORDS, 0, 0), task)
