"""The optimized verifier gives the reference's verdict and its reason for every byte string."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimized.verifier import run as optimized
from optimized.verifier.reader import ArrayReader
from optimized.verifier.refusal import UnexplainedRejected
from optimized.verifier.run import TOOLS
from reference.verifier import program as reference
from reference.verifier.program import Verified
from spec.field import P
from spec.protocol.canonical import Reader
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejected, Rejection
from tests.reference.proven_run import proven_run
from tests.reference.segmented_run import segmented_run

Verifier = Callable[..., Verified]


SEGMENT_FLIPS = 24
"""Spread evenly over a proof under the default parameters; the bit goes round."""


@cache
def honest_proofs() -> tuple[bytes, bytes]:
    """Proofs of a run of one segment and of a run of three."""
    return encode_proof(proven_run().proof), encode_proof(segmented_run().proof)


def verdict(verifier: Verifier, encoded: bytes) -> Verified | tuple[Rejection, str]:
    try:
        return verifier(encoded, None, None, allow_insecure=True)
    except Rejected as rejected:
        return rejected.reason, rejected.detail


def require_same_verdict(encoded: bytes) -> None:
    """The whole answer is the same, and the optimized steps refuse on their own."""
    expected = verdict(reference.verify, encoded)
    assert verdict(optimized.verify, encoded) == expected
    alone = verdict(partial(reference.verify, tools=TOOLS), encoded)
    assert isinstance(alone, Verified) == isinstance(expected, Verified)


@pytest.mark.parametrize("proof", [0, 1])
def test_honest_proof_is_accepted_without_the_plain_steps(proof: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = reference.verify(honest_proofs()[proof], None, None, allow_insecure=True)
    monkeypatch.setattr("reference.verifier.steps.PlainSteps.folded_queries", None)
    assert optimized.verify(honest_proofs()[proof], None, None, allow_insecure=True) == expected


def test_statement_that_the_proof_does_not_claim_is_rejected_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference.verifier.steps.PlainSteps.folded_queries", None)
    honest = proven_run()
    encoded, key = encode_proof(honest.proof), honest.key.verification
    lies: list[tuple[Rejection, dict[str, object]]] = [
        (Rejection.OUTPUT_DIFFERS, {"output": b"another"}),
        (Rejection.PROGRAM_DIFFERS, {"program": bytes(32)}),
        (Rejection.EXIT_CODE_DIFFERS, {"exit_code": 1}),
        (Rejection.PARAMETERS_INSECURE, {"allow_insecure": False}),
    ]
    for reason, lie in lies:
        statement: dict[str, object] = {"program": key, "output": honest.trace.output, "allow_insecure": True} | lie
        with pytest.raises(Rejected) as caught:
            optimized.verify(encoded, **statement)  # type: ignore[arg-type]
        assert caught.value.reason is reason


@given(st.integers(0, 1), st.floats(0, 1, exclude_max=True), st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_verdict_on_a_flipped_bit_is_the_reference_verdict(proof: int, place: float, bit: int) -> None:
    encoded = bytearray(honest_proofs()[proof])
    encoded[int(place * len(encoded))] ^= 1 << bit
    require_same_verdict(bytes(encoded))


@given(st.integers(0, 1), st.floats(0, 1, exclude_max=True), st.binary(max_size=40))
@settings(max_examples=20, deadline=None)
def test_verdict_on_overwritten_bytes_is_the_reference_verdict(proof: int, place: float, written: bytes) -> None:
    encoded = bytearray(honest_proofs()[proof])
    start = int(place * len(encoded))
    encoded[start : start + len(written)] = written
    require_same_verdict(bytes(encoded))


@given(st.integers(0, 1), st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_verdict_on_a_truncated_proof_is_the_reference_verdict(proof: int, place: float) -> None:
    require_same_verdict(honest_proofs()[proof][: int(place * len(honest_proofs()[proof]))])


@given(st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_verdict_on_any_bytes_is_the_reference_verdict(encoded: bytes) -> None:
    require_same_verdict(encoded)


@pytest.mark.parametrize("words", [(1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5, P - 1)])
def test_rows_read_as_arrays_are_those_of_the_plain_reader(words: tuple[int, ...]) -> None:
    encoded = b"".join(word.to_bytes(4, "little") for word in words)
    rows, arrays = Reader(encoded).rows(2, 3), ArrayReader(encoded).rows(2, 3)
    assert [tuple(row) for row in arrays] == list(rows)


def test_lists_read_as_arrays_are_those_of_the_plain_reader() -> None:
    encoded = b"".join(word.to_bytes(4, "little") for word in range(P - 36, P))
    assert list(ArrayReader(encoded).values(6)) == list(Reader(encoded).values(6))
    assert [tuple(sent) for sent in ArrayReader(encoded).rounds(2, 3)] == list(Reader(encoded).rounds(2, 3))
    assert [tuple(digest) for digest in ArrayReader(encoded).digests(4)] == list(Reader(encoded).digests(4))


def test_digests_of_bytes_that_end_early_are_refused_without_a_reason() -> None:
    with pytest.raises(UnexplainedRejected) as caught:
        ArrayReader(bytes(63)).digests(2)
    assert caught.value.reason is Rejection.ENCODING_TRUNCATED


@pytest.mark.parametrize(
    "read",
    [lambda reader: reader.rows(1, 6), lambda reader: reader.values(1), lambda reader: reader.rounds(1, 1)],
    ids=["rows", "values", "rounds"],
)
def test_list_that_is_no_encoding_is_refused_without_a_reason(read: Callable[[Reader], object]) -> None:
    encoded = bytes(20) + P.to_bytes(4, "little")
    for damaged, reason in (
        (encoded, Rejection.ENCODING_ELEMENT_NOT_CANONICAL),
        (bytes(23), Rejection.ENCODING_TRUNCATED),
    ):
        with pytest.raises(UnexplainedRejected) as caught:
            read(ArrayReader(damaged))
        assert caught.value.reason is reason


@pytest.mark.slow
@pytest.mark.parametrize("flip", range(SEGMENT_FLIPS))
def test_verdict_on_a_segment_proof_with_a_flipped_bit_is_the_reference_verdict(flip: int, quickstart: Path) -> None:
    encoded = bytearray((quickstart / "build" / "sha256.proof").read_bytes())
    encoded[(len(encoded) - 1) * flip // (SEGMENT_FLIPS - 1)] ^= 1 << flip % 8
    require_same_verdict(bytes(encoded))
