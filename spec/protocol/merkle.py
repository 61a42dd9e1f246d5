"""Merkle trees over matrices of different heights.

A commitment's matrices have power-of-two heights. At each height the rows of its matrices are concatenated,
in the order of declaration, into one leaf row. The lowest layer of the tree has one leaf digest per row of
the tallest height. Going up, a layer of h nodes compresses pairs of the layer below; where there are matrices
of height h, each node is then compressed with the leaf digest of its row. Row i of the tallest height and row
i >> d of a height 2^d times lower lie on one path.

An opening at several indices gives each row once, and each sibling digest that no opened row determines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from spec.rejection import Rejected, Rejection


@dataclass(frozen=True, slots=True)
class MatrixShape:
    """A committed matrix: 2^height_log2 rows on its trace domain, `width` base-field columns."""

    height_log2: int
    width: int


@dataclass(frozen=True, slots=True)
class TreeLevel:
    """The leaf rows that enter a tree where it has 2^depth nodes: `width` base-field elements each."""

    depth: int
    width: int


@dataclass(frozen=True, slots=True)
class MerkleOpening:
    """Rows of a tree at distinct indices.

    `rows[level][k]` is the row at the k-th smallest distinct index of a level, levels tallest first;
    `siblings` are the missing digests from the leaves up, within a layer by ascending position.
    """

    rows: tuple[tuple[tuple[int, ...], ...], ...]
    siblings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class MerklePath:
    """What leads from an index to the root: its row at each level, tallest first; siblings, leaf first."""

    rows: tuple[tuple[int, ...], ...]
    siblings: tuple[bytes, ...]


def tree_levels(matrices: Iterable[MatrixShape], rate_log2: int) -> tuple[TreeLevel, ...]:
    """The levels of the tree over the codewords of these matrices, tallest first."""
    widths: dict[int, int] = {}
    for matrix in matrices:
        depth = matrix.height_log2 + rate_log2
        widths[depth] = widths.get(depth, 0) + matrix.width
    return tuple(TreeLevel(depth, widths[depth]) for depth in sorted(widths, reverse=True))


def level_indices(indices: Iterable[int], shift: int) -> list[int]:
    """The distinct indices, ascending, of a layer that is 2^shift times lower than the one they index."""
    return sorted({index >> shift for index in indices})


def sibling_positions(indices: Iterable[int], depth: int) -> list[list[int]]:
    """For each layer from the 2^depth leaves up, the positions whose digests an opening must give."""
    known = level_indices(indices, 0)
    layers = []
    for _ in range(depth):
        present = set(known)
        layers.append([position ^ 1 for position in known if position ^ 1 not in present])
        known = level_indices(known, 1)
    return layers


def opening_row_counts(levels: Sequence[TreeLevel], indices: Sequence[int]) -> list[int]:
    """How many rows an opening at these leaf indices has per level."""
    return [len(level_indices(indices, levels[0].depth - level.depth)) for level in levels]


def expand_opening(
    opening: MerkleOpening,
    levels: Sequence[TreeLevel],
    indices: Iterable[int],
    leaf_digest: Callable[[Sequence[int]], bytes],
    compress: Callable[[bytes, bytes], bytes],
) -> dict[int, MerklePath]:
    """The single paths that an opening stands for, by leaf index. It does not say that they reach the root.

    Raises Rejected unless there is exactly one row per level and distinct index, and exactly the siblings
    needed.
    """
    leaves = level_indices(indices, 0)
    depth = levels[0].depth
    counts = opening_row_counts(levels, leaves)
    if [len(rows) for rows in opening.rows] != counts:
        given = [len(rows) for rows in opening.rows]
        raise Rejected(Rejection.OPENING_ROW_COUNT, f"{given} rows per level, expected {counts}")
    missing = sibling_positions(leaves, depth)
    needed = sum(len(positions) for positions in missing)
    if len(opening.siblings) != needed:
        raise Rejected(Rejection.OPENING_SIBLING_COUNT, f"{len(opening.siblings)} digests, expected {needed}")

    rows_at = {
        level.depth: dict(zip(level_indices(leaves, depth - level.depth), rows, strict=True))
        for level, rows in zip(levels, opening.rows, strict=True)
    }
    siblings = iter(opening.siblings)
    nodes = {index: leaf_digest(row) for index, row in rows_at[depth].items()}
    layers: list[dict[int, bytes]] = []
    for layer_depth, positions in zip(range(depth, 0, -1), missing, strict=True):
        nodes.update((position, next(siblings)) for position in positions)
        layers.append(nodes)
        parents = level_indices(leaves, depth - layer_depth + 1)
        nodes = {parent: compress(layers[-1][2 * parent], layers[-1][2 * parent + 1]) for parent in parents}
        for parent, row in rows_at.get(layer_depth - 1, {}).items():
            nodes[parent] = compress(nodes[parent], leaf_digest(row))
    return {
        index: MerklePath(
            rows=tuple(rows_at[level.depth][index >> (depth - level.depth)] for level in levels),
            siblings=tuple(layer[(index >> up) ^ 1] for up, layer in enumerate(layers)),
        )
        for index in leaves
    }
