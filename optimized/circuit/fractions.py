"""The last layer: which fractions are computed from cells whenever they are needed, and which are kept.

A table of whole chunks is read in chunks of rows. The fractions of shorter tables are few, and are kept, in the chunks
that several of them share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimized.circuit.layouts import Layout
from optimized.circuit.nodes import CHILD_WORDS
from optimized.circuit.passes import Rows, Source, write_pass
from optimized.circuit.programs import HeldPrograms, Numbers, table_programs
from optimized.field.extension import SIX
from optimized.field.lanes import to_montgomery
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.words import Words
from reference.tables import Table
from spec.air.bus import Scope
from spec.field import Extension
from spec.protocol.gkr import SCOPES, BusChallenges, Circuit


class Fractions:
    """The fractions of all blocks, in the layout of the last layer."""

    def __init__(
        self,
        tables: Sequence[Table],
        layout: Circuit,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges[Extension]],
    ) -> None:
        self.layout = Layout.of(layout.variables, [layout.fractions(scope) for scope in SCOPES])
        bits = self.layout.entry_bits
        blocks = layout.blocks_by_table
        is_tall = [self.layout.lane_bits > 0 and table.height >> bits > 0 for table in tables]
        tall_chunks = [
            sum(tables[b.table].height >> bits for b in layout.blocks if b.scope is scope and is_tall[b.table])
            for scope in SCOPES
        ]
        kept = [count - tall for count, tall in zip(self.layout.chunks, tall_chunks, strict=True)]

        def chunk_of(entry: int) -> tuple[int, int]:
            """The scope's number, and the number of a chunk among the scope's."""
            number = entry >> bits
            scope = int(self.layout.chunk_bits > 0 and number >= self.layout.first_chunks[1])
            return scope, number - self.layout.first_chunks[scope]

        def tall_place(entry: int) -> int:
            scope, number = chunk_of(entry)
            return number + scope * self.layout.chunks[0]

        def short_place(entry: int) -> int:
            scope, number = chunk_of(entry)
            place = number - tall_chunks[scope] + scope * kept[0]
            return (place << bits) + (entry & ((1 << bits) - 1))

        def programs(chosen: Sequence[int], is_of_tall: bool) -> HeldPrograms:
            place = tall_place if is_of_tall else short_place
            places = [[place(block.prefix << block.height_log2) for block in blocks[table]] for table in chosen]
            cells = [_of_whole_lanes(tables[table]) for table in chosen]
            return table_programs(cells, places, public_values, challenges)

        tall = [table for table in range(len(tables)) if is_tall[table]]
        short = [table for table in range(len(tables)) if not is_tall[table]]
        words = _padding(sum(kept) << self.layout.group_bits)
        # Neighbouring rows go to neighbouring lanes, from where they are written to their places.
        runs = [
            (number, tables[table].height, 0, -(-tables[table].height // LANES)) for number, table in enumerate(short)
        ]
        write_pass(Rows(_numbers(runs), 1, LANES, programs(short, False)), self.layout, words)
        chunks = [
            *range(tall_chunks[0], self.layout.chunks[0]),
            *range(self.layout.chunks[0] + tall_chunks[1], self.layout.count),
        ]
        groups = self.layout.groups
        runs = [
            (number, tables[table].height, first, groups)
            for number, table in enumerate(tall)
            for first in range(0, tables[table].height, 1 << bits)
        ]
        rows = Rows(_numbers(runs), groups, 1, programs(tall, True))
        self.source = Source(rows, np.array(chunks, dtype=np.int64), words, groups * CHILD_WORDS, groups)


def _numbers(runs: Sequence[Sequence[int]]) -> Numbers:
    return np.array(runs, dtype=np.int64).reshape(-1)


def _padding(groups: int) -> Words:
    """So many groups of the fraction 0/1."""
    words = arrays.zeros(groups * CHILD_WORDS)
    words.reshape(groups, 2, SIX, LANES)[:, 1, 0] = to_montgomery(1)
    return words


def _of_whole_lanes(table: Table) -> Table:
    """The table with its rows repeated until they fill the lanes."""
    times = -(-LANES // table.height)
    if times == 1:
        return table
    return Table(table.chip, np.tile(table.main, (times, 1)), np.tile(table.fixed, (times, 1)))
