"""Development receipts: read back as written, and nothing else is read; no proof decoder takes one."""

from __future__ import annotations

import pytest

from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.protocol.development import DEVELOPMENT_MAGIC, DevelopmentReceipt, decode_development_receipt
from spec.protocol.key_encoding import KEY_MAGIC
from spec.protocol.proof_encoding import PROOF_MAGIC, decode_proof, encode_proof
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import RV64IM
from tests.both_verifiers import verify
from tests.reference.proven_run import proven_run


def _receipt() -> DevelopmentReceipt:
    return DevelopmentReceipt(proven_run().key.verification, b"eleven more", 2**64 - 1)


def _reason(encoded: bytes) -> Rejection:
    with pytest.raises(Rejected) as caught:
        decode_development_receipt(encoded, RV64IM)
    return caught.value.reason


def test_receipt_bytes_decode_to_the_receipt() -> None:
    assert decode_development_receipt(_receipt().encoded(), RV64IM) == _receipt()


def test_magic_is_that_of_nothing_else() -> None:
    assert len({DEVELOPMENT_MAGIC, PROOF_MAGIC, KEY_MAGIC}) == 3


def test_receipt_is_rejected_as_a_proof_for_its_own_reason() -> None:
    with pytest.raises(Rejected) as decoded:
        decode_proof(_receipt().encoded(), RV64IM)
    with pytest.raises(Rejected) as verified:
        verify(_receipt().encoded(), None, None, exit_code=2**64 - 1, allow_insecure=True)
    assert decoded.value.reason is verified.value.reason is Rejection.DEVELOPMENT_RECEIPT


def test_proof_is_rejected_as_a_receipt() -> None:
    assert _reason(encode_proof(proven_run().proof)) is Rejection.DEVELOPMENT_MAGIC


def test_receipt_that_begins_otherwise_is_rejected() -> None:
    assert _reason(b"X" + _receipt().encoded()[1:]) is Rejection.DEVELOPMENT_MAGIC


def test_receipt_of_another_version_is_rejected() -> None:
    encoded = bytearray(_receipt().encoded())
    encoded[len(DEVELOPMENT_MAGIC)] ^= 1
    assert _reason(bytes(encoded)) is Rejection.DEVELOPMENT_VERSION


def test_damaged_receipt_is_rejected() -> None:
    encoded = _receipt().encoded()
    for length in range(len(encoded)):
        assert _reason(encoded[:length]) is Rejection.ENCODING_TRUNCATED
    assert _reason(encoded + b"\0") is Rejection.ENCODING_TRAILING_BYTES
    output_length = len(encoded) - 8 - len(_receipt().output) - 4
    too_long = (OUTPUT_CAPACITY_BYTES + 1).to_bytes(4, "little")
    changed = encoded[:output_length] + too_long + encoded[output_length + 4 :]
    assert _reason(changed) is Rejection.ENCODING_COUNT_OUT_OF_BOUNDS
