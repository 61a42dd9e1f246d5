"""The form of an opening proof, checked in full before anything is hashed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reference.verifier.claims import CommitmentClaim
from spec.field import Extension, P
from spec.parameters import ParameterSet
from spec.protocol.domain import MINIMUM_HEIGHT_LOG2, maximum_height_log2
from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.merkle import MerkleOpening, TreeLevel
from spec.protocol.opening import (
    OpeningProof,
    OpeningShape,
    opening_shape,
    row_count_maximum,
    sibling_count_maximum,
)
from spec.protocol.transcript import NONCE_BYTES
from spec.rejection import Rejected, Rejection

RowsCheck = Callable[[Sequence[Sequence[int]], TreeLevel, str], None]
"""Raises Rejected unless every row has the level's width and elements in [0, p)."""


def check_rows(rows: Sequence[Sequence[int]], level: TreeLevel, where: str) -> None:
    """Checks one row after the other, as `RowsCheck` says."""
    for row in rows:
        if len(row) != level.width:
            raise Rejected(
                Rejection.OPENING_ROW_WIDTH,
                f"{where} has a row of {len(row)} elements at depth {level.depth}, expected {level.width}",
            )
        _check_canonical(row, f"a row of {where} at depth {level.depth}")


def check_form(
    claims: Sequence[CommitmentClaim[Extension, bytes]],
    proof: OpeningProof,
    parameters: ParameterSet,
    rows_check: RowsCheck = check_rows,
) -> OpeningShape:
    """The shape that the claims demand. Raises Rejected where the claims or the proof do not have it.

    The exact numbers of rows and siblings depend on the queries, so here they are only bounded.
    """
    _check_claims(claims, parameters)
    shape = opening_shape([[matrix.shape for matrix in claim.matrices] for claim in claims], parameters)
    _check_nonces(proof)
    if len(proof.commitment_openings) != len(claims):
        raise Rejected(
            Rejection.OPENING_COMMITMENT_COUNT,
            f"{len(proof.commitment_openings)} openings for {len(claims)} commitments",
        )
    if len(proof.fri_layers) != len(shape.fri_layers):
        raise Rejected(Rejection.FRI_LAYER_COUNT, f"{len(proof.fri_layers)} layers, expected {len(shape.fri_layers)}")
    if len(proof.final_coefficients) != shape.final_length:
        raise Rejected(
            Rejection.FRI_FINAL_POLYNOMIAL_LENGTH,
            f"{len(proof.final_coefficients)} coefficients, expected {shape.final_length}",
        )
    for element in proof.final_coefficients:
        _check_canonical(element.coefficients, "the final polynomial")
    for claim, opening, levels in zip(claims, proof.commitment_openings, shape.commitments, strict=True):
        _check_digest(claim.root, f"root of {claim.name}")
        _check_merkle_opening(opening, levels, shape.queries, claim.name, rows_check)
    for number, (layer, level) in enumerate(zip(proof.fri_layers, shape.fri_layers, strict=True)):
        _check_digest(layer.root, f"root of FRI layer {number}")
        _check_merkle_opening(layer.opening, [level], shape.queries, f"FRI layer {number}", rows_check)
    return shape


def _check_claims(claims: Sequence[CommitmentClaim[Extension, bytes]], parameters: ParameterSet) -> None:
    if not claims:
        raise Rejected(Rejection.OPENING_COMMITMENT_COUNT, "no commitment is claimed")
    highest = maximum_height_log2(parameters.rate_log2)
    for claim in claims:
        if not claim.matrices:
            raise Rejected(Rejection.OPENING_MATRIX_SHAPE, f"{claim.name} has no matrices")
        for number, matrix in enumerate(claim.matrices):
            where = f"matrix {number} of {claim.name}"
            if not MINIMUM_HEIGHT_LOG2 <= matrix.shape.height_log2 <= highest:
                raise Rejected(Rejection.OPENING_MATRIX_SHAPE, f"{where} has height 2^{matrix.shape.height_log2}")
            if matrix.shape.width < 1:
                raise Rejected(Rejection.OPENING_MATRIX_SHAPE, f"{where} has width {matrix.shape.width}")
            if not matrix.points:
                raise Rejected(Rejection.OPENING_VALUE_COUNT, f"{where} is opened at no point")
            expected = [matrix.shape.width] * len(matrix.points)
            given = [len(values) for values in matrix.values]
            if given != expected:
                raise Rejected(Rejection.OPENING_VALUE_COUNT, f"{where} has values {given}, expected {expected}")
            for values in matrix.values:
                for value in values:
                    _check_canonical(value.coefficients, f"the claimed values of {where}")


def _check_nonces(proof: OpeningProof) -> None:
    for nonce in (
        proof.deep_batching_nonce,
        *(layer.nonce for layer in proof.fri_layers),
        proof.queries_nonce,
    ):
        if not 0 <= nonce < 1 << (8 * NONCE_BYTES):
            raise Rejected(Rejection.OPENING_NONCE_OUT_OF_RANGE, f"{nonce}")


def _check_canonical(elements: Sequence[int], where: str) -> None:
    if not (min(elements) >= 0 and max(elements) < P):
        raise Rejected(Rejection.OPENING_ELEMENT_NOT_CANONICAL, where)


def _check_digest(digest: bytes, where: str) -> None:
    if len(digest) != DIGEST_BYTES:
        raise Rejected(Rejection.OPENING_DIGEST_SIZE, f"{where} has {len(digest)} bytes")


def _check_merkle_opening(
    opening: MerkleOpening, levels: Sequence[TreeLevel], queries: int, where: str, rows_check: RowsCheck
) -> None:
    if len(opening.rows) != len(levels):
        raise Rejected(Rejection.OPENING_ROW_COUNT, f"{where} has {len(opening.rows)} levels, expected {len(levels)}")
    for level, rows in zip(levels, opening.rows, strict=True):
        if not 1 <= len(rows) <= row_count_maximum(level, queries):
            raise Rejected(Rejection.OPENING_ROW_COUNT, f"{where} has {len(rows)} rows at depth {level.depth}")
        rows_check(rows, level, where)
    if len(opening.siblings) > sibling_count_maximum(levels[0].depth, queries):
        raise Rejected(Rejection.OPENING_SIBLING_COUNT, f"{where} has {len(opening.siblings)} digests")
    for digest in opening.siblings:
        _check_digest(digest, f"a sibling of {where}")
