"""Verifying that committed columns have their claimed values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import mul

from reference.verifier.algebra import Numbers
from reference.verifier.claims import CommitmentClaim, claimed_values
from reference.verifier.deep import deep_batching
from reference.verifier.fri import FriLayer
from reference.verifier.kernels import PLAIN_KERNELS, VerifierKernels
from reference.verifier.opening_form import check_form
from reference.verifier.queries import OpeningStatement
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
from spec.protocol.opening import OpeningProof, OpeningShape
from spec.protocol.transcript import Transcript
from spec.rejection import Rejection


def verify_openings(
    algebra: Numbers,
    claims: Sequence[CommitmentClaim[Extension, bytes]],
    proof: OpeningProof,
    transcript: Transcript,
    parameters: ParameterSet,
    kernels: VerifierKernels = PLAIN_KERNELS,
) -> None:
    """Checks that all claimed values are those of committed columns of their degree.

    The caller has observed the roots, and whatever the points depend on. Raises Rejected, and nothing else.
    Errors: deep_batching, fri_folding_<layer> and queries are the keys of their terms.
    """
    shape = check_form(claims, proof, parameters, kernels.check_rows)
    heights = [matrix.shape.height_log2 for claim in claims for matrix in claim.matrices]
    _require_outside_domains(algebra, claims, heights, parameters)
    statement = _commit_phase(claims, proof, shape, heights, transcript, parameters)
    transcript.grind(QUERIES, parameters.grinding_bits(QUERIES), proof.queries_nonce)
    domain_log2 = max(heights) + parameters.rate_log2
    indices = sorted(set(transcript.sample_indices(QUERIES, parameters.queries, domain_log2)))
    kernels.check_queries(algebra, statement, proof, indices, domain_log2)


def _require_outside_domains(
    algebra: Numbers,
    claims: Sequence[CommitmentClaim[Extension, bytes]],
    heights: Sequence[int],
    parameters: ParameterSet,
) -> None:
    points = {point for claim in claims for matrix in claim.matrices for point in matrix.points}
    for point in points:
        # A product vanishes exactly where one of its factors does, and costs one inversion.
        product = reduce(mul, domain_polynomials_at(point, heights, parameters.rate_log2))
        algebra.inverses([product], Rejection.POINT_IN_DOMAIN, f"{point}")


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
