"""A pass as compiled code sees it: numbers and addresses in tuples."""

from __future__ import annotations

from enum import IntEnum, unique
from typing import NamedTuple

from optimized.circuit.nodes import Address
from optimized.circuit.programs import TablePrograms

RUN_FIELDS = 4
"""A run of rows: its table, the table's height, the first row, and the groups."""


@unique
class LevelField(IntEnum):
    """The fields of a level of merged children; 0 for what is not written."""

    NODES = 0
    """Where the merged children are written."""

    NODES_PITCH = 1
    CROSSES = 2
    """Where the crosses of what is merged are written."""

    CROSSES_PITCH = 3


LEVEL_FIELDS = len(LevelField)


@unique
class TaskKind(IntEnum):
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


class Task(NamedTuple):
    """What is done with every tile: numbers, and addresses that are 0 for nothing."""

    kind: int
    merges: int
    binds: int
    points: int
    """A bit for each of the POINTS at which nodes are summed up."""

    factors: Address
    """The factors of the challenges, `binds` of them, then, where nodes are made of children, of the batching."""

    levels: Address
    """LEVEL_FIELDS numbers of each level of merged children."""

    target: Address
    """Where bound nodes are written."""

    target_pitch: int
    pair_weights: Address
    """Factors of the pairs of groups of a chunk."""

    chunk_weights: Address
    lane_weights: Address
    """An element of lanes."""

    lane_bits: int
    """The lane bits of the layout in which children are written; likewise the group bits."""

    group_bits: int


class Cells(NamedTuple):
    """Runs of rows of tables."""

    runs: Address
    """RUN_FIELDS numbers each."""

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
    """The groups of a chunk."""


class Place(NamedTuple):
    """A tile's chunk, the number of its first group, and the memory to work in."""

    chunk: int
    """The chunk's number; where entries are written, the number of the first entry instead."""

    group: int
    scratch: Address
    """A tile's memory, as the next."""

    taken: Address
    inner: Address
    """The sums over the tile, at each point."""

    totals: Address
    """The sums over all chunks, at each point."""
