"""The standard's text, written out for solvers, is SHA-256 as the standard library has it."""

from __future__ import annotations

import hashlib
import random
from math import isqrt

import pytest
import z3

from proofs_of_constraints.calls.sha256_standard import CONSTANTS, compressed, word
from spec.isa.calls import SHA256_COMPRESS

FIRST_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19)


@pytest.mark.parametrize("message", [b"", b"abc", bytes(range(55))])
def test_compression_of_one_block_is_the_digest_of_the_standard_library(message: bytes) -> None:
    padded = (message + b"\x80").ljust(56, b"\0") + (8 * len(message)).to_bytes(8, "big")
    block = [word(int.from_bytes(padded[i : i + 4], "big")) for i in range(0, 64, 4)]
    state = [word(isqrt(prime << 64) % 2**32) for prime in FIRST_PRIMES]
    found = b"".join(z3.simplify(part).as_long().to_bytes(4, "big") for part in compressed(state, block))
    assert found == hashlib.sha256(message).digest()


def test_constants_are_those_printed_in_the_standard() -> None:
    assert (CONSTANTS[0], CONSTANTS[15], CONSTANTS[63]) == (0x428A2F98, 0xC19BF174, 0xC67178F2)
    assert len(CONSTANTS) == 64


@pytest.mark.parametrize("seed", range(4))
def test_meaning_of_the_call_is_the_standard_on_words_as_they_lie_in_memory(seed: int) -> None:
    held = random.Random(seed).randbytes(96)
    block, state = held[:64], held[64:]
    doublewords = [int.from_bytes(held[i : i + 8], "little") for i in range(0, 96, 8)]
    words = [word(int.from_bytes(state[i : i + 4], "little")) for i in range(0, 32, 4)]
    message = [word(int.from_bytes(block[i : i + 4], "big")) for i in range(0, 64, 4)]
    after = b"".join(z3.simplify(part).as_long().to_bytes(4, "little") for part in compressed(words, message))
    found = SHA256_COMPRESS.results(doublewords)
    assert b"".join(part.to_bytes(8, "little") for part in found) == block + after
