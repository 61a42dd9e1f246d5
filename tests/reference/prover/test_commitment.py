"""Commitments: shapes, roots, values, and what cannot be committed to."""

from __future__ import annotations

import numpy as np
import pytest

from reference.prover.commitment import commit, commit_coefficients, evaluate_at
from reference.prover.field_arrays import Matrix
from reference.prover.plain_kernels import PlainKernels
from spec.field import Extension, P, X, root_of_unity
from spec.protocol.domain import COSET_SHIFT
from spec.protocol.merkle import MatrixShape
from spec.rejection import Rejected, Rejection

KERNELS = PlainKernels()


def random_matrix(height: int, width: int) -> Matrix:
    return np.random.default_rng(height + width).integers(0, P, (height, width), dtype=np.uint64)


def test_commit_and_commit_coefficients_of_the_same_columns_have_one_root() -> None:
    matrices = [random_matrix(4, 2), random_matrix(2, 3)]
    coefficients = [KERNELS.coefficients(matrix) for matrix in matrices]
    by_evaluations, by_coefficients = commit(KERNELS, matrices, 1), commit_coefficients(KERNELS, coefficients, 1)
    assert by_evaluations.root == by_coefficients.root
    assert by_evaluations.shapes == (MatrixShape(2, 2), MatrixShape(1, 3))


def test_root_depends_on_every_cell() -> None:
    matrix = random_matrix(4, 2)
    roots = {commit(KERNELS, [matrix], 1).root}
    for position in range(matrix.size):
        changed = matrix.copy()
        changed.flat[position] = (changed.flat[position] + 1) % P
        roots.add(commit(KERNELS, [changed], 1).root)
    assert len(roots) == 1 + matrix.size


def test_evaluate_at_gives_the_values_of_the_matrixs_columns() -> None:
    coefficients = [random_matrix(4, 2), random_matrix(2, 1)]
    committed = commit_coefficients(KERNELS, coefficients, 1)
    expected = [sum((X**i * int(coefficients[0][i, column]) for i in range(4)), Extension.of(0)) for column in range(2)]
    assert evaluate_at(KERNELS, committed, 0, X) == expected


@pytest.mark.parametrize("point", [1, root_of_unity(2), COSET_SHIFT, COSET_SHIFT * root_of_unity(3)])
def test_evaluate_at_a_point_in_a_domain_is_rejected(point: int) -> None:
    committed = commit(KERNELS, [random_matrix(4, 1)], 1)
    with pytest.raises(Rejected) as rejected:
        evaluate_at(KERNELS, committed, 0, Extension.of(point))
    assert rejected.value.reason is Rejection.POINT_IN_DOMAIN


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 0)])
def test_commit_to_matrix_without_meaning_raises(height: int, width: int) -> None:
    with pytest.raises(ValueError, match=r"1 rows|at least one column"):
        commit(KERNELS, [np.zeros((height, width), dtype=np.uint64)], 1)


def test_commit_to_matrix_without_evaluation_domain_raises() -> None:
    with pytest.raises(ValueError, match=r"between 2 and 2\^0"):
        commit(KERNELS, [np.zeros((2, 1), dtype=np.uint64)], 24)
