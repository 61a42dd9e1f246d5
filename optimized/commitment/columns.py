"""Committing to stacked columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from optimized.commitment.codewords import Codewords, LeafOrder, can_encode
from optimized.commitment.stacking import StackedColumns, stacked_columns
from optimized.commitment.tree import build_tree, room_for_layers
from optimized.openings.columns import stacked_power_products
from reference.prover import codewords as plain
from reference.prover import merkle_tree as plain_tree
from reference.prover.kernels import Committed
from reference.tables import Table
from spec.field import Extension
from spec.protocol.hash import Digest
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.stacking import Commitment, Stacking


class Tree(Protocol):
    """A Merkle tree, plain or not."""

    @property
    def root(self) -> Digest: ...

    def open(self, positions: Sequence[int]) -> MerkleOpening: ...


@dataclass(frozen=True, eq=False)
class StackedAgain:
    """Columns that are stacked when they are read.

    Until then, while the layers of the circuit take most memory, their cells stand in the tables alone.
    """

    tables: Sequence[Table]
    commitment: Commitment
    layout: Stacking

    @cached_property
    def columns(self) -> StackedColumns:
        """From then on they are kept."""
        return stacked_columns(self.tables, self.commitment, self.layout)


@dataclass(frozen=True, eq=False)
class CommittedColumns:
    """Stacked columns with the tree over their codewords' fibres."""

    stacked: StackedAgain
    tree: Tree

    @property
    def columns(self) -> StackedColumns:
        return self.stacked.columns

    @property
    def root(self) -> Digest:
        return self.tree.root

    def answers(self, point: Extension) -> tuple[Extension, ...]:
        return stacked_power_products(self.columns, point)

    def open(self, positions: Sequence[int]) -> MerkleOpening:
        return self.tree.open(positions)


def commit(
    tables: Sequence[Table],
    commitment: Commitment,
    layout: Stacking,
    rate_log2: int,
    folding_log2: int,
    tree: TreeShape,
) -> CommittedColumns:
    """`Kernels.commit`. A codeword that has fewer points than a square of lanes is the plain kernel's."""
    domain_log2 = layout.height_log2 + rate_log2
    again = StackedAgain(tables, commitment, layout)
    if not can_encode(domain_log2, folding_log2):
        columns = stacked_columns(tables, commitment, layout)
        codes = plain.codewords(columns.dense().astype(np.uint64), domain_log2)
        return CommittedColumns(again, plain_tree.build_tree(plain.column_fibres(codes, folding_log2), tree))
    order = LeafOrder.by_column(layout.count, folding_log2)
    layers = room_for_layers(tree)
    codewords = _codewords(stacked_columns(tables, commitment, layout), domain_log2)
    return CommittedColumns(
        again, build_tree(codewords, folding_log2, order, tree, layers, lambda: _codewords(again.columns, domain_log2))
    )


def _codewords(columns: StackedColumns, domain_log2: int) -> Codewords:
    return Codewords(columns.cells, 1 << columns.height_log2, columns.prefixes_log2, domain_log2)


def columns_of(committed: Committed) -> StackedColumns:
    """The stacked columns behind a commitment that `commit` made. Raises TypeError for another."""
    if not isinstance(committed, CommittedColumns):
        raise TypeError(f"stacked columns are committed here, not {type(committed).__name__}")
    return committed.columns
