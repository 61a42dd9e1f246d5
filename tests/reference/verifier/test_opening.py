"""Openings from commitment to verdict: honest ones are accepted, each way of lying has its rejection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.prover.commitment import commit
from reference.prover.extension_arrays import ExtensionArray, from_elements
from reference.prover.field_arrays import Matrix, add
from reference.prover.opening import OpeningRequest, open_commitments
from reference.prover.plain_kernels import PlainKernels
from reference.prover.reduction import OpenedColumns
from reference.verifier.claims import MatrixClaim
from spec.field import ONE, Extension, P, X, root_of_unity
from spec.parameters import TINY, ParameterSet
from spec.protocol.domain import COSET_SHIFT
from spec.protocol.merkle import MatrixShape, MerkleOpening
from spec.protocol.opening import FriLayerProof, OpeningProof
from spec.protocol.transcript import Transcript
from spec.rejection import Rejected, Rejection
from tests.reference.opening_example import (
    EXHAUSTIVE,
    HONEST,
    MIXED,
    Claims,
    Example,
    Shapes,
    make_example,
    random_matrices,
    rejection_of,
    start_transcript,
    verify,
    verify_after,
)


@cache
def exhaustive_example() -> Example:
    """Its queries cover the domain, so a change of the transcript leaves the opened positions as they are."""
    return make_example(MIXED, EXHAUSTIVE)


@pytest.mark.parametrize(
    "parameters",
    [
        TINY,
        EXHAUSTIVE,
        replace(TINY, rate_log2=3),
        replace(TINY, folding_arity_log2=1, final_degree_log2=0),
        replace(TINY, folding_arity_log2=3, final_degree_log2=8),
        replace(TINY, grinding={"deep_batching": 3, "fri_folding": 2, "queries": 4}),
    ],
)
@pytest.mark.parametrize("shapes", [MIXED, [[(1, 1)]], [[(1, 2)], [(1, 1)]], [[(6, 1)]], [[(5, 1), (1, 1)]]])
def test_honest_opening_is_accepted(shapes: Shapes, parameters: ParameterSet) -> None:
    verify(make_example(shapes, parameters))


@given(
    st.lists(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 3)), min_size=1, max_size=3), min_size=1, max_size=3)
)
@settings(max_examples=25, deadline=None)
def test_honest_opening_of_any_shapes_is_accepted(shapes: Shapes) -> None:
    verify(make_example(shapes, TINY))


def test_claimed_values_are_those_of_the_committed_polynomials() -> None:
    example = make_example([[(2, 1)]], TINY)
    coefficients = HONEST.coefficients(random_matrices([(2, 1)], 0)[0])[:, 0].tolist()
    for point, values in zip(example.claims[0].matrices[0].points, example.claims[0].matrices[0].values, strict=True):
        expected = sum((point**i * coefficient for i, coefficient in enumerate(coefficients)), Extension.of(0))
        assert list(values) == [expected]


def test_sampled_labels_are_batching_one_per_layer_and_queries() -> None:
    transcript = verify(make_example([[(6, 1)]], TINY))
    assert transcript.sampled_labels == ["out_of_domain", "deep_batching", "fri_folding_0", "fri_folding_1", "queries"]


def test_proving_twice_gives_the_same_proof() -> None:
    assert make_example(MIXED, TINY) == make_example(MIXED, TINY)


# Lying provers: they follow the protocol with one step replaced, so that exactly one check can notice.


class ValueLiar(PlainKernels):
    """Claims values that are one too large."""

    def evaluate_columns(
        self, codewords: Matrix, rate_log2: int, point: Extension, inverse_differences: ExtensionArray
    ) -> list[Extension]:
        return [value + 1 for value in super().evaluate_columns(codewords, rate_log2, point, inverse_differences)]


class DegreeLiar(PlainKernels):
    """Commits to words that are not of low degree: one position of every codeword is changed."""

    def evaluate_on_coset(self, coefficients: Matrix, rate_log2: int) -> Matrix:
        codewords = super().evaluate_on_coset(coefficients, rate_log2)
        codewords[0] = (codewords[0] + 1) % P
        return codewords


class CombinationLiar(PlainKernels):
    """Runs FRI on another word than that of the opened rows."""

    def reduced_codeword(self, openings: Sequence[OpenedColumns]) -> ExtensionArray:
        first = replace(openings[0], weights=[add(of, from_elements([ONE])) for of in openings[0].weights])
        return super().reduced_codeword([first, *openings[1:]])


class FoldingLiar(PlainKernels):
    """Folds with another challenge."""

    def fold(self, codeword: ExtensionArray, arity_log2: int, challenge: Extension) -> ExtensionArray:
        return super().fold(codeword, arity_log2, challenge + 1)


class InterpolationLiar(PlainKernels):
    """Sends another final polynomial."""

    def interpolate(self, codeword: ExtensionArray) -> ExtensionArray:
        return (super().interpolate(codeword) + 1) % P


@pytest.mark.parametrize(
    ("liar", "reason"),
    [
        (ValueLiar(), Rejection.FRI_FINAL_POLYNOMIAL_MISMATCH),
        (DegreeLiar(), Rejection.FRI_FINAL_POLYNOMIAL_MISMATCH),
        (CombinationLiar(), Rejection.FRI_REDUCED_CODEWORD_MISMATCH),
        (FoldingLiar(), Rejection.FRI_FOLDING_MISMATCH),
        (InterpolationLiar(), Rejection.FRI_FINAL_POLYNOMIAL_MISMATCH),
    ],
)
def test_opening_by_lying_prover_is_rejected(liar: PlainKernels, reason: Rejection) -> None:
    assert rejection_of(make_example(MIXED, EXHAUSTIVE, liar)).reason is reason


@pytest.mark.parametrize("height_log2", [1, 2, 3, 4])
def test_word_of_too_high_degree_at_any_height_is_rejected(height_log2: int) -> None:
    class OneHeightLiar(PlainKernels):
        def evaluate_on_coset(self, coefficients: Matrix, rate_log2: int) -> Matrix:
            if len(coefficients) != 1 << height_log2:
                return super().evaluate_on_coset(coefficients, rate_log2)
            return super().evaluate_on_coset(np.concatenate([coefficients, coefficients]), rate_log2 - 1)

    reason = rejection_of(make_example(MIXED, EXHAUSTIVE, OneHeightLiar())).reason
    assert reason is Rejection.FRI_FINAL_POLYNOMIAL_MISMATCH


# Changed proofs and claims.


def with_value(claims: Claims, commitment: int, matrix: int, point: int, value: Extension) -> Claims:
    """The claims with the first column's value at one point replaced."""
    claim = claims[commitment]
    matrices, values = list(claim.matrices), list(claim.matrices[matrix].values)
    values[point] = [value, *values[point][1:]]
    matrices[matrix] = replace(matrices[matrix], values=values)
    return (*claims[:commitment], replace(claim, matrices=matrices), *claims[commitment + 1 :])


