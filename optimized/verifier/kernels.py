"""The verifier's heavy steps on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from optimized.lanes.vectors import LANES
from optimized.verifier import paths
from optimized.verifier.query_algebra import Digests, QueryAlgebra
from optimized.verifier.reader import ArrayReader
from optimized.verifier.refusal import UnexplainedRejected, unexplained
from optimized.verifier.values import Values
from optimized.words import Words
from reference.verifier.algebra import Numbers
from reference.verifier.claims import CommitmentClaim
from reference.verifier.deep import DeepBatching, MatrixTerm, PointTerm, Pole
from reference.verifier.fri import FriLayer
from reference.verifier.queries import OpeningStatement, QueryPaths, opened_trees, verify_query
from spec.field import Extension, P
from spec.protocol.canonical import Reader
from spec.protocol.merkle import TreeLevel
from spec.protocol.opening import OpeningProof
from spec.rejection import Rejection


class OptimizedVerifierKernels:
    """The optimised implementation of `VerifierKernels`."""

    def reader(self, encoded: bytes) -> Reader:
        return ArrayReader(encoded)

    def check_rows(self, rows: Sequence[Sequence[int]], level: TreeLevel, where: str) -> None:
        words = cast(Words, rows)
        if words.shape[1] != level.width:
            raise UnexplainedRejected(Rejection.OPENING_ROW_WIDTH, where)
        if int(words.max()) >= P:
            raise UnexplainedRejected(Rejection.OPENING_ELEMENT_NOT_CANONICAL, where)

    def check_queries(
        self,
        algebra: Numbers,
        statement: OpeningStatement[Extension, bytes],
        proof: OpeningProof,
        indices: Sequence[int],
        domain_log2: int,
    ) -> None:
        del algebra
        # The last query stands for those that fill up the lanes.
        filled = np.array([*indices, *[indices[-1]] * (-len(indices) % LANES)], dtype=np.int64)
        with unexplained():
            expanded = paths.QueryPaths(filled, domain_log2)
            of_trees = [expanded.of_tree(opening, levels) for opening, levels in opened_trees(proof, statement)]
            commitments = len(statement.levels)
            of_queries = QueryAlgebra(len(filled))
            verify_query(
                of_queries,
                _lifted(statement),
                QueryPaths(of_trees[:commitments], of_trees[commitments:]),
                of_queries.index_bits(filled, domain_log2),
                "a query",
            )


def _digests(digest: bytes) -> Digests:
    return np.frombuffer(digest, dtype=paths.DIGEST_WORD).astype(np.uint32)[None]


def _lifted(statement: OpeningStatement[Extension, bytes]) -> OpeningStatement[Values, Digests]:
    """The statement with the same value for every query. Claimed values are left out: the batching holds them."""
    lifted = Values.uniform
    batching = statement.batching
    return OpeningStatement(
        claims=[CommitmentClaim(claim.name, _digests(claim.root), [], claim.mismatch) for claim in statement.claims],
        levels=statement.levels,
        batching=DeepBatching(
            powers=[lifted(power) for power in batching.powers],
            poles=[Pole(pole.height_log2, lifted(pole.point)) for pole in batching.poles],
            matrices=[
                MatrixTerm(
                    matrix.commitment,
                    matrix.level,
                    matrix.start,
                    matrix.width,
                    tuple(PointTerm(t.pole, lifted(t.power), lifted(t.combined_value)) for t in matrix.points),
                )
                for matrix in batching.matrices
            ],
        ),
        layers=[
            FriLayer(layer.arity_log2, layer.level, _digests(layer.root), lifted(layer.challenge))
            for layer in statement.layers
        ],
        final_coefficients=[lifted(coefficient) for coefficient in statement.final_coefficients],
        rate_log2=statement.rate_log2,
    )
