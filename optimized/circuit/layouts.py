"""Where the entries of a vector over the cube lie: in chunks, whose lanes hold the chunk's top row bits.

The coordinates of an entry are, from the first on, those of its chunk, its lane and its group of lanes:

    number of the entry = [ chunk | lane | group ].

So neighbours in the last coordinate are neighbouring groups, each lane is a sumcheck of its own, and what a lane and a
chunk weigh is multiplied in at the end. Of each scope only the chunks that hold an entry of a block are kept; the rest
is padding. A small vector lies in the first lane alone: its groups are its entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimized.lanes.vectors import LANES

LANE_BITS = LANES.bit_length() - 1

CHUNK_GROUP_BITS = 9
"""At most. With 4096 entries of eight lanes a chunk, what is not a whole number of chunks is no matter."""

LEAST_GROUP_BITS = 2
"""A chunk of children has two nodes to bind, at least, which are four groups."""


@dataclass(frozen=True)
class Layout:
    """The layout of a vector of 2^variables entries, one half for each scope."""

    variables: int
    lane_bits: int
    """0 if only the first lane is used."""

    group_bits: int
    chunks: tuple[int, int]
    """How many of each scope are kept; one in all if only the first lane is used."""

    @staticmethod
    def of(variables: int, lengths: Sequence[int]) -> Layout:
        """The layout of a vector of which so many entries of each scope are no padding."""
        group_bits = variables - 1 - LANE_BITS
        if group_bits < LEAST_GROUP_BITS:
            return Layout(variables, 0, variables, (1, 0))
        group_bits = min(group_bits, CHUNK_GROUP_BITS)
        size = 1 << (LANE_BITS + group_bits)
        local, of_all_segments = (-(-length // size) for length in lengths)
        return Layout(variables, LANE_BITS, group_bits, (local, of_all_segments))

    @property
    def chunk_bits(self) -> int:
        """Coordinates that number a chunk; the first of them is the scope."""
        return self.variables - self.lane_bits - self.group_bits

    @property
    def entry_bits(self) -> int:
        """Coordinates that number an entry of a chunk."""
        return self.lane_bits + self.group_bits

    @property
    def groups(self) -> int:
        """The groups of a chunk."""
        return 1 << self.group_bits

    @property
    def count(self) -> int:
        """The chunks that are kept."""
        return sum(self.chunks)

    @property
    def first_chunks(self) -> tuple[int, int]:
        """The numbers of the scopes' first chunks."""
        return 0, 1 << max(0, self.chunk_bits - 1)

    def halved(self) -> Layout:
        """The layout when the last coordinate is bound, or neighbours are merged."""
        return Layout(self.variables - 1, self.lane_bits, self.group_bits - 1, self.chunks)