@pytest.mark.parametrize(("commitment", "matrix", "point"), [(0, 0, 0), (0, 1, 0), (0, 2, 1), (1, 0, 0), (1, 1, 1)])
def test_changed_value_is_rejected(commitment: int, matrix: int, point: int) -> None:
    example = exhaustive_example()
    value = example.claims[commitment].matrices[matrix].values[point][0]
    changed = replace(example, claims=with_value(example.claims, commitment, matrix, point, value + X))
    assert rejection_of(changed).reason is Rejection.FRI_REDUCED_CODEWORD_MISMATCH


def changed_row(opening: MerkleOpening, level: int, number: int) -> MerkleOpening:
    row = opening.rows[level][number]
    rows = list(opening.rows[level])
    rows[number] = ((row[0] + 1) % P, *row[1:])
    return replace(opening, rows=(*opening.rows[:level], tuple(rows), *opening.rows[level + 1 :]))


@pytest.mark.parametrize("commitment", [0, 1])
@pytest.mark.parametrize("level", [0, 1])
def test_changed_row_is_rejected(commitment: int, level: int) -> None:
    example = make_example(MIXED, TINY)
    openings = list(example.proof.commitment_openings)
    openings[commitment] = changed_row(openings[commitment], level, 0)
    rejected = rejection_of(replace(example, proof=replace(example.proof, commitment_openings=tuple(openings))))
    assert rejected.reason is Rejection.COMMITMENT_ROOT_MISMATCH
    assert rejected.detail.startswith(f"commitment {commitment}, query ")


