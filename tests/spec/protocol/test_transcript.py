"""The transcript: what it hashes, what its challenges depend on, and proof of work."""

from __future__ import annotations

import hashlib

import pytest

from spec.field import Extension, P
from spec.protocol.transcript import Transcript, grinding_succeeds
from spec.rejection import Rejected, Rejection


def sha256(message: bytes) -> bytes:
    return hashlib.sha256(message).digest()


def test_start_observe_and_sample_hash_exactly_the_declared_bytes() -> None:
    transcript = Transcript("test")
    state = sha256(b"\x01" + b"\x04test")
    assert transcript.state == state

    transcript.observe("root", b"abc")
    state = sha256(b"\x02" + state + b"\x04root" + (3).to_bytes(8, "little") + b"abc")
    assert transcript.state == state

    stream = b"".join(sha256(b"\x03" + state + b"\x05alpha" + bytes([i, 0, 0, 0])) for i in range(2))
    words = [int.from_bytes(stream[8 * i : 8 * i + 8], "little") for i in range(6)]
    assert transcript.sample_extension("alpha") == Extension.from_coefficients(word % P for word in words)
    assert transcript.state == sha256(b"\x04" + state + b"\x05alpha")


def test_sample_indices_are_low_bits_of_words() -> None:
    transcript = Transcript("test")
    state = transcript.state
    stream = b"".join(sha256(b"\x03" + state + b"\x01q" + bytes([i, 0, 0, 0])) for i in range(2))
    expected = [int.from_bytes(stream[8 * i : 8 * i + 8], "little") & 0x3FF for i in range(5)]
    assert transcript.sample_indices("q", 5, 10) == expected


@pytest.mark.parametrize("bits", [-1, 25])
def test_sample_indices_of_impossible_width_raises(bits: int) -> None:
    with pytest.raises(ValueError, match="at most 24"):
        Transcript("test").sample_indices("q", 1, bits)


def test_sampling_twice_under_one_label_gives_different_challenges() -> None:
    transcript = Transcript("test")
    assert transcript.sample_extension("alpha") != transcript.sample_extension("alpha")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([("a", b"xy")], [("a", b"xz")]),
        ([("a", b"xy")], [("b", b"xy")]),
        ([("a", b"xy")], [("ax", b"y")]),
        ([("a", b"x"), ("a", b"y")], [("a", b"xy")]),
        ([("a", b"x"), ("a", b"y")], [("a", b"y"), ("a", b"x")]),
        ([("a", b"")], []),
    ],
)
def test_different_conversations_give_different_challenges(
    first: list[tuple[str, bytes]], second: list[tuple[str, bytes]]
) -> None:
    challenges = []
    for conversation in (first, second):
        transcript = Transcript("test")
        for label, payload in conversation:
            transcript.observe(label, payload)
        challenges.append(transcript.sample_extension("alpha"))
    assert challenges[0] != challenges[1]


def test_different_domains_give_different_challenges() -> None:
    assert Transcript("one").sample_extension("alpha") != Transcript("two").sample_extension("alpha")


def test_typed_observations_equal_their_bytes() -> None:
    typed, plain = Transcript("test"), Transcript("test")
    typed.observe_elements("row", [1, 2])
    plain.observe("row", b"\x01\0\0\0\x02\0\0\0")
    typed.observe_extensions("values", [Extension((1, 2, 3, 4, 5, 6))])
    plain.observe("values", b"".join(bytes([i, 0, 0, 0]) for i in range(1, 7)))
    assert typed.state == plain.state


def test_sampled_labels_record_every_sample_in_order() -> None:
    transcript = Transcript("test")
    transcript.observe("root", b"")
    transcript.sample_extension("alpha")
    transcript.grind("queries", 0, 0)
    transcript.sample_indices("queries", 2, 3)
    assert transcript.sampled_labels == ["alpha", "queries"]


def smallest_nonce(transcript: Transcript, bits: int) -> int:
    seed = transcript.grinding_seed("queries")
    return next(nonce for nonce in range(1 << 20) if grinding_succeeds(seed, bits, nonce))


def test_grinding_checks_the_low_bits_of_the_declared_digest() -> None:
    transcript = Transcript("test")
    nonce = smallest_nonce(transcript, 6)
    seed = transcript.state + b"\x07queries"
    digests = [sha256(b"\x05" + seed + i.to_bytes(8, "little")) for i in range(nonce + 1)]
    assert [digest[0] & 0x3F == 0 for digest in digests] == [False] * nonce + [True]


def test_grind_with_sufficient_nonce_binds_later_challenges_to_it() -> None:
    with_nonce, without = Transcript("test"), Transcript("test")
    with_nonce.grind("queries", 6, smallest_nonce(with_nonce, 6))
    assert with_nonce.sample_extension("alpha") != without.sample_extension("alpha")


def test_grind_with_insufficient_nonce_is_rejected() -> None:
    transcript = Transcript("test")
    nonce = smallest_nonce(transcript, 6)
    assert nonce > 0
    with pytest.raises(Rejected) as rejected:
        transcript.grind("queries", 6, nonce - 1)
    assert rejected.value.reason is Rejection.GRINDING_INSUFFICIENT
    assert rejected.value.detail == f"nonce {nonce - 1} of queries, 6 bits"


def test_grind_with_nonce_where_none_is_needed_is_rejected() -> None:
    with pytest.raises(Rejected) as rejected:
        Transcript("test").grind("queries", 0, 1)
    assert rejected.value.reason is Rejection.GRINDING_NONCE_NOT_ZERO
