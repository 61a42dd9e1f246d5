"""Runs from trace to verdict: the honest one is accepted, every lie about it is rejected for its own reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reference.prover.run import prove_run
from reference.verifier.buses import token_sum
from reference.verifier.statement import check_statement
from spec.air.machine import Token
from spec.field import ONE, Extension, P
from spec.parameters import SEGMENT
from spec.protocol.gkr import bus_challenges
from spec.protocol.key_encoding import KEY_MAGIC, NAME_BYTES, decode_key, encode_key
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import SegmentProof
from spec.protocol.proof_encoding import PROOF_MAGIC, decode_proof, encode_proof
from spec.rejection import Rejected, Rejection
from spec.rv64im.buses import STATE
from spec.rv64im.machine import RV64IM, SEGMENT_PUBLIC_VALUES
from spec.rv64im.program_row import HALTED
from tests.both_verifiers import verify
from tests.reference.proven_run import KERNELS, accept, proven_run, reason_for, with_public, with_segment


def test_honest_run_is_accepted_with_its_statement() -> None:
    honest = proven_run()
    verified = accept(honest.proof)
    assert verified.output == honest.trace.output
    assert verified.exit_code == 0
    assert verified.key == honest.key.verification
    assert len(verified.shapes) == 1


def test_proof_bytes_decode_to_the_proof() -> None:
    proof = proven_run().proof
    assert decode_proof(encode_proof(proof), RV64IM) == proof


def test_key_bytes_decode_to_the_key() -> None:
    key = proven_run().key.verification
    assert decode_key(encode_key(key), RV64IM) == key


def test_proving_twice_gives_the_same_bytes() -> None:
    honest = proven_run()
    assert encode_proof(prove_run(KERNELS, honest.key, [honest.trace])) == encode_proof(honest.proof)


def _reason(encoded: bytes, **options: Any) -> Rejection | None:
    try:
        verify(encoded, None, None, **{"allow_insecure": True, **options})
    except Rejected as rejected:
        return rejected.reason
    return None


_KEY_START = len(PROOF_MAGIC) + 2
_NAME_START = _KEY_START + len(KEY_MAGIC) + 2
_PARAMETERS_START = _NAME_START + NAME_BYTES
_MACHINE_START = _PARAMETERS_START + 32
_PROGRAM_HEIGHTS_START = _MACHINE_START + 32
_START_START = _PROGRAM_HEIGHTS_START + 3


@pytest.mark.parametrize(
    ("position", "reason"),
    [
        (0, Rejection.PROOF_MAGIC),
        (len(PROOF_MAGIC), Rejection.PROOF_VERSION),
        (_KEY_START, Rejection.KEY_MAGIC),
        (_KEY_START + len(KEY_MAGIC), Rejection.KEY_VERSION),
        (_NAME_START, Rejection.PARAMETERS_UNKNOWN),
        (_PARAMETERS_START, Rejection.PARAMETERS_CHANGED),
        (_MACHINE_START, Rejection.MACHINE_DIFFERS),
        (_START_START + 4, Rejection.KEY_START),
    ],
)
def test_header_with_a_flipped_bit_is_rejected_for_that_field(position: int, reason: Rejection) -> None:
    encoded = bytearray(encode_proof(proven_run().proof))
    encoded[position] ^= 1
    assert _reason(bytes(encoded)) is reason


def test_program_table_of_impossible_height_is_rejected() -> None:
    encoded = bytearray(encode_proof(proven_run().proof))
    encoded[_PROGRAM_HEIGHTS_START] = 0
    assert _reason(bytes(encoded)) is Rejection.FIXED_TABLE_HEIGHT


@pytest.mark.parametrize("length", [0, 7, 100, 1000, -1])
def test_truncated_proof_is_rejected(length: int) -> None:
    assert _reason(encode_proof(proven_run().proof)[:length]) is Rejection.ENCODING_TRUNCATED


def test_proof_with_trailing_bytes_is_rejected() -> None:
    assert _reason(encode_proof(proven_run().proof) + b"\0") is Rejection.ENCODING_TRAILING_BYTES


def test_insecure_parameters_are_rejected_unless_admitted() -> None:
    assert _reason(encode_proof(proven_run().proof), allow_insecure=False) is Rejection.PARAMETERS_INSECURE


def test_parameters_for_security_need_no_leave() -> None:
    key = replace(proven_run().key.verification, parameters=SEGMENT)
    check_statement(key, b"", None, None, allow_insecure=False)


def test_key_under_other_parameters_is_rejected() -> None:
    honest = proven_run()
    other = replace(honest.key.verification, parameters=SEGMENT)
    with pytest.raises(Rejected) as caught:
        verify(encode_proof(honest.proof), other, honest.trace.output, allow_insecure=True)
    assert caught.value.reason is Rejection.PARAMETERS_DIFFER


@pytest.mark.parametrize("changed", ["key", "id"])
def test_other_program_is_rejected(changed: str) -> None:
    honest = proven_run()
    other = replace(honest.key.verification, start=(honest.key.verification.start[0] + 1, 0))
    program = other if changed == "key" else other.program_id
    with pytest.raises(Rejected) as caught:
        verify(encode_proof(honest.proof), program, honest.trace.output, allow_insecure=True)
    assert caught.value.reason is Rejection.PROGRAM_DIFFERS


def test_program_named_by_its_id_is_accepted() -> None:
    honest = proven_run()
    program_id = honest.key.verification.program_id
    verify(encode_proof(honest.proof), program_id, honest.trace.output, allow_insecure=True)


def test_other_output_is_rejected() -> None:
    honest = proven_run()
    with pytest.raises(Rejected) as caught:
        verify(encode_proof(honest.proof), None, honest.trace.output + b"\0", allow_insecure=True)
    assert caught.value.reason is Rejection.OUTPUT_DIFFERS


def test_other_exit_code_than_expected_is_rejected() -> None:
    with pytest.raises(Rejected) as caught:
        verify(encode_proof(proven_run().proof), None, None, exit_code=2**63 + 5, allow_insecure=True)
    assert caught.value.reason is Rejection.EXIT_CODE_DIFFERS
    assert caught.value.detail == "it ended with 0, expected 9223372036854775813 (-9223372036854775803)"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("segment", 1, Rejection.SEGMENT_INDEX),
        ("pc_in", 7, Rejection.START_DIFFERS),
        ("cursor_in", 1, Rejection.START_DIFFERS),
        ("pc_out", 7, Rejection.NOT_HALTED),
        ("exit_code_2", 1, Rejection.EXIT_CODE_DIFFERS),
        ("clock_out", 7, Rejection.LOCAL_BUSES_UNBALANCED),
        ("cursor_out", 7, Rejection.LOCAL_BUSES_UNBALANCED),
    ],
)
def test_changed_public_value_is_rejected(name: str, value: int, reason: Rejection) -> None:
    assert reason_for(with_public(name, value)) is reason


def test_segment_that_starts_halted_is_rejected() -> None:
    """The same segment twice: the second would follow the halt."""
    proof = proven_run().proof
    second = with_public("segment", 1).segments[0]
    assert reason_for(replace(proof, segments=(*proof.segments, second))) is Rejection.SEGMENT_AFTER_HALT


def _unhalted(segment: SegmentProof, **changes: int) -> SegmentProof:
    public = dict(zip(SEGMENT_PUBLIC_VALUES, segment.public_values, strict=True))
    public |= {"pc_out": 99, **changes}
    return replace(segment, public_values=tuple(public.values()))


def test_segments_that_do_not_meet_are_rejected() -> None:
    proof = proven_run().proof
    first = _unhalted(proof.segments[0])
    wrong_pc = with_public("segment", 1).segments[0]
    assert reason_for(replace(proof, segments=(first, wrong_pc))) is Rejection.SEGMENTS_DO_NOT_MEET
    wrong_cursor = _unhalted(wrong_pc, pc_in=99, pc_out=HALTED)
    assert reason_for(replace(proof, segments=(first, wrong_cursor))) is Rejection.SEGMENTS_DO_NOT_MEET


def test_exit_code_without_halt_is_rejected() -> None:
    proof = with_segment(lambda segment: _unhalted(segment, exit_code_0=1))
    assert reason_for(proof) is Rejection.EXIT_CODE_WITHOUT_HALT


def _with_total(position: int) -> Rejection | None:
    def change(segment: SegmentProof) -> SegmentProof:
        totals = list(segment.bus_totals)
        totals[position] = totals[position] + ONE
        return replace(segment, bus_totals=(totals[0], totals[1], totals[2], totals[3]))

    return reason_for(with_segment(change))


def test_changed_local_total_is_rejected() -> None:
    assert _with_total(0) is Rejection.LOCAL_BUSES_UNBALANCED


def test_changed_global_total_is_rejected() -> None:
    assert _with_total(2) is not None


def test_changed_pinned_answer_changes_the_global_challenge() -> None:
    """The leaf is made of the answers at the pinning point, so another answer there is another run."""

    def change(segment: SegmentProof) -> SegmentProof:
        first, *rest = segment.pinned_answers
        return replace(segment, pinned_answers=(first + ONE, *rest))

    assert reason_for(with_segment(change)) is not None


def test_flipped_bits_anywhere_are_rejected() -> None:
    encoded = encode_proof(proven_run().proof)
    for number in range(100):
        position = number * (len(encoded) - 1) // 99
        changed = bytearray(encoded)
        changed[position] ^= 1 << number % 8
        assert _reason(bytes(changed)) is not None, f"bit {number % 8} of byte {position}"


def test_vanishing_fingerprint_is_rejected() -> None:
    """alpha = -(identity of the bus) makes the fingerprint of the all-zero message vanish."""
    challenges = bus_challenges(Extension.of(P - STATE.identity), ONE, 2)
    with pytest.raises(Rejected) as caught:
        token_sum(NumberAlgebra(), [Token(STATE, 1, (0, 0))], {}, challenges, "here")
    assert caught.value.reason is Rejection.FINGERPRINT_VANISHES


def test_key_for_another_machine_is_refused() -> None:
    other = replace(proven_run().key.verification, machine=replace(RV64IM, name="another"))
    with pytest.raises(Rejected) as caught:
        decode_key(encode_key(other), RV64IM)
    assert caught.value.reason is Rejection.MACHINE_DIFFERS


def test_proof_of_the_first_protocol_is_refused_with_a_message_that_says_so() -> None:
    encoded = bytearray(encode_proof(proven_run().proof))
    encoded[len(PROOF_MAGIC) : len(PROOF_MAGIC) + 2] = (1).to_bytes(2, "little")
    with pytest.raises(Rejected) as caught:
        verify(bytes(encoded), None, None, allow_insecure=True)
    assert caught.value.reason is Rejection.PROOF_VERSION
    assert "univariate argument that this version replaced" in caught.value.detail
