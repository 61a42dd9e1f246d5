"""keccak256, sha256 and ripemd160: the standards' examples, and every length around a block's end."""

from __future__ import annotations

import hashlib
import random

import pytest
from Crypto.Hash import RIPEMD160, keccak

from tests.guest.accelerators.library import EOK, Library

MILLION_A = b"a" * 1_000_000
ALPHABET_448_BITS = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"

# FIPS 180-4's examples; those of the Keccak submission and of RIPEMD-160's authors.
PUBLISHED = [
    ("sha256", b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("sha256", ALPHABET_448_BITS, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    ("sha256", MILLION_A, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ("sha256", b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("keccak256", b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
    ("keccak256", b"\xcc", "eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a"),
    ("keccak256", b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ("ripemd160", b"", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
    ("ripemd160", b"a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe"),
    ("ripemd160", b"abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
    ("ripemd160", b"message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36"),
    ("ripemd160", ALPHABET_448_BITS, "12a053384a9c0c88e405a06c27dcf49ada62eb2b"),
    ("ripemd160", MILLION_A, "52783243c1697bdbe16d37f97f68f08325dc1528"),
]


def _keccak256(message: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=message).digest()


def _sha256(message: bytes) -> bytes:
    return hashlib.sha256(message).digest()


def _ripemd160(message: bytes) -> bytes:
    return bytes(12) + RIPEMD160.new(message).digest()


EDGES = (55, 56, 63, 64, 65, 119, 120, 135, 136, 137, 271, 272, 273)
"""Where one block of SHA-256, RIPEMD-160 or Keccak-256 more is needed, or filled."""

ORACLES = {"keccak256": _keccak256, "sha256": _sha256, "ripemd160": _ripemd160}


@pytest.mark.parametrize(("name", "message", "digest"), PUBLISHED)
def test_hash_of_a_published_example_is_the_published_digest(
    library: Library, name: str, message: bytes, digest: str
) -> None:
    expected = bytes.fromhex(digest).rjust(32, b"\0")
    assert library.call(name, message, len(message), result_bytes=32) == (EOK, expected)


@pytest.mark.parametrize("name", ORACLES)
def test_hash_of_short_lengths_is_that_of_another_implementation(library: Library, name: str) -> None:
    message = random.Random(name).randbytes(290)
    for size in sorted({*range(0, len(message) + 1, library.stride), *EDGES}):
        expected = ORACLES[name](message[:size])
        assert library.call(name, message[:size], size, result_bytes=32) == (EOK, expected), size
