"""The permutation Keccak-f[1600] against hashlib's SHA-3, whose sponge calls it once for a short message."""

from __future__ import annotations

import hashlib

import pytest

from spec.isa.calls import KECCAK_F, bytes_of
from spec.keccak import LANE_BITS, LANES, ROTATIONS, ROUND_CONSTANTS, keccak_f, rotated

STATE_BYTES = LANES * LANE_BITS // 8

SPONGES = {
    "sha3_224": (144, 0x06),
    "sha3_256": (136, 0x06),
    "sha3_384": (104, 0x06),
    "sha3_512": (72, 0x06),
    "shake_128": (168, 0x1F),
    "shake_256": (136, 0x1F),
}
"""By hash function, the bytes of a block and what its padding starts with [FIPS 202, 6]."""


def padded_state(message: bytes, rate_bytes: int, padding: int) -> list[int]:
    """The state that holds one padded block."""
    block = bytearray(message + bytes(STATE_BYTES - len(message)))
    block[len(message)] ^= padding
    block[rate_bytes - 1] ^= 0x80
    return [int.from_bytes(block[start : start + 8], "little") for start in range(0, STATE_BYTES, 8)]


def digest_of(name: str, message: bytes, size_bytes: int) -> bytes:
    """What hashlib says, of any size that fits in one block."""
    hashed = hashlib.new(name, message)
    return hashed.digest(size_bytes) if name.startswith("shake") else hashed.digest()  # type: ignore[call-arg]


@pytest.mark.parametrize("name", SPONGES)
@pytest.mark.parametrize("length", [0, 1, 8, 71])
def test_sponge_over_one_block_is_hashlibs(name: str, length: int) -> None:
    rate_bytes, padding = SPONGES[name]
    message = bytes(range(7, 7 + length))
    digest = digest_of(name, message, rate_bytes)
    assert bytes_of(keccak_f(padded_state(message, rate_bytes, padding)))[: len(digest)] == digest


def test_two_blocks_are_hashlibs() -> None:
    message = bytes(i % 251 for i in range(200))
    first = [int.from_bytes(message[start : start + 8], "little") for start in range(0, 136, 8)] + [0] * 8
    second = padded_state(message[136:], 136, 0x06)
    state = keccak_f([left ^ right for left, right in zip(keccak_f(first), second, strict=True)])
    assert bytes_of(state)[:32] == hashlib.sha3_256(message).digest()


def test_constants_are_the_published_ones() -> None:
    """FIPS 202, table 2, by lane; the constants' first and last of The Keccak reference, table 2."""
    assert (
        *(0, 1, 62, 28, 27),
        *(36, 44, 6, 55, 20),
        *(3, 10, 43, 25, 39),
        *(41, 45, 15, 21, 8),
        *(18, 2, 61, 56, 14),
    ) == ROTATIONS
    assert (ROUND_CONSTANTS[0], ROUND_CONSTANTS[1], ROUND_CONSTANTS[23]) == (1, 0x8082, 0x8000_0000_8000_8008)


def test_rotation_goes_towards_higher_weights() -> None:
    assert [rotated(1 << 63, 1), rotated(3, 0), rotated(1, 63)] == [1, 3, 1 << 63]


def test_call_permutes_the_state_and_touches_nothing_else() -> None:
    state = padded_state(b"abc", 136, 0x06)
    results = KECCAK_F.results(state)
    assert bytes_of(results)[:32] == hashlib.sha3_256(b"abc").digest()
    assert KECCAK_F.positions([0x20_0000]) == list(range(0x4_0000, 0x4_0000 + LANES))
