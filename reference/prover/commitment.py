"""Committing to columns, and the values of committed columns at points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reference.prover.field_arrays import Matrix
from reference.prover.kernels import Kernels
from reference.prover.merkle_tree import MerkleTree, build_tree
from spec.field import ZERO, Extension
from spec.protocol.domain import MINIMUM_HEIGHT_LOG2, domain_polynomials_at, maximum_height_log2
from spec.protocol.merkle import MatrixShape
from spec.rejection import Rejected, Rejection


@dataclass(frozen=True)
class CommittedData:
    """Committed columns: the codewords of each matrix, in the order of declaration, and the tree over them."""

    codewords: tuple[Matrix, ...]
    rate_log2: int
    tree: MerkleTree

    @property
    def root(self) -> bytes:
        """The commitment: 32 bytes."""
        return self.tree.root

    @property
    def shapes(self) -> tuple[MatrixShape, ...]:
        """Trace heights and widths of the matrices."""
        return tuple(
            MatrixShape(len(codeword).bit_length() - 1 - self.rate_log2, codeword.shape[1])
            for codeword in self.codewords
        )


def commit_coefficients(kernels: Kernels, matrices: Iterable[Matrix], rate_log2: int) -> CommittedData:
    """Commits to columns given by their coefficients, lowest first: (n, width) each, taken one by one.

    Raises ValueError for a height that is no power of two or has no evaluation domain.
    """
    return _commit(kernels, kernels.evaluate_on_coset, matrices, rate_log2)


def commit(kernels: Kernels, matrices: Iterable[Matrix], rate_log2: int) -> CommittedData:
    """Commits to columns given by their values on the trace domain: (n, width) each, taken one by one.

    Raises ValueError for a height that is no power of two or has no evaluation domain.
    """
    return _commit(kernels, kernels.codewords, matrices, rate_log2)


def _commit(
    kernels: Kernels, encode: Callable[[Matrix, int], Matrix], matrices: Iterable[Matrix], rate_log2: int
) -> CommittedData:
    codewords = tuple(encode(_checked(matrix, rate_log2), rate_log2) for matrix in matrices)
    return CommittedData(codewords, rate_log2, build_tree(kernels, codewords))


def _checked(matrix: Matrix, rate_log2: int) -> Matrix:
    height, width = matrix.shape
    if not 1 << MINIMUM_HEIGHT_LOG2 <= height <= 1 << maximum_height_log2(rate_log2):
        raise ValueError(f"{height} rows: a height is between 2 and 2^{maximum_height_log2(rate_log2)}")
    if width == 0:
        raise ValueError("a committed matrix has at least one column")
    return matrix


def evaluate_at(kernels: Kernels, committed: CommittedData, matrix: int, point: Extension) -> list[Extension]:
    """The value of each column of a committed matrix at a point.

    Raises Rejected for a point in the matrix's domains: no proof can be built on it.
    """
    height_log2 = committed.shapes[matrix].height_log2
    require_outside_domains(point, [height_log2], committed.rate_log2)
    differences = kernels.inverse_differences(point, height_log2)
    return kernels.evaluate_columns(committed.codewords[matrix], committed.rate_log2, point, differences)


def require_outside_domains(point: Extension, heights_log2: Iterable[int], rate_log2: int) -> None:
    """Raises Rejected for a point in a trace domain or an evaluation domain of one of these heights."""
    if ZERO in domain_polynomials_at(point, heights_log2, rate_log2):
        raise Rejected(Rejection.POINT_IN_DOMAIN, f"{point}")
