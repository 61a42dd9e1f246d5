"""The form of claims and opening proofs: every deviation has its rejection, before anything is hashed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from reference.verifier.claims import CommitmentClaim
from reference.verifier.opening_form import check_form
from spec.field import Extension, P
from spec.parameters import TINY
from spec.protocol.merkle import MatrixShape, MerkleOpening
from spec.protocol.opening import OpeningProof
from spec.rejection import Rejected, Rejection
from tests.reference.opening_example import MIXED, Claims, Example, make_example

ZERO_DIGEST = bytes(32)


@cache
def honest_example() -> Example:
    return make_example(MIXED, TINY)


def with_claim(change: Callable[[CommitmentClaim[Extension, bytes]], CommitmentClaim[Extension, bytes]]) -> Claims:
    claims = honest_example().claims
    return (change(claims[0]), *claims[1:])


def with_first_matrix(**changes: object) -> Claims:
    def change(claim: CommitmentClaim[Extension, bytes]) -> CommitmentClaim[Extension, bytes]:
        return replace(claim, matrices=[replace(claim.matrices[0], **changes), *claim.matrices[1:]])  # type: ignore[arg-type]

    return with_claim(change)


def with_opening(change: Callable[[MerkleOpening], MerkleOpening]) -> OpeningProof:
    proof = honest_example().proof
    return replace(proof, commitment_openings=(change(proof.commitment_openings[0]), *proof.commitment_openings[1:]))


def with_layer(**changes: object) -> OpeningProof:
    proof = honest_example().proof
    layer = replace(proof.fri_layers[0], **changes)  # type: ignore[arg-type]
    return replace(proof, fri_layers=(layer, *proof.fri_layers[1:]))


def with_rows(rows: Callable[[tuple[tuple[int, ...], ...]], tuple[tuple[int, ...], ...]]) -> OpeningProof:
    return with_opening(lambda opening: replace(opening, rows=(rows(opening.rows[0]), *opening.rows[1:])))


def reason_for(claims: Claims, proof: OpeningProof) -> Rejection:
    with pytest.raises(Rejected) as rejected:
        check_form(claims, proof, TINY)
    return rejected.value.reason


def test_honest_form_is_accepted() -> None:
    example = honest_example()
    shape = check_form(example.claims, example.proof, TINY)
    assert len(shape.fri_layers) == len(example.proof.fri_layers)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        (lambda: (), Rejection.OPENING_COMMITMENT_COUNT),
        (lambda: honest_example().claims[:1], Rejection.OPENING_COMMITMENT_COUNT),
        (lambda: with_claim(lambda claim: replace(claim, matrices=[])), Rejection.OPENING_MATRIX_SHAPE),
        (lambda: with_first_matrix(shape=MatrixShape(0, 2)), Rejection.OPENING_MATRIX_SHAPE),
        (lambda: with_first_matrix(shape=MatrixShape(24, 2)), Rejection.OPENING_MATRIX_SHAPE),
        (lambda: with_first_matrix(shape=MatrixShape(3, 0)), Rejection.OPENING_MATRIX_SHAPE),
        (lambda: with_first_matrix(points=[], values=[]), Rejection.OPENING_VALUE_COUNT),
        (lambda: with_first_matrix(values=[]), Rejection.OPENING_VALUE_COUNT),
        (lambda: with_first_matrix(shape=MatrixShape(3, 3)), Rejection.OPENING_VALUE_COUNT),
        (
            lambda: with_first_matrix(values=[[Extension((P, 0, 0, 0, 0, 0))] * 2] * 2),
            Rejection.OPENING_ELEMENT_NOT_CANONICAL,
        ),
        (lambda: with_claim(lambda claim: replace(claim, root=bytes(31))), Rejection.OPENING_DIGEST_SIZE),
        (lambda: with_first_matrix(shape=MatrixShape(6, 2)), Rejection.FRI_LAYER_COUNT),
    ],
)
def test_claim_of_wrong_form_is_rejected(claims: Callable[[], Claims], reason: Rejection) -> None:
    assert reason_for(claims(), honest_example().proof) is reason


@pytest.mark.parametrize(
    ("proof", "reason"),
    [
        (
            lambda: replace(honest_example().proof, commitment_openings=honest_example().proof.commitment_openings[:1]),
            Rejection.OPENING_COMMITMENT_COUNT,
        ),
        (lambda: replace(honest_example().proof, fri_layers=()), Rejection.FRI_LAYER_COUNT),
        (lambda: replace(honest_example().proof, final_coefficients=()), Rejection.FRI_FINAL_POLYNOMIAL_LENGTH),
        (
            lambda: replace(honest_example().proof, final_coefficients=(Extension((0, 0, 0, 0, 0, P)),) * 2),
            Rejection.OPENING_ELEMENT_NOT_CANONICAL,
        ),
        (lambda: replace(honest_example().proof, deep_batching_nonce=-1), Rejection.OPENING_NONCE_OUT_OF_RANGE),
        (lambda: replace(honest_example().proof, queries_nonce=2**64), Rejection.OPENING_NONCE_OUT_OF_RANGE),
        (lambda: with_layer(nonce=2**64), Rejection.OPENING_NONCE_OUT_OF_RANGE),
        (lambda: with_layer(root=bytes(33)), Rejection.OPENING_DIGEST_SIZE),
        (lambda: with_layer(opening=MerkleOpening((), ())), Rejection.OPENING_ROW_COUNT),
        (lambda: with_opening(lambda opening: replace(opening, rows=opening.rows[:1])), Rejection.OPENING_ROW_COUNT),
        (lambda: with_rows(lambda rows: ()), Rejection.OPENING_ROW_COUNT),
        (lambda: with_rows(lambda rows: rows[:1] * 5), Rejection.OPENING_ROW_COUNT),
        (lambda: with_rows(lambda rows: (rows[0][1:], *rows[1:])), Rejection.OPENING_ROW_WIDTH),
        (lambda: with_rows(lambda rows: ((P, *rows[0][1:]),)), Rejection.OPENING_ELEMENT_NOT_CANONICAL),
        (lambda: with_rows(lambda rows: ((-1, *rows[0][1:]),)), Rejection.OPENING_ELEMENT_NOT_CANONICAL),
        (
            lambda: with_opening(lambda opening: replace(opening, siblings=(ZERO_DIGEST,) * 21)),
            Rejection.OPENING_SIBLING_COUNT,
        ),
        (
            lambda: with_opening(lambda opening: replace(opening, siblings=(bytes(33),))),
            Rejection.OPENING_DIGEST_SIZE,
        ),
    ],
)
def test_proof_of_wrong_form_is_rejected(proof: Callable[[], OpeningProof], reason: Rejection) -> None:
    assert reason_for(honest_example().claims, proof()) is reason


def test_claimed_height_of_another_matrix_is_rejected() -> None:
    # Same tallest height, same layers: only the width of the tree's levels tells.
    claims = with_claim(
        lambda claim: replace(
            claim,
            matrices=[
                replace(matrix, shape=replace(matrix.shape, height_log2={3: 1, 1: 3, 4: 4}[matrix.shape.height_log2]))
                for matrix in claim.matrices
            ],
        )
    )
    assert reason_for(claims, honest_example().proof) is Rejection.OPENING_ROW_WIDTH
