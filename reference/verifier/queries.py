"""The queries of an opening proof: opened rows are committed ones, and FRI is about their reduced codewords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.algebra import Algebra, Bit, Digest, Element, Numbers, Value
from reference.verifier.claims import CommitmentClaim
from reference.verifier.deep import DeepBatching, reduced_at_query
from reference.verifier.fri import FriLayer, OpenedCoset, check_query
from reference.verifier.merkle import path_root
from spec.field import Extension
from spec.protocol.merkle import MerkleOpening, MerklePath, TreeLevel, expand_opening
from spec.protocol.opening import OpeningProof


@dataclass(frozen=True)
class OpeningStatement(Generic[Value, Digest]):
    """What every query is checked against: fixed before the queries are drawn."""

    claims: Sequence[CommitmentClaim[Value, Digest]]
    levels: Sequence[Sequence[TreeLevel]]
    batching: DeepBatching[Value]
    layers: Sequence[FriLayer[Value, Digest]]
    final_coefficients: Sequence[Value]
    rate_log2: int


@dataclass(frozen=True)
class QueryPaths:
    """The paths of one query: one per commitment, one per FRI layer."""

    commitments: Sequence[MerklePath]
    fri_layers: Sequence[MerklePath]


def opened_trees(
    proof: OpeningProof, statement: OpeningStatement[Value, Digest]
) -> list[tuple[MerkleOpening, Sequence[TreeLevel]]]:
    """The opening of every tree with its levels: commitments first, then FRI layers."""
    return [
        *zip(proof.commitment_openings, statement.levels, strict=True),
        *((layer.opening, [known.level]) for layer, known in zip(proof.fri_layers, statement.layers, strict=True)),
    ]


def check_queries(
    algebra: Numbers,
    statement: OpeningStatement[Extension, bytes],
    proof: OpeningProof,
    indices: Sequence[int],
    domain_log2: int,
) -> None:
    """Checks the queries at these distinct indices, ascending, one by one. Raises Rejected."""
    for index, paths in zip(indices, _expanded(algebra, proof, statement, indices, domain_log2), strict=True):
        bits = algebra.index_bits(index, domain_log2)
        verify_query(algebra, statement, paths, bits, f"query {index}")


def _expanded(
    algebra: Numbers,
    proof: OpeningProof,
    statement: OpeningStatement[Extension, bytes],
    indices: Sequence[int],
    domain_log2: int,
) -> list[QueryPaths]:
    """The paths of each query, from openings in which queries share rows and digests."""
    expanded = []
    for opening, levels in opened_trees(proof, statement):
        shift = domain_log2 - levels[0].depth
        positions = [index >> shift for index in indices]
        paths = expand_opening(opening, levels, positions, algebra.leaf_digest, algebra.compress)
        expanded.append([paths[position] for position in positions])
    commitments = len(statement.levels)
    return [QueryPaths(paths[:commitments], paths[commitments:]) for paths in zip(*expanded, strict=True)]


def verify_query(
    algebra: Algebra[Element, Value, Digest, Bit],
    statement: OpeningStatement[Value, Digest],
    paths: QueryPaths,
    bits: Sequence[Bit],
    where: str,
) -> None:
    """Checks one query: opened rows are committed ones, and FRI is about their reduced codewords."""
    rows = []
    for claim, levels, path in zip(statement.claims, statement.levels, paths.commitments, strict=True):
        opened = [algebra.elements(row) for row in path.rows]
        siblings = algebra.digests(path.siblings)
        root = path_root(algebra, levels, opened, siblings, bits[len(bits) - levels[0].depth :])
        algebra.require_equal(root, claim.root, claim.mismatch, f"{claim.name}, {where}")
        rows.append(opened)
    reduced = reduced_at_query(algebra, statement.batching, rows, bits, statement.rate_log2)
    cosets = [OpenedCoset(algebra.elements(path.rows[0]), algebra.digests(path.siblings)) for path in paths.fri_layers]
    check_query(algebra, reduced, statement.layers, cosets, statement.final_coefficients, bits, where)
