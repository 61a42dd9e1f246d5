"""Runs from trace to verdict: the honest one is accepted, every lie about it is rejected for its own reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from spec.protocol.logup import BusChallenges
from spec.rv64im.machine_commitments import MACHINE_COMMITMENTS

from reference.prover.run import prove_run
from reference.verifier.segment import token_sum
from spec.air.machine import Token
from spec.field import ONE, Extension, P
from spec.parameters import PARAMETER_SETS, SEGMENT
from spec.protocol.key import KEY_MAGIC, NAME_BYTES, decode_key
from spec.protocol.key_encoding import encode_key
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import PROOF_MAGIC, RunProof, SegmentProof
from spec.protocol.proof_encoding import decode_proof, encode_proof
from spec.protocol.shape import COMMITMENTS
from spec.rejection import Rejected, Rejection
from spec.rv64im.buses import STATE
from spec.rv64im.machine import RV64IM, SEGMENT_PUBLIC_VALUES
from spec.rv64im.program_row import HALTED
from tests.reference.both_verifiers import verify
from tests.reference.proven_run import KERNELS, accept, proven_run, reason_for, with_public, with_segment

CHECKED_QUICKLY_RATE_LOG2 = 1
"""Committing at lower rates takes from ten seconds to a minute."""


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


def test_machine_commitments_stand_for_the_rate_of_every_parameter_set() -> None:
    assert {parameters.rate_log2 for parameters in PARAMETER_SETS.values()} == MACHINE_COMMITMENTS.keys()


@pytest.mark.parametrize(
    "rate_log2",
    [
        pytest.param(rate, marks=[pytest.mark.slow] if rate > CHECKED_QUICKLY_RATE_LOG2 else [])
        for rate in MACHINE_COMMITMENTS
    ],
)
def test_machine_commitment_is_that_of_the_declared_tables(rate_log2: int) -> None:
    expected = MACHINE_COMMITMENTS[rate_log2]
    committed = commit_machine(KERNELS, rate_log2)
    assert committed.root == expected.root
    assert tuple(shape.height_log2 for shape in committed.shapes) == expected.heights_log2


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
_MACHINE_HEIGHTS_START = _MACHINE_START + 64
_PROGRAM_HEIGHTS_START = _MACHINE_HEIGHTS_START + 4 + 32
_ENTRY_START = _PROGRAM_HEIGHTS_START + 3


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
        (_MACHINE_START + 32, Rejection.MACHINE_DIFFERS),
        (_MACHINE_HEIGHTS_START, Rejection.MACHINE_DIFFERS),
        (_ENTRY_START, Rejection.KEY_ENTRY),
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


def test_key_under_other_parameters_is_rejected() -> None:
    honest = proven_run()
    other = replace(honest.key.verification, parameters=SEGMENT)
    with pytest.raises(Rejected) as caught:
        verify(encode_proof(honest.proof), other, honest.trace.output, allow_insecure=True)
    assert caught.value.reason is Rejection.PARAMETERS_DIFFER


@pytest.mark.parametrize("changed", ["key", "id"])
def test_other_program_is_rejected(changed: str) -> None:
    honest = proven_run()
    other = replace(honest.key.verification, entry=honest.key.verification.entry + 4)
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
        verify(encode_proof(proven_run().proof), None, None, exit_code=1, allow_insecure=True)
    assert caught.value.reason is Rejection.EXIT_CODE_DIFFERS


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("segment", 1, Rejection.SEGMENT_INDEX),
        ("pc_in", 7, Rejection.START_PC),
        ("cursor_in", 1, Rejection.START_CURSOR),
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
    assert reason_for(replace(proof, segments=(*proof.segments, second))) is Rejection.START_PC


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


def _with_total(position: int, scope: int) -> Rejection | None:
    def change(segment: SegmentProof) -> SegmentProof:
        totals = [list(of_table) for of_table in segment.totals]
        totals[position][scope] = totals[position][scope] + ONE
        return replace(segment, totals=tuple(map(tuple, totals)))

    return reason_for(with_segment(change))


def test_changed_local_total_is_rejected() -> None:
    assert _with_total(0, 0) is Rejection.LOCAL_BUSES_UNBALANCED


def test_changed_global_total_is_rejected() -> None:
    assert _with_total(-1, 1) is Rejection.GLOBAL_BUSES_UNBALANCED


def test_totals_that_cancel_are_rejected_by_the_accumulators() -> None:
    """Moving an amount from one table's total to another's keeps the sum, but no accumulator closes with it."""

    def change(segment: SegmentProof) -> SegmentProof:
        totals = [list(of_table) for of_table in segment.totals]
        totals[0][0], totals[1][0] = totals[0][0] + ONE, totals[1][0] - ONE
        return replace(segment, totals=tuple(map(tuple, totals)))

    assert reason_for(with_segment(change)) is Rejection.CONSTRAINTS_NOT_SATISFIED


@pytest.mark.parametrize("commitment", ["machine", "program", "main", "logup", "quotient"])
def test_changed_opened_value_is_rejected(commitment: str) -> None:
    assert reason_for(_with_opened_value(commitment, point=0)) is Rejection.CONSTRAINTS_NOT_SATISFIED


def test_changed_pinned_value_changes_the_global_challenge() -> None:
    """The leaf is made of the opened values at the pinning point, so another value there is another run."""
    assert reason_for(_with_opened_value("continuation", point=1)) is Rejection.GLOBAL_BUSES_UNBALANCED


def _with_opened_value(commitment: str, point: int) -> RunProof:
    def change(segment: SegmentProof) -> SegmentProof:
        number = COMMITMENTS.index(commitment)
        opened = [[[list(values) for values in matrix] for matrix in matrices] for matrices in segment.opened_values]
        opened[number][0][point][0] = opened[number][0][point][0] + ONE
        frozen = tuple(tuple(tuple(map(tuple, matrix)) for matrix in matrices) for matrices in opened)
        return replace(segment, opened_values=frozen)

    return with_segment(change)


@pytest.mark.parametrize(
    "change",
    [
        lambda segment: replace(segment, continuation_root=bytes(32)),
        lambda segment: replace(segment, main_root=bytes(32)),
        lambda segment: replace(segment, logup_root=bytes(32)),
        lambda segment: replace(segment, quotient_root=bytes(32)),
    ],
    ids=["continuation", "main", "logup", "quotient"],
)
def test_changed_root_is_rejected(change: Callable[[SegmentProof], SegmentProof]) -> None:
    assert reason_for(with_segment(change)) is not None


def test_flipped_bits_anywhere_are_rejected() -> None:
    encoded = encode_proof(proven_run().proof)
    for number in range(200):
        position = number * (len(encoded) - 1) // 199
        changed = bytearray(encoded)
        changed[position] ^= 1 << number % 8
        assert _reason(bytes(changed)) is not None, f"bit {number % 8} of byte {position}"


def test_vanishing_fingerprint_is_rejected() -> None:
    """alpha = -(identity of the bus) makes the fingerprint of the all-zero message vanish."""
    challenges = BusChallenges(alpha=Extension.of(P - STATE.identity), beta=ONE)
    with pytest.raises(Rejected) as caught:
        token_sum(NumberAlgebra(), [Token(STATE, 1, (0, 0))], challenges, Rejection.FINGERPRINT_VANISHES, "here")
    assert caught.value.reason is Rejection.FINGERPRINT_VANISHES


def test_key_for_another_machine_is_refused() -> None:
    other = replace(proven_run().key.verification, machine_digest=RV64IM.digest[::-1])
    with pytest.raises(Rejected) as caught:
        decode_key(encode_key(other), RV64IM)
    assert caught.value.reason is Rejection.MACHINE_DIFFERS
