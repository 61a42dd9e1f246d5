"""Committing to stacked columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from optimized.commitment.codewords import LeafOrder, can_encode, encode
from optimized.commitment.stacking import StackedColumns, stacked_columns
from optimized.commitment.tree import build_tree
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
class CommittedColumns:
    """Stacked columns with the tree over their codewords' fibres.

    The columns are stacked again when they are asked for: until then, while the layers of the circuit take most memory,
    their cells stand in the tables alone.
    """

    tables: Sequence[Table]
    commitment: Commitment
    layout: Stacking
    tree: Tree

    @cached_property
    def columns(self) -> StackedColumns:
        """From then on they are kept."""
        return stacked_columns(self.tables, self.commitment, self.layout)

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
    columns = stacked_columns(tables, commitment, layout)
    return CommittedColumns(
        tables, commitment, layout, _tree(columns, layout.height_log2 + rate_log2, folding_log2, tree)
    )


def _tree(columns: StackedColumns, domain_log2: int, folding_log2: int, shape: TreeShape) -> Tree:
    if not can_encode(domain_log2, folding_log2):
        codes = plain.codewords(columns.dense().astype(np.uint64), domain_log2)
        return plain_tree.build_tree(plain.column_fibres(codes, folding_log2), shape)
    codewords = encode(columns.cells, 1 << columns.height_log2, columns.prefixes_log2, domain_log2)
    order = LeafOrder.by_column(columns.count, folding_log2)
    return build_tree(codewords, folding_log2, order, shape)


def columns_of(committed: Committed) -> StackedColumns:
    """The stacked columns behind a commitment that `commit` made. Raises TypeError for another."""
    if not isinstance(committed, CommittedColumns):
        raise TypeError(f"stacked columns are committed here, not {type(committed).__name__}")
    return committed.columns
