"""The compression function on words, and the initial values of everything that is hashed."""

from __future__ import annotations

import hashlib

import pytest

from spec.protocol.hash import (
    Domain,
    Prefix,
    compress,
    digest_bytes,
    digest_words,
    tagged_digest,
)
from spec.protocol.sha256 import SHA256_INITIAL_VALUE


def padded_blocks(message: bytes) -> list[list[int]]:
    """The blocks of a message under SHA-256's own padding, as words."""
    padded = message + b"\x80" + bytes(-(len(message) + 9) % 64) + (8 * len(message)).to_bytes(8, "big")
    words = [int.from_bytes(padded[i : i + 4], "big") for i in range(0, len(padded), 4)]
    return [words[i : i + 16] for i in range(0, len(words), 16)]


@pytest.mark.parametrize("length", [0, 1, 55, 56, 64, 119, 200])
def test_compressions_from_the_standard_initial_value_are_sha256(length: int) -> None:
    message = bytes(i * 7 % 256 for i in range(length))
    state = tuple(SHA256_INITIAL_VALUE)
    for block in padded_blocks(message):
        state = compress(state, block)
    assert digest_bytes(state) == hashlib.sha256(message).digest()


def test_words_of_a_digest_are_big_endian_and_lead_back() -> None:
    digest = bytes(range(32))
    assert digest_words(digest) == (
        0x00010203,
        0x04050607,
        0x08090A0B,
        0x0C0D0E0F,
        0x10111213,
        0x14151617,
        0x18191A1B,
        0x1C1D1E1F,
    )
    assert digest_bytes(digest_words(digest)) == digest


def test_initial_values_are_digests_of_names_and_all_different() -> None:
    values = [domain.initial_value for domain in Domain]
    assert values == [digest_words(hashlib.sha256(domain.value.encode()).digest()) for domain in Domain]
    assert len({*values, tuple(SHA256_INITIAL_VALUE)}) == len(Domain) + 1


def test_initial_values_of_leaves_nodes_transcripts_and_grinding_have_names_of_their_own() -> None:
    assert [domain.value for domain in Domain] == [
        "limpid merkle leaf",
        "limpid merkle node",
        "limpid grinding",
        "limpid program pinning",
        "limpid continuation pinning",
        "limpid program",
        "limpid program commitment",
        "limpid segment leaf",
        "limpid run",
        "limpid global challenges",
        "limpid segment",
        "limpid key list",
    ]


def test_tagged_digests_are_sha256_of_prefix_and_payload() -> None:
    for prefix in Prefix:
        assert tagged_digest(prefix, b"payload") == hashlib.sha256(prefix.value + b"payload").digest()


def test_no_prefix_is_the_start_of_another() -> None:
    """Otherwise two digests of different meaning could share an input."""
    values = [prefix.value for prefix in Prefix]
    assert not [(a, b) for a in values for b in values if a != b and b.startswith(a)]
