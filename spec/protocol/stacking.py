"""How table columns become a few long ones.

A commitment is a list of table columns by descending height (stable: declared order, instances by height), laid end to
end, padded with zeros and cut into stacked columns of 2^h. Heights are powers of two, so each table column lies aligned
in one stacked column, at a prefix of h - height_log2 bits. The number of stacked columns and all prefixes are the
verifier's numbers, from heights, never the prover's.

The code: the entries of a stacked column are the coefficients of a univariate polynomial, evaluated on 3<w>, w of order
2^(h + rate_log2). A leaf holds all stacked columns at the 2^k points of one fibre of x -> x^(2^k), k the first folding:
leaf i is the fibre over (3 w^i)^(2^k), column by column, its points 3 w^(i + j n / 2^k) by ascending j.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from spec.air.chip import Role
from spec.parameters import ParameterSet
from spec.protocol.merkle import TreeShape, tree_shape
from spec.protocol.shape import TableShape


class Commitment(Enum):
    """What a segment's columns are committed in, in the order of the protocol."""

    PROGRAM = "program"
    """The fixed columns of the program's tables: the root stands in the key."""

    CONTINUATION = "continuation"
    """The columns of the continuation tables: committed and pinned before the global challenges exist."""

    MAIN = "main"
    """The columns of every other table, the counts of fixed tables included."""


@dataclass(frozen=True, slots=True)
class PlacedColumn:
    """A table's column in a commitment: in which stacked column it lies, and where."""

    table: int
    """The table's position among the segment's tables."""

    column: int
    """The column's index among the chip's committed columns, or among its fixed ones for the program commitment."""

    height_log2: int
    stacked: int
    prefix: int
    """The number that the leading h - height_log2 coordinates of its cells spell."""

    def start(self, stacking_log2: int) -> int:
        """The cells before it in its commitment, whose stacked columns have 2^stacking_log2."""
        return (self.stacked << stacking_log2) + (self.prefix << self.height_log2)


@dataclass(frozen=True)
class Stacking:
    """The layout of one commitment."""

    height_log2: int
    """h."""

    columns: tuple[PlacedColumn, ...]
    """In the order in which they lie."""

    @cached_property
    def count(self) -> int:
        """W, the number of stacked columns; 0 for a commitment without columns, which has no root and no tree."""
        return max((placed.stacked + 1 for placed in self.columns), default=0)

    @cached_property
    def of_table(self) -> Mapping[int, slice]:
        """Where the columns of each table that has some stand among `columns`: they are neighbours."""
        found: dict[int, slice] = {}
        for position, placed in enumerate(self.columns):
            first = found.get(placed.table, slice(position, position)).start
            found[placed.table] = slice(first, position + 1)
        return found

    @property
    def cells(self) -> int:
        """Cells of table columns, without the padding at the end."""
        return sum(1 << placed.height_log2 for placed in self.columns)


def commitment_of(role: Role) -> Commitment:
    """Where the committed (not fixed) columns of a table of this role lie."""
    return Commitment.CONTINUATION if role is Role.CONTINUATION else Commitment.MAIN


def _column_count(commitment: Commitment, table: TableShape) -> int:
    if commitment is Commitment.PROGRAM:
        return len(table.chip.fixed_columns) if table.chip.role is Role.PROGRAM_TABLE else 0
    return len(table.chip.columns) if commitment_of(table.chip.role) is commitment else 0


def stack(commitment: Commitment, tables: Sequence[TableShape], height_log2: int) -> Stacking:
    """The layout of a commitment of tables none of which is higher than 2^height_log2."""
    order = sorted(range(len(tables)), key=lambda position: -tables[position].height_log2)
    placed, offset, inside = [], 0, (1 << height_log2) - 1
    for position in order:
        table_log2, count = tables[position].height_log2, _column_count(commitment, tables[position])
        starts = range(offset, offset + (count << table_log2), 1 << table_log2)
        placed += [
            PlacedColumn(position, column, table_log2, start >> height_log2, (start & inside) >> table_log2)
            for column, start in enumerate(starts)
        ]
        offset += count << table_log2
    return Stacking(height_log2, tuple(placed))


def stackings(tables: Sequence[TableShape], height_log2: int) -> dict[Commitment, Stacking]:
    """The layouts of a segment's commitments, in the order of the protocol."""
    return {commitment: stack(commitment, tables, height_log2) for commitment in Commitment}


def leaf_tree(stacked_columns: int, height_log2: int, parameters: ParameterSet) -> TreeShape:
    """The Merkle tree of a commitment of so many stacked columns of 2^height_log2."""
    first_folding = parameters.schedule(height_log2).folds[0]
    depth = height_log2 + parameters.rate_log2 - first_folding
    return tree_shape(depth, stacked_columns << first_folding, parameters.cap_log2)
