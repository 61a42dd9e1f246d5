"""The last layer: which fractions are computed from cells whenever they are needed, and which are kept.

A table of whole chunks is read in chunks of rows. The fractions of shorter tables are few, and are kept, in the chunks
that several of them share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimized.circuit.layouts import Layout
from optimized.circuit.leaves import REGISTER_GROUPS, REGISTER_PITCH, compute_fractions, load_tile
from optimized.circuit.nodes import CHILD_WORDS, Address, address_of
from optimized.circuit.passes import Source
from optimized.circuit.programs import (
    BLOCK_FIELDS,
    TABLE_FIELDS,
    WORD_BYTES,
    BlockField,
    HeldPrograms,
    TableField,
    TablePrograms,
    table_programs,
)
from optimized.compilation import compiled
from optimized.field.extension import SIX
from optimized.field.lanes import to_montgomery
from optimized.lanes.vectors import LANES, number_at, put_word, word_at
from optimized.memory import arrays
from optimized.words import Words
from reference.tables import Table
from spec.air.bus import Scope
from spec.field import Extension
from spec.protocol.gkr import SCOPES, BusChallenges, Circuit

FIRST_BLOCK = int(TableField.FIRST_BLOCK)
BLOCKS = int(TableField.BLOCKS)
PLACE = int(BlockField.PLACE)


@compiled
def _fill(
    programs: TablePrograms, table: int, height: int, lane_bits: int, group_bits: int, work: Address, words: Address
) -> None:
    """Writes the fractions of a table's rows, whole lanes of neighbouring rows, where its blocks lie.

    A table of fewer rows than lanes repeats them. The work memory has the registers, and a tile.
    """
    leaves = work + programs.registers * REGISTER_PITCH * WORD_BYTES
    groups = (height + LANES - 1) // LANES
    first_block = number_at(programs.tables, table * TABLE_FIELDS + FIRST_BLOCK)
    last_block = first_block + number_at(programs.tables, table * TABLE_FIELDS + BLOCKS)
    for first in range(0, groups, REGISTER_GROUPS):
        tile = min(REGISTER_GROUPS, groups - first)
        load_tile(programs, table, first * LANES, 1, LANES, tile, work)
        for block in range(first_block, last_block):
            compute_fractions(programs, block, work, tile, leaves)
            start = number_at(programs.blocks, block * BLOCK_FIELDS + PLACE) + first * LANES
            for row in range(min(tile * LANES, height - first * LANES)):
                entry = start + row
                group, lane = entry & ((1 << group_bits) - 1), (entry >> group_bits) & ((1 << lane_bits) - 1)
                chunk = entry >> (group_bits + lane_bits)
                to = ((chunk << group_bits) + group) * CHILD_WORDS + lane
                at = row // LANES * CHILD_WORDS + row % LANES
                for word in range(0, CHILD_WORDS, LANES):
                    put_word(words, to + word, word_at(leaves, at + word))


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
        rows = [(number, row) for number, table in enumerate(tall) for row in range(tables[table].height >> bits)]
        pitch = self.layout.groups * CHILD_WORDS
        words = _padding(sum(kept) << self.layout.group_bits)
        self._fill_short(programs(short, False), [tables[table].height for table in short], words)
        chunks = [
            *range(tall_chunks[0], self.layout.chunks[0]),
            *range(self.layout.chunks[0] + tall_chunks[1], self.layout.count),
        ]
        self.source = Source(
            rows=np.array(rows, dtype=np.int64).reshape(-1),
            row_groups=self.layout.groups,
            programs=programs(tall, True),
            numbers=np.array(chunks, dtype=np.int64),
            words=words,
            pitch=pitch,
            groups=self.layout.groups,
        )

    def _fill_short(self, held: HeldPrograms, heights: Sequence[int], words: Words) -> None:
        registers = held.programs.registers * REGISTER_PITCH
        work = np.empty(registers + REGISTER_GROUPS * CHILD_WORDS, dtype=np.uint32)
        for table, height in enumerate(heights):
            bits = self.layout.lane_bits, self.layout.group_bits
            _fill(held.programs, table, height, *bits, address_of(work), address_of(words))


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