def test_changed_sibling_is_rejected() -> None:
    example = make_example(MIXED, TINY)
    opening = example.proof.commitment_openings[0]
    changed = replace(opening, siblings=(bytes(32), *opening.siblings[1:]))
    openings = (changed, *example.proof.commitment_openings[1:])
    rejected = rejection_of(replace(example, proof=replace(example.proof, commitment_openings=openings)))
    assert rejected.reason is Rejection.COMMITMENT_ROOT_MISMATCH


def test_mismatch_of_a_commitment_is_rejected_for_the_reason_it_names() -> None:
    example = exhaustive_example()
    claims = (replace(example.claims[0], mismatch=Rejection.FRI_LAYER_COUNT), *example.claims[1:])
    proof = example.proof
    opening = changed_row(proof.commitment_openings[0], 0, 0)
    changed = replace(proof, commitment_openings=(opening, *proof.commitment_openings[1:]))
    assert rejection_of(replace(example, claims=claims, proof=changed)).reason is Rejection.FRI_LAYER_COUNT


def test_changed_root_is_rejected() -> None:
    example = exhaustive_example()
    claims = (replace(example.claims[0], root=bytes(32)), *example.claims[1:])
    transcript, _ = start_transcript([claim.root for claim in example.claims])
    with pytest.raises(Rejected) as rejected:
        verify_after(transcript, replace(example, claims=claims))
    assert rejected.value.reason is Rejection.COMMITMENT_ROOT_MISMATCH


def with_layer(proof: OpeningProof, number: int, change: Callable[[FriLayerProof], FriLayerProof]) -> OpeningProof:
    layers = list(proof.fri_layers)
    layers[number] = change(layers[number])
    return replace(proof, fri_layers=tuple(layers))


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize(
    "change",
    [
        lambda layer: replace(layer, root=bytes(32)),
        lambda layer: replace(layer, opening=changed_row(layer.opening, 0, 0)),
    ],
)
def test_changed_layer_is_rejected(layer: int, change: Callable[[FriLayerProof], FriLayerProof]) -> None:
    example = exhaustive_example()
    changed = replace(example, proof=with_layer(example.proof, layer, change))
    # A changed root also changes the challenges of its layer and later ones, but its own check comes first.
    assert rejection_of(changed).reason is Rejection.FRI_LAYER_ROOT_MISMATCH


def test_changed_final_polynomial_is_rejected() -> None:
    example = exhaustive_example()
    first, *rest = example.proof.final_coefficients
    changed = replace(example.proof, final_coefficients=(first + 1, *rest))
    assert rejection_of(replace(example, proof=changed)).reason is Rejection.FRI_FINAL_POLYNOMIAL_MISMATCH


