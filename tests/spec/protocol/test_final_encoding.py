"""Bytes of final proofs: read back as written, and nothing else is read. Which circuit proved it is not looked at."""

from __future__ import annotations

import pytest

from spec.protocol.final_encoding import FINAL_MAGIC, FINAL_VERSION, FinalProof, decode_final, encode_final
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import RV64IM
from tests.reference.proven_run import proven_run


def _final() -> FinalProof:
    run = proven_run()
    return FinalProof(run.key.verification, run.proof.output, run.proof)


def _reason(encoded: bytes) -> Rejection:
    with pytest.raises(Rejected) as caught:
        decode_final(encoded, RV64IM, RV64IM)
    return caught.value.reason


def test_bytes_decode_to_the_final_proof() -> None:
    found = decode_final(encode_final(_final()), RV64IM, RV64IM)
    assert (found.program, found.output) == (_final().program, _final().output)
    assert found.proof.segments == _final().proof.segments


def test_other_magic_or_version_is_refused() -> None:
    encoded = encode_final(_final())
    assert _reason(b"X" + encoded[1:]) is Rejection.PROOF_MAGIC
    version = (FINAL_VERSION + 1).to_bytes(2, "little")
    assert _reason(FINAL_MAGIC + version + encoded[len(FINAL_MAGIC) + 2 :]) is Rejection.PROOF_VERSION


def test_bytes_that_are_missing_or_too_many_are_refused() -> None:
    encoded = encode_final(_final())
    assert _reason(encoded[:-1]) is Rejection.ENCODING_TRUNCATED
    assert _reason(encoded + b"\0") is Rejection.ENCODING_TRAILING_BYTES
