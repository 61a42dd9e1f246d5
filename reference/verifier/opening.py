"""Verifying that committed columns have their claimed values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.algebra import Algebra, Bit, Digest, Element, Numbers, Value
from reference.verifier.claims import CommitmentClaim, claimed_values
from reference.verifier.deep import DeepBatching, deep_batching, reduced_at_query
from reference.verifier.fri import FriLayer, OpenedCoset, check_query
from reference.verifier.merkle import path_root
from reference.verifier.opening_form import check_form
from spec.field import ONE, Extension
from spec.parameters import ParameterSet
from spec.protocol.domain import domain_polynomials_at
from spec.protocol.folding import folding_schedule
from spec.protocol.labels import (
    DEEP_BATCHING,
    FRI_FINAL_POLYNOMIAL,
    FRI_FOLDING,
    FRI_LAYER_ROOT,
    OUT_OF_DOMAIN_VALUES,
    QUERIES,
    folding_label,
)
from spec.protocol.merkle import MerklePath, TreeLevel, expand_opening
from spec.protocol.opening import OpeningProof, OpeningShape
from spec.protocol.transcript import Transcript
from spec.rejection import Rejection


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


def verify_openings(
    algebra: Numbers,
    claims: Sequence[CommitmentClaim[Extension, bytes]],
    proof: OpeningProof,
    transcript: Transcript,
    parameters: ParameterSet,
) -> None:
    """Checks that all claimed values are those of committed columns of their degree.

    The caller has observed the roots, and whatever the points depend on. Raises Rejected, and nothing else.
    Errors: deep_batching, fri_folding_<layer> and queries are the keys of their terms.
    """
    shape = check_form(claims, proof, parameters)
    heights = [matrix.shape.height_log2 for claim in claims for matrix in claim.matrices]
    _require_outside_domains(algebra, claims, heights, parameters)
    statement = _commit_phase(claims, proof, shape, heights, transcript, parameters)
    transcript.grind(QUERIES, parameters.grinding_bits(QUERIES), proof.queries_nonce)
    domain_log2 = max(heights) + parameters.rate_log2
    indices = sorted(set(transcript.sample_indices(QUERIES, parameters.queries, domain_log2)))
    for index, paths in zip(indices, _expanded(algebra, proof, statement, indices, domain_log2), strict=True):
        bits = algebra.index_bits(index, domain_log2)
        verify_query(algebra, statement, paths, bits, f"query {index}")


def _require_outside_domains(
    algebra: Numbers,
    claims: Sequence[CommitmentClaim[Extension, bytes]],
    heights: Sequence[int],
    parameters: ParameterSet,
) -> None:
    points = {point for claim in claims for matrix in claim.matrices for point in matrix.points}
    for point in points:
        nonzero = list(domain_polynomials_at(point, heights, parameters.rate_log2))
        algebra.inverses(nonzero, Rejection.POINT_IN_DOMAIN, f"{point}")


def _commit_phase(
    claims: Sequence[CommitmentClaim[Extension, bytes]],
    proof: OpeningProof,
    shape: OpeningShape,
    heights: Sequence[int],
    transcript: Transcript,
    parameters: ParameterSet,
) -> OpeningStatement[Extension, bytes]:
    """Replays the prover's messages up to the final polynomial. The challenges bind all that came before."""
    transcript.observe_extensions(OUT_OF_DOMAIN_VALUES, claimed_values(claims))
    transcript.grind(DEEP_BATCHING, parameters.grinding_bits(DEEP_BATCHING), proof.deep_batching_nonce)
    batching = deep_batching(claims, transcript.sample_extension(DEEP_BATCHING), ONE, parameters.rate_log2)
    layers = []
    schedule = folding_schedule(heights, parameters)
    for number, (arity_log2, level, layer) in enumerate(zip(schedule, shape.fri_layers, proof.fri_layers, strict=True)):
        label = folding_label(number)
        transcript.observe(FRI_LAYER_ROOT, layer.root)
        transcript.grind(label, parameters.grinding_bits(FRI_FOLDING), layer.nonce)
        layers.append(FriLayer(arity_log2, level, layer.root, transcript.sample_extension(label)))
    transcript.observe_extensions(FRI_FINAL_POLYNOMIAL, proof.final_coefficients)
    return OpeningStatement(claims, shape.commitments, batching, layers, proof.final_coefficients, parameters.rate_log2)


def _expanded(
    algebra: Numbers,
    proof: OpeningProof,
    statement: OpeningStatement[Extension, bytes],
    indices: Sequence[int],
    domain_log2: int,
) -> list[QueryPaths]:
    """The paths of each query, from openings in which queries share rows and digests."""
    openings = [
        *zip(proof.commitment_openings, statement.levels, strict=True),
        *((layer.opening, [known.level]) for layer, known in zip(proof.fri_layers, statement.layers, strict=True)),
    ]
    expanded = []
    for opening, levels in openings:
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