@pytest.mark.parametrize(
    ("round_name", "change"),
    [
        ("deep_batching", lambda proof: replace(proof, deep_batching_nonce=proof.deep_batching_nonce + 1)),
        ("fri_folding", lambda proof: with_layer(proof, 1, lambda layer: replace(layer, nonce=layer.nonce + 1))),
        ("queries", lambda proof: replace(proof, queries_nonce=proof.queries_nonce + 1)),
    ],
)
def test_nonce_without_proof_of_work_is_rejected(
    round_name: str, change: Callable[[OpeningProof], OpeningProof]
) -> None:
    # Only one round asks for proof of work, so that no later round can be the one that refuses.
    example = make_example(MIXED, replace(TINY, grinding={round_name: 8}))
    rejected = rejection_of(replace(example, proof=change(example.proof)))
    assert rejected.reason is Rejection.GRINDING_INSUFFICIENT
    assert f" of {round_name}" in rejected.detail


def test_nonce_where_no_proof_of_work_is_asked_is_rejected() -> None:
    example = exhaustive_example()
    rejected = rejection_of(replace(example, proof=replace(example.proof, queries_nonce=1)))
    assert rejected.reason is Rejection.GRINDING_NONCE_NOT_ZERO


def test_proof_under_another_transcript_is_rejected() -> None:
    example = make_example(MIXED, TINY)
    transcript, _ = start_transcript([claim.root for claim in example.claims])
    transcript.observe("more", b"")
    with pytest.raises(Rejected):
        verify_after(transcript, example)


def test_claims_with_columns_moved_between_matrices_of_one_height_are_rejected() -> None:
    example = make_example([[(3, 1), (3, 3)]], EXHAUSTIVE)
    (claim,) = example.claims
    narrow, wide = claim.matrices
    moved = [
        MatrixClaim(MatrixShape(3, 3), wide.points, wide.values),
        MatrixClaim(MatrixShape(3, 1), narrow.points, narrow.values),
    ]
    changed = replace(example, claims=(replace(claim, matrices=moved),))
    assert rejection_of(changed).reason is Rejection.FRI_REDUCED_CODEWORD_MISMATCH


# Points in domains.

IN_DOMAINS = [1, root_of_unity(3), COSET_SHIFT, COSET_SHIFT * root_of_unity(4) % P]


@pytest.mark.parametrize("number", IN_DOMAINS)
def test_verifying_with_point_in_a_domain_is_rejected(number: int) -> None:
    example = exhaustive_example()
    # The point is used for height 2 only, but it lies in a domain of another matrix.
    claim = example.claims[0]
    matrices = list(claim.matrices)
    matrices[1] = replace(matrices[1], points=[Extension.of(number)])
    changed = replace(example, claims=(replace(claim, matrices=matrices), *example.claims[1:]))
    assert rejection_of(changed).reason is Rejection.POINT_IN_DOMAIN


@pytest.mark.parametrize("number", IN_DOMAINS)
def test_proving_with_point_in_a_domain_is_rejected(number: int) -> None:
    committed = commit(HONEST, random_matrices([(3, 1), (1, 1)], 0), 1)
    request = OpeningRequest(committed, [[X], [Extension.of(number)]])
    with pytest.raises(Rejected) as rejected:
        open_commitments(HONEST, [request], Transcript("test"), TINY)
    assert rejected.value.reason is Rejection.POINT_IN_DOMAIN


def test_proving_with_other_rate_or_without_points_raises() -> None:
    committed = commit(HONEST, random_matrices([(3, 1)], 0), 2)
    with pytest.raises(ValueError, match=r"rate 2\^-2"):
        open_commitments(HONEST, [OpeningRequest(committed, [[X]])], Transcript("test"), TINY)
    with pytest.raises(ValueError, match="one point at least"):
        open_commitments(HONEST, [OpeningRequest(committed, [[]])], Transcript("test"), replace(TINY, rate_log2=2))


def test_rows_of_another_commitment_with_the_same_shapes_are_rejected() -> None:
    example, other = make_example(MIXED, EXHAUSTIVE), make_example(MIXED, EXHAUSTIVE, seed=7)
    changed = replace(example.proof, commitment_openings=other.proof.commitment_openings)
    assert rejection_of(replace(example, proof=changed)).reason is Rejection.COMMITMENT_ROOT_MISMATCH
