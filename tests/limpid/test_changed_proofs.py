"""No changed bit of a proof is accepted, and no other statement than the proven one."""

from __future__ import annotations

from pathlib import Path

import pytest

from limpid import Rejected, Rejection, decode_key, keygen, verify
from spec.protocol.proof_encoding import decode_proof
from spec.rv64im.machine import RV64IM

TINY_FLIPS = 60
"""Spread evenly over all parts of the proof; the bit goes round."""

SEGMENT_FLIPS = 6
"""Fewer: a change that shows late costs a whole verification under the default parameters."""


def _flipped(proof: bytes, position: int, bit: int) -> bytes:
    return proof[:position] + bytes([proof[position] ^ 1 << bit]) + proof[position + 1 :]


def _positions(proof: bytes, count: int) -> list[int]:
    """From the first byte to the last."""
    return [i * (len(proof) - 1) // (count - 1) for i in range(count)]


@pytest.mark.parametrize("flip", range(TINY_FLIPS))
def test_bit_flip_anywhere_is_rejected(flip: int, tiny: Path) -> None:
    proof = (tiny / "proof").read_bytes()
    honest = decode_proof(proof, RV64IM)
    changed = _flipped(proof, _positions(proof, TINY_FLIPS)[flip], flip % 8)
    with pytest.raises(Rejected):
        verify(changed, program=honest.key, output=honest.output, allow_insecure=True)


@pytest.mark.parametrize("flip", range(SEGMENT_FLIPS))
def test_bit_flip_of_a_segment_proof_is_rejected(flip: int, quickstart: Path) -> None:
    proof = (quickstart / "build" / "sha256.proof").read_bytes()
    key = decode_key((quickstart / "build" / "sha256.key").read_bytes())
    changed = _flipped(proof, _positions(proof, SEGMENT_FLIPS)[flip], flip % 8)
    with pytest.raises(Rejected):
        verify(changed, program=key, output=(quickstart / "build" / "digest").read_bytes())


def test_segment_proof_is_accepted_by_its_id_with_128_bits(quickstart: Path) -> None:
    proof = (quickstart / "build" / "sha256.proof").read_bytes()
    key = decode_key((quickstart / "build" / "sha256.key").read_bytes())
    digest = (quickstart / "build" / "digest").read_bytes()
    accepted = verify(proof, program=key.program_id, output=digest)
    assert accepted.program_id == key.program_id
    assert (accepted.output, accepted.exit_code) == (digest, 0)
    assert accepted.security_bits >= 128
    assert accepted.security.whole_run_bits >= 128
    # Not megabytes of keys and reports.
    assert key.program_id.hex() in repr(accepted)
    assert len(repr(accepted)) < 1000


def test_segment_proof_of_another_statement_is_rejected_with_its_reason(quickstart: Path) -> None:
    proof = (quickstart / "build" / "sha256.proof").read_bytes()
    key = decode_key((quickstart / "build" / "sha256.key").read_bytes())
    digest = (quickstart / "build" / "digest").read_bytes()
    elf = quickstart / "build" / "sha256.elf"
    other_guest = quickstart / "guest" / "examples" / "elf" / "fibonacci.elf"
    cases = {
        Rejection.OUTPUT_DIFFERS: {"program": key, "output": bytes(32)},
        Rejection.PROGRAM_DIFFERS: {"program": keygen(other_guest), "output": digest},
        Rejection.PARAMETERS_DIFFER: {"program": keygen(elf, parameters="tiny"), "output": digest},
        Rejection.EXIT_CODE_DIFFERS: {"program": key, "output": digest, "exit_code": 1},
    }
    for reason, statement in cases.items():
        with pytest.raises(Rejected) as caught:
            verify(proof, **statement)  # type: ignore[arg-type]
        assert caught.value.reason is reason
