"""blake2f against the whole hash that it is a part of, and its invalid input."""

from __future__ import annotations

import hashlib
import random
import struct

import pytest

from tests.guest.accelerators.library import EFAIL, EOK, Library

BLOCK_BYTES = 128
ROUNDS = 12
INITIALIZATION = (
    0x6A09E667F3BCC908,
    0xBB67AE8584CAA73B,
    0x3C6EF372FE94F82B,
    0xA54FF53A5F1D36F1,
    0x510E527FADE682D1,
    0x9B05688C2B3E6C1F,
    0x1F83D9ABFB41BD6B,
    0x5BE0CD19137E2179,
)


def _blake2b(library: Library, message: bytes) -> bytes:
    """BLAKE2b-512 [RFC 7693, 3.3] by the compression function."""
    state = struct.pack("<8Q", INITIALIZATION[0] ^ 0x0101_0040, *INITIALIZATION[1:])
    blocks = [message[i : i + BLOCK_BYTES] for i in range(0, len(message), BLOCK_BYTES)] or [b""]
    for position, block in enumerate(blocks):
        is_last = position == len(blocks) - 1
        done = len(message) if is_last else (position + 1) * BLOCK_BYTES
        padded = block.ljust(BLOCK_BYTES, b"\0")
        status, state = library.blake2f(ROUNDS, state, padded, struct.pack("<QQ", done, 0), int(is_last))
        assert status == EOK
    return state


@pytest.mark.parametrize("size", [0, 1, 3, 127, 128, 129, 255, 256, 257, 1000])
def test_blake2f_chained_over_a_message_makes_blake2b(library: Library, size: int) -> None:
    message = random.Random(size).randbytes(size)
    assert _blake2b(library, message) == hashlib.blake2b(message).digest()


@pytest.mark.parametrize("final", [2, 3, 128, 255])
def test_blake2f_with_a_final_indicator_above_one_fails(library: Library, final: int) -> None:
    state = bytes(range(64))
    assert library.blake2f(ROUNDS, state, bytes(128), bytes(16), final) == (EFAIL, state)


def test_blake2f_with_both_counter_words_reads_both(library: Library) -> None:
    state, message = bytes(range(64)), bytes(128)
    low = library.blake2f(ROUNDS, state, message, struct.pack("<QQ", 1, 0), 0)
    high = library.blake2f(ROUNDS, state, message, struct.pack("<QQ", 0, 1), 0)
    assert low != high != library.blake2f(ROUNDS, state, message, bytes(16), 0)
