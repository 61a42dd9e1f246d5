"""What an opening proof is about: commitments, and the values that their columns are claimed to have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.algebra import Digest, Value
from spec.protocol.merkle import MatrixShape
from spec.rejection import Rejection


@dataclass(frozen=True)
class MatrixClaim(Generic[Value]):
    """A committed matrix: `values[p][c]` is the claimed value of column c at `points[p]`."""

    shape: MatrixShape
    points: Sequence[Value]
    values: Sequence[Sequence[Value]]


@dataclass(frozen=True)
class CommitmentClaim(Generic[Value, Digest]):
    """A commitment to matrices, in the order of declaration.

    `name` appears in the detail of a rejection; `mismatch` is the reason for rows that do not belong to it.
    """

    name: str
    root: Digest
    matrices: Sequence[MatrixClaim[Value]]
    mismatch: Rejection = Rejection.COMMITMENT_ROOT_MISMATCH


def claimed_values(claims: Sequence[CommitmentClaim[Value, Digest]]) -> Iterator[Value]:
    """All claimed values in canonical order: commitment, matrix, point, column."""
    for claim in claims:
        for matrix in claim.matrices:
            for values in matrix.values:
                yield from values
