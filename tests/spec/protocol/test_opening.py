"""The form and the bytes of opening proofs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spec.field import ONE, Extension, X
from spec.parameters import TINY
from spec.protocol.encoding import Reader, Writer
from spec.protocol.merkle import MatrixShape, MerkleOpening, TreeLevel
from spec.protocol.opening import (
    FriLayerProof,
    OpenedValues,
    OpeningProof,
    OpeningShape,
    flattened,
    opening_shape,
    read_opened_values,
    read_opening_proof,
    sibling_count_maximum,
    write_opened_values,
    write_opening_proof,
)
from spec.rejection import Rejected, Rejection

SHAPE = OpeningShape(
    commitments=((TreeLevel(3, 2), TreeLevel(1, 1)),), fri_layers=(TreeLevel(2, 12),), final_length=2, queries=3
)
PROOF = OpeningProof(
    deep_batching_nonce=1,
    fri_layers=(FriLayerProof(b"r" * 32, 2, MerkleOpening(((tuple(range(12)),),), (b"s" * 32,))),),
    final_coefficients=(ONE, X),
    queries_nonce=3,
    commitment_openings=(MerkleOpening((((1, 2), (3, 4)), ((5,),)), (b"t" * 32, b"u" * 32)),),
)
BYTES_BEFORE_FIRST_COUNT = 8 + (32 + 8) + 2 * 24 + 8


def encoded(proof: OpeningProof) -> bytes:
    writer = Writer()
    write_opening_proof(writer, proof)
    return writer.encoded()


def decoded(payload: bytes) -> OpeningProof:
    reader = Reader(payload)
    proof = read_opening_proof(reader, SHAPE)
    reader.finish()
    return proof


def test_proof_read_back_is_the_proof_written() -> None:
    assert decoded(encoded(PROOF)) == PROOF


def test_proof_cut_anywhere_is_rejected() -> None:
    payload = encoded(PROOF)
    for length in range(len(payload)):
        with pytest.raises(Rejected) as rejected:
            decoded(payload[:length])
        assert rejected.value.reason is Rejection.ENCODING_TRUNCATED


def test_proof_with_trailing_byte_is_rejected() -> None:
    with pytest.raises(Rejected) as rejected:
        decoded(encoded(PROOF) + b"\0")
    assert rejected.value.reason is Rejection.ENCODING_TRAILING_BYTES


@pytest.mark.parametrize("count", [0, 4, 2**32 - 1])
def test_proof_with_impossible_row_count_is_rejected(count: int) -> None:
    payload = bytearray(encoded(PROOF))
    payload[BYTES_BEFORE_FIRST_COUNT : BYTES_BEFORE_FIRST_COUNT + 4] = count.to_bytes(4, "little")
    with pytest.raises(Rejected) as rejected:
        decoded(bytes(payload))
    assert rejected.value.reason is Rejection.ENCODING_COUNT_OUT_OF_BOUNDS


def test_proof_with_too_many_siblings_is_rejected() -> None:
    opening = replace(PROOF.commitment_openings[0], siblings=(b"t" * 32,) * 7)
    with pytest.raises(Rejected) as rejected:
        decoded(encoded(replace(PROOF, commitment_openings=(opening,))))
    assert rejected.value.reason is Rejection.ENCODING_COUNT_OUT_OF_BOUNDS


@pytest.mark.parametrize(("depth", "queries", "expected"), [(0, 3, 0), (1, 3, 1), (3, 3, 1 + 2 + 3), (3, 100, 7)])
def test_sibling_count_maximum_is_a_query_each_or_half_a_layer(depth: int, queries: int, expected: int) -> None:
    assert sibling_count_maximum(depth, queries) == expected


def test_opened_values_read_back_are_the_values_written() -> None:
    matrices = [[MatrixShape(3, 2)], [MatrixShape(2, 1), MatrixShape(3, 1)]]
    points = [[[ONE, X]], [[ONE], [X, ONE]]]
    value = iter(range(100))

    def values(count: int) -> tuple[Extension, ...]:
        return tuple(X + next(value) for _ in range(count))

    opened: OpenedValues = (((values(2), values(2)),), ((values(1),), (values(1), values(1))))
    assert list(flattened(opened)) == [X + i for i in range(7)]
    writer = Writer()
    write_opened_values(writer, opened)
    reader = Reader(writer.encoded())
    assert read_opened_values(reader, matrices, points) == opened
    reader.finish()


def test_shape_follows_from_heights_widths_and_parameters() -> None:
    matrices = [[MatrixShape(5, 2), MatrixShape(3, 4)], [MatrixShape(3, 1)]]
    assert opening_shape(matrices, replace(TINY, queries=9)) == OpeningShape(
        commitments=((TreeLevel(6, 2), TreeLevel(4, 4)), (TreeLevel(4, 1),)),
        fri_layers=(TreeLevel(4, 24), TreeLevel(3, 12)),
        final_length=4,
        queries=9,
    )
