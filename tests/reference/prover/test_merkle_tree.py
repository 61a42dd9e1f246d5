"""Trees over mixed heights against a tree written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reference.prover.field_arrays import Matrix
from reference.prover.merkle_tree import build_tree
from reference.prover.plain_kernels import PlainKernels
from spec.field import P
from spec.protocol.hash import compress, leaf_digest
from spec.protocol.merkle import MatrixShape, expand_opening, tree_levels

KERNELS = PlainKernels()


def random_matrix(height: int, width: int) -> Matrix:
    return np.random.default_rng(height * width).integers(0, P, (height, width), dtype=np.uint64)


def test_root_of_mixed_heights_is_the_root_computed_by_hand() -> None:
    tall, low, tall_too = random_matrix(4, 2), random_matrix(2, 3), random_matrix(4, 1)
    rows = np.concatenate([tall, tall_too], axis=1).tolist()
    leaves = [leaf_digest(row) for row in rows]
    nodes = [compress(compress(leaves[2 * i], leaves[2 * i + 1]), leaf_digest(low.tolist()[i])) for i in range(2)]
    assert build_tree(KERNELS, [tall, low, tall_too]).root == compress(*nodes)


def test_root_of_a_single_row_is_its_leaf_digest() -> None:
    row = random_matrix(1, 4)
    assert build_tree(KERNELS, [row]).root == leaf_digest(row[0].tolist())


@pytest.mark.parametrize("indices", [[0], [5, 4], [15, 2, 2, 9], list(range(16))])
def test_opening_expands_to_paths_with_the_opened_rows_and_stored_digests(indices: list[int]) -> None:
    matrices = [random_matrix(4, 3), random_matrix(16, 2), random_matrix(16, 1)]
    tree = build_tree(KERNELS, matrices)
    levels = tree_levels([MatrixShape(2, 3), MatrixShape(4, 2), MatrixShape(4, 1)], 0)
    paths = expand_opening(tree.open(indices), levels, indices, leaf_digest, compress)
    assert set(paths) == set(indices)
    for index, path in paths.items():
        assert path.rows == (
            (*matrices[1][index].tolist(), *matrices[2][index].tolist()),
            tuple(matrices[0][index >> 2].tolist()),
        )
        expected = [tree.layers[up][(index >> up) ^ 1].astype(">u4").tobytes() for up in range(4)]
        assert list(path.siblings) == expected


@pytest.mark.parametrize("height", [0, 3])
def test_tree_over_height_that_is_no_power_of_two_raises(height: int) -> None:
    with pytest.raises(ValueError, match=f"{height} rows"):
        build_tree(KERNELS, [np.zeros((height, 1), dtype=np.uint64)])


def test_tree_over_nothing_raises() -> None:
    with pytest.raises(ValueError, match="at least one matrix"):
        build_tree(KERNELS, [])
