"""One pass over a vector of the circuit, tile by tile, on all threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimized.circuit.layouts import Layout
from optimized.circuit.leaves import REGISTER_PITCH
from optimized.circuit.nodes import ELEMENT_WORDS, POINTS, SUM_WORDS, address_of
from optimized.circuit.programs import NO_PROGRAMS, WORD_BYTES, HeldPrograms, Numbers
from optimized.circuit.tasks import RUN_FIELDS, Cells, Chunks, Task, TaskKind
from optimized.circuit.tiles import TILE_BYTES, run_tiles
from optimized.circuit.weights import canonical
from optimized.field.extension import SIX
from optimized.lanes.vectors import LANES
from optimized.threads import TASKS_PER_THREAD, in_parallel, thread_count
from optimized.words import LINE_WORDS, Words
from spec.field import ZERO, Extension

LINE_BYTES = LINE_WORDS * WORD_BYTES
SMALLEST_TASK_GROUPS = 1024
"""Less is not worth a thread."""


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
    """The groups of a chunk in memory."""

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
"""Both for passes that read no such array."""

NO_ROWS = Rows(NO_NUMBERS, 0, 0, NO_PROGRAMS)
NOTHING = Task(*[0] * len(Task._fields))


def run_pass(source: Source, task: Task) -> list[Extension]:
    """Runs a pass; the sums at those POINTS whose bits are set."""
    found: list[NDArray[np.uint64]] = []
    run: Any = run_tiles
    rows, programs = source.rows, source.rows.programs.programs
    cells = Cells(rows.runs.ctypes.data, rows.count, rows.lane_rows, rows.group_rows, programs)
    chunks = Chunks(source.numbers.ctypes.data, address_of(source.words), source.pitch, source.groups)
    work_words = programs.registers * REGISTER_PITCH + 3 * TILE_BYTES // WORD_BYTES + POINTS * SUM_WORDS

    def work(start: int, stop: int) -> None:
        memory = np.empty(work_words + LINE_WORDS, dtype=np.uint32)
        totals = np.zeros(POINTS * SUM_WORDS, dtype=np.uint32)
        results = np.zeros(POINTS * ELEMENT_WORDS, dtype=np.uint32)
        # What lies across two lines of the cache takes twice as long.
        aligned = -(-address_of(memory) // LINE_BYTES) * LINE_BYTES
        run(task, cells, chunks, start, stop, aligned, address_of(totals), address_of(results))
        found.append(results.reshape(POINTS, SIX, LANES).sum(axis=2, dtype=np.uint64))

    ends = _shares(source)
    in_parallel(lambda start, stop: work(ends[start], ends[stop]), len(ends) - 1)
    if not task.points:
        return [ZERO] * POINTS
    sums = found[0] if len(found) == 1 else np.sum(found, axis=0)
    return [canonical(sums[point]) if task.points >> point & 1 else ZERO for point in range(POINTS)]


def _shares(source: Source) -> list[int]:
    """Where shares of the items begin and end that are as much work: a row of a table has as many groups as blocks."""
    rows = source.rows
    runs = rows.runs.reshape(-1, RUN_FIELDS)
    of_runs = rows.programs.blocks[runs[:, 0]] * runs[:, 3] if len(runs) else NO_NUMBERS
    work = np.cumsum(np.concatenate([of_runs, np.full(len(source.numbers), source.groups)]))
    if not len(work):
        return [0]
    shares = max(1, min(int(work[-1]) // SMALLEST_TASK_GROUPS, TASKS_PER_THREAD * thread_count()))
    inner = np.searchsorted(work, work[-1] * np.arange(1, shares) // shares)
    return sorted({0, *map(int, inner), len(work)})


@dataclass(frozen=True, eq=False)
class Level:
    """Where the nodes of a merging are written, and the crosses of the children that it merges; None for nowhere."""

    nodes: Vector | None = None
    crosses: Vector | None = None


def merge_pass(source: Source, levels: Sequence[Level]) -> None:
    """Merges children as often as there are levels."""
    held = np.array([[*_place(level.nodes), *_place(level.crosses)] for level in levels], dtype=np.int64)
    run_pass(source, NOTHING._replace(kind=int(TaskKind.MERGE), merges=len(levels), levels=held.ctypes.data))


def _place(vector: Vector | None) -> tuple[int, int]:
    """Address and pitch."""
    return (0, 0) if vector is None else (address_of(vector.words), vector.pitch)


def sum_pass(
    kind: TaskKind,
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
    task = NOTHING._replace(kind=int(TaskKind.WRITE), target=address_of(words), **bits)
    run_pass(Source(rows, NO_NUMBERS, NO_WORDS, 0, 0), task)
