"""The search for a nonce, as many at a time as there are lanes."""

from __future__ import annotations

import numpy as np

from optimized.compilation import compiled
from optimized.hashing.sha256 import BLOCK_WORDS, DIGEST_WORDS, INITIAL_VALUE, compress_in_place
from optimized.lanes.vectors import LANES, broadcast, store
from optimized.threads import in_parallel
from optimized.words import Words
from spec.protocol.hash import BLOCK_BYTES, Prefix
from spec.protocol.transcript import NONCE_BYTES

LENGTH_BYTES = 8
SMALLEST_TASK_GROUPS = 1 << 10
ROUND_NONCES = 1 << 16
"""Nonces tried by all threads before anyone looks whether one was found."""


def _padded_message(seed: bytes) -> tuple[Words, int]:
    """The message with nonce 0 as big-endian words [FIPS 180-4, 5.1.1], and the nonce's position in bytes."""
    message = bytes([Prefix.GRIND]) + seed + bytes(NONCE_BYTES)
    zeros = -(len(message) + 1 + LENGTH_BYTES) % BLOCK_BYTES
    padded = message + b"\x80" + bytes(zeros) + (8 * len(message)).to_bytes(LENGTH_BYTES, "big")
    return np.frombuffer(padded, dtype=">u4").astype(np.uint32), len(message) - NONCE_BYTES


@compiled
def _search(message: Words, nonce_at: int, mask: np.uint64, start: int, stop: int) -> int:
    """The smallest nonce from `start` on whose digest vanishes under the mask, or -1; the lanes divide the range."""
    blocks = message.size // BLOCK_WORDS
    words = np.empty(message.size * LANES, dtype=np.uint32)
    for i in range(message.size):
        store(words, i * LANES, broadcast(message[i]))
    state = np.empty(DIGEST_WORDS * LANES, dtype=np.uint32)
    for first in range(start, stop, LANES):
        for i in range(nonce_at // 4, (nonce_at + NONCE_BYTES + 3) // 4):
            for lane in range(LANES):
                word = np.uint32(message[i])
                for byte in range(NONCE_BYTES):
                    position = nonce_at + byte
                    if position // 4 == i:
                        value = ((first + lane) >> (8 * byte)) & 0xFF
                        word |= np.uint32(value << (8 * (3 - position % 4)))
                words[i * LANES + lane] = word
        for i in range(DIGEST_WORDS):
            store(state, i * LANES, broadcast(INITIAL_VALUE[i]))
        for block in range(blocks):
            compress_in_place(state, words[block * BLOCK_WORDS * LANES :])
        for lane in range(LANES):
            # The first eight bytes of the digest, read as a little-endian number.
            number = np.uint64(0)
            for byte in range(8):
                digest_byte = (state[byte // 4 * LANES + lane] >> np.uint32(8 * (3 - byte % 4))) & np.uint32(0xFF)
                number |= np.uint64(digest_byte) << np.uint64(8 * byte)
            if number & mask == np.uint64(0):
                return first + lane
    return -1


def grind(seed: bytes, bits: int) -> int:
    """The smallest nonce that shows this many bits of proof of work."""
    message, nonce_at = _padded_message(seed)
    mask = np.uint64((1 << bits) - 1)
    start = 0
    while True:
        found: list[int] = []

        def search(first: int, last: int, offset: int = start, into: list[int] = found) -> None:
            nonce = _search(message, nonce_at, mask, offset + first * LANES, offset + last * LANES)
            if nonce >= 0:
                into.append(nonce)

        in_parallel(search, ROUND_NONCES // LANES, SMALLEST_TASK_GROUPS)
        if found:
            return min(found)
        start += ROUND_NONCES
