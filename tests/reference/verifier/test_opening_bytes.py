"""Opening proofs as bytes: whatever is changed, the verifier refuses, and does nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from spec.parameters import TINY
from spec.protocol.encoding import Reader, Writer
from spec.protocol.opening import opening_shape, read_opening_proof, write_opening_proof
from spec.rejection import Rejected, Rejection
from tests.reference.opening_example import MIXED, Example, make_example, verify

WRONG_FORM = {
    Rejection.ENCODING_TRUNCATED,
    Rejection.ENCODING_TRAILING_BYTES,
    Rejection.ENCODING_ELEMENT_NOT_CANONICAL,
    Rejection.ENCODING_COUNT_OUT_OF_BOUNDS,
    Rejection.OPENING_ROW_COUNT,
    Rejection.OPENING_SIBLING_COUNT,
}
WRONG_CONTENT = {
    Rejection.GRINDING_INSUFFICIENT,
    Rejection.COMMITMENT_ROOT_MISMATCH,
    Rejection.FRI_LAYER_ROOT_MISMATCH,
}
"""The first checks that a changed proof meets; those behind them need a prover who lies."""


@cache
def example() -> Example:
    return make_example(MIXED, replace(TINY, grinding={"deep_batching": 8, "fri_folding": 8, "queries": 8}))


@cache
def encoded() -> bytes:
    writer = Writer()
    write_opening_proof(writer, example().proof)
    return writer.encoded()


def verify_bytes(payload: bytes) -> None:
    claims = example().claims
    shape = opening_shape([[matrix.shape for matrix in claim.matrices] for claim in claims], example().parameters)
    reader = Reader(payload)
    proof = read_opening_proof(reader, shape)
    reader.finish()
    verify(replace(example(), proof=proof))


def test_unchanged_bytes_are_accepted() -> None:
    verify_bytes(encoded())


@pytest.mark.parametrize("bit", [0, 7])
def test_bytes_with_a_flipped_bit_are_rejected(bit: int) -> None:
    reasons = set()
    for position in range(bit, len(encoded()), 5):
        changed = bytearray(encoded())
        changed[position] ^= 1 << bit
        with pytest.raises(Rejected) as rejected:
            verify_bytes(bytes(changed))
        reasons.add(rejected.value.reason)
    assert reasons <= WRONG_FORM | WRONG_CONTENT
    assert reasons >= WRONG_CONTENT


def test_bytes_with_four_bytes_inserted_or_removed_are_rejected() -> None:
    for position in range(0, len(encoded()), 64):
        for changed in (
            encoded()[:position] + bytes(4) + encoded()[position:],
            encoded()[:position] + encoded()[position + 4 :],
        ):
            with pytest.raises(Rejected):
                verify_bytes(changed)
