"""Stacking the columns of tables, and committing to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reference.arrays.extension_arrays import powers, to_elements
from reference.arrays.field_arrays import MODULUS, Matrix
from reference.prover.codewords import codewords, column_fibres
from reference.prover.kernels import Committed
from reference.prover.merkle_tree import MerkleTree, build_tree
from reference.tables import Table
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.hash import Digest
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.stacking import Commitment, Stacking


@dataclass(frozen=True, eq=False)
class CommittedColumns:
    """Stacked columns, (count, 2^h), with the tree over their codewords' fibres."""

    columns: Matrix
    tree: MerkleTree

    @property
    def root(self) -> Digest:
        return self.tree.root

    def answers(self, point: Extension) -> tuple[Extension, ...]:
        return power_products(self.columns, point)

    def open(self, positions: Sequence[int]) -> MerkleOpening:
        return self.tree.open(positions)


def power_products(columns: Matrix, point: Extension) -> tuple[Extension, ...]:
    """<q_j, (1, point, point^2, ...)> for each stacked column q_j: (count, 2^h)."""
    weights = powers(point, columns.shape[1])
    sums = np.zeros((len(columns), EXTENSION_DEGREE), dtype=np.uint64)
    for j, column in enumerate(columns):
        sums[j] = (column[:, np.newaxis] * weights % MODULUS).sum(axis=0) % MODULUS
    return tuple(to_elements(sums))


def stacked_columns(tables: Sequence[Table], commitment: Commitment, layout: Stacking) -> Matrix:
    """The stacked columns of a commitment: (count, 2^h)."""
    stacked = np.zeros((layout.count, 1 << layout.height_log2), dtype=np.uint64)
    for placed in layout.columns:
        table = tables[placed.table]
        cells = table.fixed if commitment is Commitment.PROGRAM else table.main
        start = placed.prefix << placed.height_log2
        stacked[placed.stacked, start : start + table.height] = cells[:, placed.column]
    return stacked


def commit(
    tables: Sequence[Table],
    commitment: Commitment,
    layout: Stacking,
    rate_log2: int,
    folding_log2: int,
    tree: TreeShape,
) -> CommittedColumns:
    """`Kernels.commit`."""
    columns = stacked_columns(tables, commitment, layout)
    codes = codewords(columns, layout.height_log2 + rate_log2)
    return CommittedColumns(columns, build_tree(column_fibres(codes, folding_log2), tree))


def columns_of(committed: Committed) -> Matrix:
    """The stacked columns behind a commitment that `commit` made. Raises TypeError for another."""
    if not isinstance(committed, CommittedColumns):
        raise TypeError(f"stacked columns are committed here, not {type(committed).__name__}")
    return committed.columns


def all_columns(committed: Mapping[Commitment, Committed], layouts: Mapping[Commitment, Stacking]) -> Matrix:
    """The stacked columns of all commitments that have some, in the order of the protocol."""
    return np.concatenate([columns_of(committed[name]) for name, layout in layouts.items() if layout.count])
