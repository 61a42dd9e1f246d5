"""The heavy steps of verifying, so that a faster verifier swaps them and shares everything else.

Whatever implements them accepts exactly what the plain ones accept. Where they refuse, only the plain ones say why:
they meet the faults of a proof in the order that decides the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reference.verifier.algebra import Numbers
from reference.verifier.opening_form import check_rows
from reference.verifier.queries import OpeningStatement, check_queries
from spec.field import Extension
from spec.protocol.encoding import Reader
from spec.protocol.merkle import TreeLevel
from spec.protocol.opening import OpeningProof


class VerifierKernels(Protocol):
    """What takes nearly all of a verification's time."""

    def reader(self, encoded: bytes) -> Reader:
        """A reader of a proof's bytes, whose rows `check_rows` and `check_queries` take."""
        ...

    def check_rows(self, rows: Sequence[Sequence[int]], level: TreeLevel, where: str) -> None:
        """Every row has the level's width and elements in [0, p). Raises Rejected."""
        ...

    def check_queries(
        self,
        algebra: Numbers,
        statement: OpeningStatement[Extension, bytes],
        proof: OpeningProof,
        indices: Sequence[int],
        domain_log2: int,
    ) -> None:
        """Checks the queries at these distinct indices, ascending. Raises Rejected.

        `algebra` is the one that the rest of the opening is verified with.
        """
        ...


class PlainKernels:
    """Plain Python, one row and one query after the other."""

    def reader(self, encoded: bytes) -> Reader:
        return Reader(encoded)

    def check_rows(self, rows: Sequence[Sequence[int]], level: TreeLevel, where: str) -> None:
        check_rows(rows, level, where)

    def check_queries(
        self,
        algebra: Numbers,
        statement: OpeningStatement[Extension, bytes],
        proof: OpeningProof,
        indices: Sequence[int],
        domain_log2: int,
    ) -> None:
        check_queries(algebra, statement, proof, indices, domain_log2)


PLAIN_KERNELS = PlainKernels()
