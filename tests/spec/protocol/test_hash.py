"""The hash against hashlib."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec.field import P
from spec.protocol.hash import (
    BLOCK_BYTES,
    NODE_INITIAL_VALUE,
    SHA256_INITIAL_VALUE,
    Prefix,
    compress,
    compression,
    leaf_digest,
    tagged_digest,
)


def sha256(message: bytes) -> bytes:
    """Full SHA-256 over the compression function under test."""
    zeros = -(len(message) + 9) % BLOCK_BYTES
    padded = message + b"\x80" + bytes(zeros) + (8 * len(message)).to_bytes(8, "big")
    state = SHA256_INITIAL_VALUE
    for start in range(0, len(padded), BLOCK_BYTES):
        state = compression(state, padded[start : start + BLOCK_BYTES])
    return b"".join(word.to_bytes(4, "big") for word in state)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_compression_chained_with_padding_is_sha256(message: bytes) -> None:
    assert sha256(message) == hashlib.sha256(message).digest()


def test_compress_is_one_compression_from_the_nodes_own_initial_value() -> None:
    left, right = bytes(range(32)), bytes(range(32, 64))
    words = compression(NODE_INITIAL_VALUE, left + right)
    assert compress(left, right) == b"".join(word.to_bytes(4, "big") for word in words)
    assert compress(left, right) != compress(right, left)


def test_node_initial_value_is_not_that_of_sha256() -> None:
    assert NODE_INITIAL_VALUE != SHA256_INITIAL_VALUE


def test_leaf_digest_hashes_prefix_and_little_endian_elements() -> None:
    row = [1, P - 1]
    expected = hashlib.sha256(b"\x00\x01\x00\x00\x00" + (P - 1).to_bytes(4, "little")).digest()
    assert leaf_digest(row) == expected


@pytest.mark.parametrize("prefix", list(Prefix))
def test_tagged_digest_starts_with_its_prefix(prefix: Prefix) -> None:
    assert tagged_digest(prefix, b"payload") == hashlib.sha256(bytes([prefix]) + b"payload").digest()
